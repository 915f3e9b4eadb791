import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { deflateRawSync } from "node:zlib";
import { expectedWeights } from "../../src/importer/pansegnet/weights.ts";
import { openCheckpoint } from "../../src/importer/torch/checkpoint.ts";
import { failsWith, refuses } from "./failing.ts";
import * as py from "./pickleBytes.ts";
import {
  checkpointIndex,
  checkpointMembers,
  defaultValue,
  type SyntheticOptions,
  tinyNetwork,
} from "./syntheticModel.ts";
import { type Member, writeZip } from "./torchZip.ts";

const folder = mkdtempSync(join(tmpdir(), "panseg-checkpoint-"));
after(() => rmSync(folder, { recursive: true }));

const weightCount = expectedWeights(tinyNetwork).reduce(
  (sum, [, shape]) => sum + shape.reduce((a, b) => a * b, 1),
  0,
);

let files = 0;
const zipOf = (members: readonly Member[], isZip64 = false): string => {
  const path = join(folder, `${files++}.model`);
  writeZip(path, members, isZip64);
  return path;
};

const bytesFile = (bytes: Uint8Array): string => {
  const path = join(folder, `${files++}.model`);
  writeFileSync(path, bytes);
  return path;
};

/** All weights of a checkpoint in the order of the network, as one array. */
const allValues = async (path: string): Promise<Float32Array> => {
  const checkpoint = await openCheckpoint(path);
  try {
    const parts: number[] = [];
    for (const [key] of expectedWeights(tinyNetwork)) {
      for (const value of await checkpoint.read(key)) parts.push(value);
    }
    return Float32Array.from(parts);
  } finally {
    await checkpoint.close();
  }
};

const readAll = (members: readonly Member[]) => allValues(zipOf(members));

const variants: readonly [string, SyntheticOptions][] = [
  ["float32", {}],
  ["float16", { type: "float16" }],
  ["float64", { type: "float64" }],
  ["bfloat16", { type: "bfloat16" }],
  ["keys with the module. prefix", { keyPrefix: "module." }],
  ["non-contiguous tensors", { layout: "reversedStrides" }],
  ["one storage shared by all tensors", { layout: "oneStorage" }],
  ["the optimizer's momentum", { withMomentum: true }],
];

for (const [name, options] of variants) {
  test(`a checkpoint with ${name} gives the saved values`, async () => {
    const values = await readAll(checkpointMembers(options));
    assert.deepEqual(
      values,
      Float32Array.from(values, (_, i) => defaultValue(i)),
    );
    assert.equal(values.length, weightCount);
  });
}

test("a checkpoint with zip64 records is read", async () => {
  assert.equal((await allValues(zipOf(checkpointMembers(), true))).length, weightCount);
});

test("the optimizer's tensors are never read: their data may even be missing", async () => {
  const members = checkpointMembers({ withMomentum: true });
  const used = checkpointMembers().length - 2;
  const kept = members.filter(({ name }) => !(Number(/\d+$/.exec(name)?.[0]) >= used));
  assert.ok(kept.length < members.length - 10);
  assert.equal((await readAll(kept)).length, weightCount);
});

test("a checkpoint of torch before 1.6, and any other file that is no zip, is refused as such", async () => {
  const legacy = Buffer.from("\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03.", "latin1");
  await failsWith("CHECKPOINT_NOT_ZIP", () => openCheckpoint(bytesFile(legacy)));
  await failsWith("CHECKPOINT_NOT_ZIP", () =>
    openCheckpoint(bytesFile(Buffer.from("<!DOCTYPE html><html>"))),
  );
});

test("a zip that holds no torch checkpoint is refused as such", async () => {
  await failsWith("CHECKPOINT_NOT_ZIP", () =>
    readAll([{ name: "fold_0/model_best.model", bytes: Buffer.from("x") }]),
  );
});

test("a checkpoint that was packed again with compression is refused before anything is unpacked", async () => {
  const bomb = deflateRawSync(Buffer.alloc(1 << 20));
  const packed = (name: RegExp): Member[] =>
    checkpointMembers().map((member) =>
      name.test(member.name)
        ? { ...member, bytes: bomb, method: 8, claimedBytes: member.bytes.length }
        : member,
    );
  await failsWith("CHECKPOINT_NOT_ZIP", () => readAll(packed(/data\.pkl$/)));
  await failsWith("CHECKPOINT_NOT_ZIP", () => readAll(packed(/data\/3$/)));
});

test("a checkpoint cut off anywhere is refused as incomplete", async () => {
  const whole = readFileSync(zipOf(checkpointMembers()));
  for (const share of [0, 0.00002, 0.1, 0.5, 0.9, 0.999]) {
    const path = bytesFile(whole.subarray(0, Math.floor(whole.length * share)));
    await failsWith("CHECKPOINT_TRUNCATED", () => allValues(path));
  }
  const lastByte = zipOf(checkpointMembers());
  truncateSync(lastByte, whole.length - 1);
  await failsWith("CHECKPOINT_TRUNCATED", () => allValues(lastByte));
});

