import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import {
  deriveUid,
  frameOfReferenceOf,
  instancesDigest,
  resultKey,
} from "../../../src/dicom/identity/resultKey.ts";
import { resultUids } from "../../../src/dicom/write/resultUids.ts";
import { makeContext, makeSource } from "../write/sources.ts";

const parts = {
  studyUid: "1.2",
  seriesUid: "1.3",
  part: "",
  instancesDigest: instancesDigest(["1.4", "1.5"]),
  modelId: "panseg-ct",
  weightsSha256: "ab",
  settingsDigest: "cd",
  attempt: 0,
};

test("the digest of the instances does not depend on their order, but on each of them", () => {
  assert.equal(instancesDigest(["1.5", "1.4"]), parts.instancesDigest);
  assert.notEqual(instancesDigest(["1.4", "1.5", "1.6"]), parts.instancesDigest);
  assert.notEqual(instancesDigest(["1.41", "1.5"]), parts.instancesDigest);
});

test("a key is the same for the same parts and another as soon as one of them differs", () => {
  const key = resultKey(parts);
  assert.match(key, /^[0-9a-f]{64}$/);
  assert.equal(resultKey({ ...parts }), key);
  const changes = [
    { studyUid: "1.21" },
    { seriesUid: "1.31" },
    { part: "EchoTime=2.4" },
    { instancesDigest: instancesDigest(["1.4"]) },
    { modelId: "panseg-ct2" },
    { weightsSha256: "ac" },
    { settingsDigest: "ce" },
    { attempt: 1 },
  ];
  const keys = changes.map((change) => resultKey({ ...parts, ...change }));
  assert.equal(new Set([key, ...keys]).size, changes.length + 1);
});

test("no text can move from one part of a key to the next", () => {
  assert.notEqual(
    resultKey({ ...parts, modelId: 'a","b', weightsSha256: "c" }),
    resultKey({ ...parts, modelId: "a", weightsSha256: 'b","c' }),
  );
});

test("PIT-14: derived UIDs are version 5 UUIDs under 2.25, of at most 44 characters, without leading zero", () => {
  fc.assert(
    fc.property(fc.string(), (key) => {
      const uid = deriveUid("seg-sop", key);
      assert.match(uid, /^2\.25\.[1-9]\d{0,38}$/);
      const number = BigInt(uid.slice(5));
      assert.ok(number < 1n << 128n);
      assert.equal((number >> 76n) & 0xfn, 5n);
      assert.equal((number >> 62n) & 0x3n, 2n);
    }),
  );
});

test("a derived UID never changes, whatever becomes of the code", () => {
  // python3 -c "import uuid; print('2.25.%d' % uuid.uuid5(uuid.UUID('18dcd83c-f7c0-4a49-93f1-55c5b9d11a5b'), 'seg-sop|key').int)"
  assert.equal(deriveUid("seg-sop", "key"), "2.25.6150679173536811898534558491030848145");
});

test("all UIDs of a result differ, and repeat for the same result", () => {
  const context = makeContext(makeSource());
  const uids = Object.values(resultUids(context));
  assert.equal(new Set(uids).size, uids.length);
  assert.deepEqual(resultUids(structuredClone(context)), resultUids(context));
});

test("another attempt changes the objects' UIDs, while organ and observer keep theirs", () => {
  const context = makeContext(makeSource());
  const [first, second] = [resultUids(context), resultUids({ ...context, resultKey: "6f".repeat(32) })];
  for (const kind of ["segSeries", "segSop", "srSeries", "srSop", "dimensionOrganization"] as const)
    assert.notEqual(second[kind], first[kind], kind);
  assert.equal(second.tracking, first.tracking);
  assert.equal(second.observer, first.observer);
});

test("another model or version is another observer of the same organ", () => {
  const context = makeContext(makeSource());
  const others = [
    { ...context, model: { ...context.model, weightsSha256: "00" } },
    { ...context, software: { name: "panseg", version: "0.2.0" } },
  ];
  for (const other of others) {
    assert.notEqual(resultUids(other).observer, resultUids(context).observer);
    assert.equal(resultUids(other).tracking, resultUids(context).tracking);
  }
});

test("SEG-1: a series without a frame of reference gets one of its own, the same for each of its objects", () => {
  const source = makeSource();
  assert.equal(frameOfReferenceOf(source), source.frameOfReferenceUid);
  const without = { ...source, frameOfReferenceUid: "" };
  assert.match(frameOfReferenceOf(without), /^2\.25\.\d+$/);
  assert.equal(frameOfReferenceOf(without), frameOfReferenceOf({ ...without }));
  assert.notEqual(frameOfReferenceOf({ ...without, seriesUid: "1.9" }), frameOfReferenceOf(without));
});
