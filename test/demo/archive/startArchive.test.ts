import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { readdirSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { describe, test } from "node:test";
import { data } from "dcmjs";
import { headerFromJson, parseHeader } from "../../../src/dicom/file/header.ts";
import { openPart10 } from "../../../src/dicom/file/part10.ts";
import { bytesOf, keepLog } from "../../pacs/fakeArchive.ts";
import { makeSlices, readFixture, type TestInstance } from "../../pacs/objects.ts";
import { eventually } from "../../support/eventually.ts";
import { needsShared } from "../../support/shared.ts";
import {
  changesSince,
  firstOf,
  get,
  getJson,
  getParts,
  instancePath,
  newestChange,
  pacsOf,
  type Served,
  startDemo,
  stow,
  withElement,
} from "./requests.ts";

const slices = makeSlices({ study: "s", series: "ct" }, ["1", "2", "3"]);
const first = firstOf(slices);

const stableRows = async (served: Served) =>
  (await changesSince(served, 0)).filter(({ ChangeType }) => ChangeType === "StableSeries");

const untilStable = async (served: Served, count: number): Promise<void> => {
  await eventually(`${count} series are stable`, async () => (await stableRows(served)).length >= count);
};

/** Store another series and wait until it is stable: whatever was to be announced before it has been. */
const passAnotherSeries = async (served: Served): Promise<void> => {
  const others = (await stableRows(served)).length;
  await stow(served, bytesOf(makeSlices({ study: "other", series: "passing" }, ["1"])));
  await untilStable(served, others + 1);
};

const filesOf = (folder: string): readonly string[] => readdirSync(join(folder, "instances"));

describe("a restart on the same folder", () => {
  test("keeps objects, their order and the change log, and announces nothing twice", async (t) => {
    const before = await startDemo(t);
    await stow(before, bytesOf(slices));
    await untilStable(before, 1);
    const seen = await getJson(before, "/instances");
    const changes = await changesSince(before, 0);
    await before.stop();
    const after = await startDemo(t, { folder: before.folder });
    const uids = (json: readonly unknown[]) =>
      json.map((each) => headerFromJson(each as Record<string, unknown>)["SOPInstanceUID"]);
    assert.deepEqual(uids((await getJson(after, "/instances")).json), uids(seen.json));
    for (const slice of slices) assert.deepEqual(await pacsOf(after).retrieveInstance(slice), slice.bytes);
    assert.deepEqual(await changesSince(after, 0), changes);
    await stow(after, bytesOf(slices));
    assert.equal(await newestChange(after), changes.at(-1)?.Seq);
    await passAnotherSeries(after);
    assert.equal((await stableRows(after)).length, 2);
  });

  test("WEB-3 a series whose quiet time was cut short becomes stable after it", async (t) => {
    const before = await startDemo(t, { stableMs: 60_000 });
    await stow(before, bytesOf(slices));
    await before.stop();
    const after = await startDemo(t, { folder: before.folder });
    await untilStable(after, 1);
    await passAnotherSeries(after);
    assert.equal((await stableRows(after)).length, 2);
  });

  test("a file that a crash left behind, a broken one and a cut change log do no harm", async (t) => {
    const before = await startDemo(t);
    await stow(before, bytesOf(slices));
    await untilStable(before, 1);
    await before.stop();
    const folder = join(before.folder, "instances");
    const [broken] = filesOf(before.folder);
    assert.ok(broken);
    truncateSync(join(folder, broken), 200);
    writeFileSync(join(folder, "half.dcm.part"), "half");
    const changeLog = join(before.folder, "changes.jsonl");
    truncateSync(changeLog, statSync(changeLog).size - 5);
    const log = keepLog();
    const after = await startDemo(t, { folder: before.folder, log });
    assert.equal((await getJson(after, "/instances")).json.length, 2);
    assert.ok(!filesOf(before.folder).includes("half.dcm.part"));
    assert.deepEqual(
      log.lines.map(({ event }) => event),
      ["archive.file-unreadable", "archive.demo-only"],
    );
    await untilStable(after, 1);
    const seqs = (await changesSince(after, 0)).map(({ Seq }) => Seq);
    assert.deepEqual(seqs, [1, 2, 3, 4, 5, 6], "the lost StableSeries row was made anew");
    await stow(after, bytesOf(slices));
    assert.equal((await getJson(after, "/instances")).json.length, 3, "the broken one can be sent again");
  });

  test("a lost change log is written anew from the objects", async (t) => {
    const before = await startDemo(t);
    await stow(before, bytesOf(slices));
    await before.stop();
    rmSync(join(before.folder, "changes.jsonl"));
    const after = await startDemo(t, { folder: before.folder });
    await untilStable(after, 1);
    assert.equal(await newestChange(after), 6);
  });
});

describe("hostile callers", () => {
  test("no path leads out of the archive", async (t) => {
    const archive = await startDemo(t);
    await stow(archive, bytesOf(slices));
    const { port } = new URL(archive.url);
    const root = "/dicom-web/studies";
    for (const path of [
      "/../../etc/passwd",
      `${root}/../../../etc/passwd`,
      `${root}/%2e%2e%2f%2e%2e/metadata`,
      `${root}/${first.studyUid}%2F..%2F..`,
      `${root}/1.2.3%00/metadata`,
      `${root}/..`,
      `${root}/${"1".repeat(65)}/metadata`,
      `/series/${"../../".repeat(9)}etc/passwd`,
      "//127.0.0.1/etc/passwd",
      "/changes.jsonl",
    ])
      assert.equal(await statusOf(Number(port), path), 404, path);
    assert.equal(await statusOf(Number(port), "/dicom-web/studies?PatientName=%ff%00*"), 200);
    assert.equal(await statusOf(Number(port), "/changes?since=-1"), 400);
    assert.equal(await statusOf(Number(port), "/changes?since=1e3"), 400);
  });

  test("what is no UID is not taken, and nothing of it becomes a file name", async (t) => {
    const archive = await startDemo(t);
    for (const tag of ["0020000D", "0020000E", "00080018", "00080016"])
      for (const uid of ["../../../tmp/evil", "1.2/3", "", ".", "<script>", "1".repeat(65)]) {
        const answer = await stow(archive, [withRawUid(first, tag, uid)]);
        assert.deepEqual([answer.status, answer.stored, answer.failed], [400, [], []], `${tag} ${uid}`);
      }
    assert.deepEqual(filesOf(archive.folder), []);
    await stow(archive, [first.bytes]);
    assert.match(filesOf(archive.folder).join(), /^[0-9a-f]{64}\.dcm$/);
  });

  test("a body over the limit is answered 413, and the archive goes on", async (t) => {
    const archive = await startDemo(t, { maxBodyBytes: 100_000 });
    const huge = await fetch(`${archive.url}/studies`, {
      method: "POST",
      headers: { "content-type": 'multipart/related; type="application/dicom"; boundary=b' },
      body: new Uint8Array(5_000_000),
    });
    assert.equal(huge.status, 413);
    await huge.text();
    assert.equal((await stow(archive, bytesOf(slices))).status, 200);
  });

  test("no broken body or part is kept, nor does it end the archive", async (t) => {
    const archive = await startDemo(t);
    const post = async (body: Uint8Array | string, contentType = "multipart/related; boundary=b") => {
      const response = await fetch(`${archive.url}/studies`, {
        method: "POST",
        headers: { "content-type": contentType },
        body: typeof body === "string" ? body : new Uint8Array(body),
      });
      await response.text();
      return response.status;
    };
    for (const body of [
      "",
      "--b",
      "--b\r\n",
      "--b\r\n\r\nno end",
      "--c\r\n\r\n--c--",
      "--b\r\nno head\r\n--b--",
    ])
      assert.equal(await post(body), 400, body);
    assert.equal(await post("--b--"), 200);
    assert.equal(await post("--b--", "multipart/related"), 415);
    assert.equal(await post("--b--", "multipart/related; type=text/html; boundary=b"), 415);
    assert.equal(await post("--b--", ""), 415);
    const whole = openPart10(first.bytes).elements.map(({ end }) => end);
    for (let cut = 0; cut < first.bytes.length; cut += 1 + Number(whole.includes(cut + 1)))
      assert.equal((await stow(archive, [first.bytes.subarray(0, cut)])).status, 400, `cut at ${cut}`);
    for (let round = 0; round < 50; round++) {
      const noise = Buffer.from(first.bytes);
      randomBytes(40).copy(noise, 132 + ((round * 13) % (noise.length - 172)));
      assert.ok([200, 400].includes((await stow(archive, [noise])).status));
    }
    assert.equal((await get(archive, "/studies")).status, 200);
  });

  test("a page under another name that points here is refused, and other methods are", async (t) => {
    const archive = await startDemo(t);
    const port = Number(new URL(archive.url).port);
    assert.equal(await statusOf(port, "/dicom-web/studies", { host: "evil.example" }), 403);
    assert.equal(await statusOf(port, "/dicom-web/studies", { host: `localhost:${port}` }), 200);
    for (const method of ["DELETE", "PUT", "OPTIONS"])
      assert.equal((await fetch(`${archive.url}/studies`, { method })).status, 405);
  });

  test("a caller who leaves in the middle of sending leaves nothing behind", async (t) => {
    const archive = await startDemo(t);
    const socket = connect(Number(new URL(archive.url).port), "127.0.0.1");
    const half = "POST /dicom-web/studies HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9000\r\n\r\nhalf";
    socket.write(half, () => socket.destroy());
    await once(socket, "close");
    assert.equal((await get(archive, "/studies")).status, 200);
    await eventually("nothing is left", () => filesOf(archive.folder).length === 0);
  });
});

test("it says in its name and its log what it is, and no patient's name", async (t) => {
  const log = keepLog();
  const archive = await startDemo(t, { log });
  await stow(archive, [first.bytes, first.bytes.subarray(0, 300)]);
  const system = (await (await fetch(`${archive.restUrl}/system`)).json()) as { Name: string };
  assert.match(system.Name, /demo archive.*never for patients/i);
  assert.deepEqual(
    log.lines.map(({ level, event, fields }) => [level, event, fields["name"]]),
    [["warn", "archive.demo-only", system.Name]],
  );
  assert.doesNotMatch(JSON.stringify(log.lines), /Müller|patient of/);
});

test("a port that is taken is an error and leaves nothing running", async (t) => {
  const archive = await startDemo(t);
  await assert.rejects(startDemo(t, { port: Number(new URL(archive.url).port) }), { code: "EADDRINUSE" });
});

describe("frames", () => {
  test("of single bits come apart although they begin within bytes", async (t) => {
    const archive = await startDemo(t);
    let image = withElement(first, "00280008", "IS", [3]);
    for (const [tag, value] of [
      ["00280010", 3],
      ["00280011", 3],
      ["00280100", 1],
    ] as const)
      image = withElement(image, tag, "US", [value]);
    // 27 bits, least significant first: 111111111 000000000 101010101
    image = withElement(image, "7FE00010", "OB", [Uint8Array.of(0xff, 0x01, 0x54, 0x05).buffer]);
    await stow(archive, [image.bytes]);
    const parts = await getParts(archive, `${instancePath(image)}/frames/1,2,3`);
    assert.deepEqual(
      parts.map(({ bytes }) => [...bytes]),
      [
        [0xff, 0x01],
        [0x00, 0x00],
        [0x55, 0x01],
      ],
    );
  });

  test("of several fragments are joined, by the offset table where there are several frames", async (t) => {
    const archive = await startDemo(t);
    const fragments = [
      [1, 2],
      [3, 4],
      [5, 6],
      [7, 8],
    ];
    const frames = async (
      name: string,
      count: number,
      table: readonly number[],
      items: readonly number[][],
    ) => {
      const image = encapsulated(name, count, table, items);
      assert.equal((await stow(archive, [image.bytes])).status, 200);
      const list = Array.from({ length: count }, (_, index) => index + 1).join();
      const { status } = await get(archive, `${instancePath(image)}/frames/${list}`);
      if (status !== 200) return status;
      const parts = await getParts(archive, `${instancePath(image)}/frames/${list}`);
      for (const { head } of parts) assert.match(head, /transfer-syntax=1\.2\.840\.10008\.1\.2\.4\.90$/);
      return parts.map(({ bytes }) => [...bytes]);
    };
    assert.deepEqual(await frames("one", 1, [], fragments), [[1, 2, 3, 4, 5, 6, 7, 8]]);
    assert.deepEqual(await frames("each", 4, [], fragments), fragments);
    assert.deepEqual(await frames("table", 2, [0, 30], fragments), [
      [1, 2, 3, 4, 5, 6],
      [7, 8],
    ]);
    assert.equal(await frames("guess", 2, [], fragments), 500, "they cannot be told apart");
  });
});

test("metadata of every kind of real file say what its header says", {
  skip: needsShared("fixtures", "dicom"),
}, async (t) => {
  const archive = await startDemo(t);
  let compared = 0;
  for (const folder of [
    "enhanced_mr",
    "sagittal_plain",
    "colour",
    "sagittal_compressed_jpegls",
    "dwi_two_bvalues",
  ])
    for (const image of readFixture(folder).slice(0, 3)) {
      assert.equal((await stow(archive, [image.bytes])).status, 200, folder);
      const [json] = (await getJson(archive, `${instancePath(image)}/metadata`)).json;
      assert.ok(json);
      // JSON knows no negative zero.
      const own: unknown = JSON.parse(JSON.stringify(parseHeader(image.bytes)));
      assert.deepEqual(headerFromJson(json), own, folder);
      compared++;
    }
  assert.ok(compared > 8, `${compared}`);
});

/** A path as it stands, which fetch would tidy up first. */
const statusOf = (port: number, path: string, headers: Record<string, string> = {}): Promise<number> =>
  new Promise((resolve, reject) => {
    request({ port, host: "127.0.0.1", path, headers }, (response) => {
      response.resume();
      response.on("end", () => resolve(response.statusCode ?? 0));
    })
      .on("error", reject)
      .end();
  });

/** dcmjs writes any text as a UID when told that it is one. */
const withRawUid = (image: TestInstance, tag: string, uid: string): Uint8Array => {
  const dict = data.DicomMessage.readFile(new Uint8Array(image.bytes).buffer);
  dict.upsertTag(tag, "UI", [uid]);
  return new Uint8Array(dict.write({ allowInvalidVRLength: true }));
};

/** A JPEG 2000 object of these fragments; what is in them is no picture. */
const encapsulated = (
  name: string,
  count: number,
  table: readonly number[],
  fragments: readonly (readonly number[])[],
): TestInstance => {
  const [image] = makeSlices({ study: "frames", series: "j2k" }, [name]);
  assert.ok(image);
  const dict = data.DicomMessage.readFile(new Uint8Array(image.bytes).buffer);
  dict.upsertTag("00280008", "IS", [count]);
  dict.meta["00020010"] = { vr: "UI", Value: ["1.2.840.10008.1.2.4.90"] };
  delete dict.dict["7FE00010"];
  const item = (value: Buffer): Buffer => {
    const head = Buffer.from([0xfe, 0xff, 0x00, 0xe0, 0, 0, 0, 0]);
    head.writeUInt32LE(value.length, 4);
    return Buffer.concat([head, value]);
  };
  const offsets = Buffer.alloc(table.length * 4);
  for (const [index, offset] of table.entries()) offsets.writeUInt32LE(offset, index * 4);
  const pixelData = Buffer.concat([
    Buffer.from("e07f10004f420000ffffffff", "hex"),
    item(offsets),
    ...fragments.map((fragment) => item(Buffer.from(fragment))),
    Buffer.from("feffdde000000000", "hex"),
  ]);
  return { ...image, bytes: Buffer.concat([Buffer.from(dict.write()), pixelData]) };
};