test("a member that is missing, shorter, longer or elsewhere than announced is refused", async () => {
  const change = (name: string, how: (member: Member) => Member | null): Member[] =>
    checkpointMembers().flatMap((member) => (member.name === name ? (how(member) ?? []) : member));
  const third = "archive/data/3";
  await failsWith("CHECKPOINT_TRUNCATED", () => readAll(change(third, () => null)));
  await failsWith("CHECKPOINT_TRUNCATED", () =>
    readAll(change(third, (member) => ({ ...member, bytes: member.bytes.subarray(4) }))),
  );
  await failsWith("CHECKPOINT_TRUNCATED", () =>
    readAll(
      change(third, (member) => ({ ...member, bytes: Buffer.concat([member.bytes, Buffer.alloc(4)]) })),
    ),
  );
  await failsWith("CHECKPOINT_TRUNCATED", () =>
    readAll(change(third, (member) => ({ ...member, claimedOffset: 7 }))),
  );
  await failsWith("CHECKPOINT_TRUNCATED", () =>
    readAll(change(third, (member) => ({ ...member, claimedOffset: 2_000_000_000 }))),
  );
  await failsWith("CHECKPOINT_TRUNCATED", () =>
    readAll(change(third, (member) => ({ ...member, claimedBytes: 4_000_000_000 }))),
  );
  await failsWith("CHECKPOINT_TRUNCATED", () =>
    readAll([...checkpointMembers(), ...checkpointMembers().slice(1, 2)]),
  );
});

test("a member whose announced size lies far beyond memory is refused before it is allocated", async () => {
  const members = checkpointMembers().map((member) =>
    member.name === "archive/data.pkl" ? { ...member, claimedBytes: 4_000_000_000 } : member,
  );
  await failsWith("PICKLE_MALFORMED", () => readAll(members));
  const spec = {
    type: "float32",
    key: "0",
    elements: 8,
    offset: 0,
    shape: [2 ** 31 - 1, 2 ** 31 - 1],
    stride: [0, 0],
  } as const;
  const index = checkpointIndex(py.orderedDict([py.text("w"), py.tensor(spec)]));
  const checkpoint = await openCheckpoint(zipOf([{ name: "archive/data.pkl", bytes: index }]));
  assert.deepEqual(checkpoint.tensors.get("w")?.shape, [2 ** 31 - 1, 2 ** 31 - 1]);
  await checkpoint.close();
});

test("a flipped bit in the weights is found by the member's checksum", async () => {
  const bytes = readFileSync(zipOf(checkpointMembers()));
  const at = bytes.indexOf("archive/data/5") + 20;
  bytes[at] = (bytes[at] as number) ^ 1;
  const path = bytesFile(bytes);
  const failure = await failsWith("CHECKPOINT_TRUNCATED", () => allValues(path));
  assert.match(failure.sentence, /checksum/);
});

test("weights that are no finite numbers are refused", async () => {
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
    const members = checkpointMembers({ valueAt: (index) => (index === 4000 ? value : 0.5) });
    await failsWith("WEIGHTS_MISSING", () => readAll(members));
  }
});

test(
  "whole-number weights are refused",
  refuses("WEIGHTS_SHAPE", () => readAll(checkpointMembers({ type: "int64" }))),
);

const indexOnly = (index: Buffer): Promise<unknown> => readAll([{ name: "archive/data.pkl", bytes: index }]);

test(
  "a checkpoint without a state_dict is refused",
  refuses("WEIGHTS_MISSING", () => indexOnly(py.pickle(py.dict([py.text("epoch"), py.int(1)])))),
);

test(
  "a checkpoint that asks for code is refused although it is a valid zip",
  refuses("PICKLE_UNSAFE", () =>
    indexOnly(checkpointIndex(py.reduce(py.global("os", "system"), py.tuple(py.text("true"))))),
  ),
);

test("a tensor that reaches beyond its storage is refused", async () => {
  const base = { type: "float32", key: "0", elements: 8, offset: 0, shape: [2, 4], stride: [4, 1] } as const;
  for (const change of [
    { offset: 1 },
    { shape: [3, 4] },
    { stride: [5, 1] },
    { stride: [1] },
    { offset: -1 },
  ]) {
    const index = checkpointIndex(py.orderedDict([py.text("w"), py.tensor({ ...base, ...change })]));
    await failsWith("PICKLE_MALFORMED", () => indexOnly(index));
  }
});

test("a storage named in another way than torch.save's is refused", async () => {
  const state = (id: py.Fragment) => checkpointIndex(py.orderedDict([py.text("w"), py.raw(id, "Q")]));
  await failsWith("PICKLE_MALFORMED", () => indexOnly(state(py.text("0"))));
  await failsWith("PICKLE_MALFORMED", () =>
    indexOnly(
      state(
        py.tuple(
          py.text("module"),
          py.global("torch", "FloatStorage"),
          py.text("0"),
          py.text("cpu"),
          py.int(1),
        ),
      ),
    ),
  );
});

test(
  "a checkpoint of a big-endian machine is refused",
  refuses("PICKLE_MALFORMED", () =>
    readAll([...checkpointMembers(), { name: "archive/byteorder", bytes: Buffer.from("big") }]),
  ),
);
