import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { startArchive } from "../../src/demo/archive/startArchive.ts";
import { makePhantom } from "../../src/demo/phantom/makePhantom.ts";
import { oddSeries } from "../../src/demo/phantom/oddSeries.ts";
import { type SeriesFile, writeSeries } from "../../src/demo/phantom/writeSeries.ts";
import { parseHeader, text } from "../../src/dicom/file/header.ts";
import { zyx } from "../../src/domain/axes.ts";
import { panseg } from "../support/panseg.ts";

const folder = mkdtempSync(join(tmpdir(), "panseg-explain-"));
after(() => rmSync(folder, { recursive: true }));

/** What a radiologist would say of each series of this study. */
const answers: Readonly<Record<string, string>> = {
  ct: "CT",
  t1: "T1",
  t2: "T2",
  unknown: "CONTRAST_UNKNOWN",
  localizer: "LOCALIZER",
  mip: "DERIVED_NOT_VOLUME",
  "gantry tilt": "GANTRY_TILT",
  "Dixon fat": "WRONG_CONTRAST",
  "Dixon opposed phase": "WRONG_CONTRAST",
  "Enhanced MR": "T1",
  "Enhanced CT": "CT",
  diffusion: "WRONG_CONTRAST",
};

const small = { shape: zyx(24, 96, 96), spacingMm: zyx(8, 4.2, 4.2) } as const;

const study = (): ReadonlyMap<string, readonly SeriesFile[]> => {
  const plain = (["CT", "T1", "T2"] as const).map(
    (modelClass) =>
      [
        modelClass.toLowerCase(),
        writeSeries(makePhantom({ seed: 31, modelClass, ...small }), { series: "plain" }),
      ] as const,
  );
  // Repetition and echo time of a proton density image.
  const unknown = writeSeries(makePhantom({ seed: 31, modelClass: "T2", ...small, vendor: "GE" }), {
    series: "pd",
    change: () => ({ RepetitionTime: "2300", EchoTime: "22" }),
  });
  const odd = oddSeries(31).filter(({ name }) => answers[name] !== undefined);
  return new Map([...plain, ["unknown", unknown], ...odd.map(({ name, files }) => [name, files] as const)]);
};

before(() => {
  for (const [name, files] of study()) {
    mkdirSync(join(folder, name));
    for (const file of files) writeFileSync(join(folder, name, file.name), file.bytes);
  }
});

const studyUid = "1.2.826.0.1.3680043.10.999.77";

/** The same file as one of a common study. */
const inStudy = (bytes: Uint8Array): Uint8Array => {
  const file = Buffer.from(bytes);
  const at = file.indexOf(Buffer.from("\x20\x00\x0d\x00UI", "latin1"));
  assert.ok(at > 0, "StudyInstanceUID in Explicit VR Little Endian");
  const value = Buffer.from(studyUid.length % 2 === 0 ? studyUid : `${studyUid}\0`, "latin1");
  const head = Buffer.from(file.subarray(at, at + 8));
  head.writeUInt16LE(value.length, 6);
  return Buffer.concat([
    file.subarray(0, at),
    head,
    value,
    file.subarray(at + 8 + file.readUInt16LE(at + 6)),
  ]);
};

type Row = {
  readonly seriesUid: string;
  readonly part: string;
  readonly modelClass: string | null;
  readonly score: number;
  readonly reasons: readonly string[];
  readonly failure: { readonly code: string } | null;
};

const explain = async (
  source: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<readonly Row[]> => {
  const { code, stdout, stderr } = await panseg(["explain", source, "--json"], settings);
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout) as readonly Row[];
};

test("every series of a labelled study gets its class or its reason; what cannot be told is said, not guessed", async () => {
  for (const [name, answer] of Object.entries(answers)) {
    const rows = await explain(join(folder, name));
    assert.deepEqual(
      rows.map(({ modelClass, failure }) => modelClass ?? failure?.code),
      [answer],
      name,
    );
    if (rows[0]?.modelClass !== null)
      assert.ok((rows[0]?.score ?? 0) > 0 && (rows[0]?.reasons.length ?? 0) > 1);
  }
});

test("acceptance 6: the labelled series together are one study, each explained by its own; nothing is guessed", async () => {
  const together = join(folder, "together");
  mkdirSync(together);
  const names = new Map<string, string>();
  for (const name of Object.keys(answers))
    for (const file of readdirSync(join(folder, name))) {
      const bytes = inStudy(readFileSync(join(folder, name, file)));
      const header = parseHeader(bytes);
      assert.equal(text(header, "StudyInstanceUID"), studyUid);
      names.set(text(header, "SeriesInstanceUID") ?? "", name);
      writeFileSync(join(together, `${names.size}-${file}`), bytes);
    }
  const rows = await explain(together);
  assert.ok(rows.length >= 8 && names.size === rows.length, `${rows.length} rows of ${names.size} series`);
  assert.deepEqual(
    Object.fromEntries(rows.map((row) => [names.get(row.seriesUid), row.modelClass ?? row.failure?.code])),
    answers,
  );
});

test("P4: a study in an archive is explained as its files are, a table is for people, and one that is not there ends with 3", async () => {
  const archive = await startArchive({ folder: join(folder, "archive"), stableMs: 100 });
  try {
    const files = study().get("t1") ?? [];
    const boundary = "part";
    const body = Buffer.concat([
      ...files.flatMap(({ bytes }) => [
        Buffer.from(`--${boundary}\r\nContent-Type: application/dicom\r\n\r\n`),
        bytes,
        Buffer.from("\r\n"),
      ]),
      Buffer.from(`--${boundary}--`),
    ]);
    const stored = await fetch(`${archive.url}/studies`, {
      method: "POST",
      headers: { "content-type": `multipart/related; type="application/dicom"; boundary=${boundary}` },
      body,
    });
    assert.ok(stored.ok);
    const listed = (await (await fetch(`${archive.url}/studies`)).json()) as Record<
      string,
      { Value: string[] }
    >[];
    const studyUid = listed[0]?.["0020000D"]?.Value[0] ?? "";
    const settings = { PANSEG__PACS__DICOMWEBURL: archive.url, PANSEG__PACS__ORTHANCURL: archive.restUrl };
    const rows = await explain(studyUid, settings);
    assert.deepEqual(rows, await explain(join(folder, "t1")));
    const { stdout } = await panseg(["explain", studyUid], settings);
    assert.match(stdout, /SERIES\s+DESCRIPTION\s+VOLUME\s+IMAGES\s+VERDICT\s+CLASS\s+SCORE\s+WHY/);
    assert.match(stdout, /segment\s+T1\s+\d+/);
    const none = await panseg(["explain", "1.2.3"], settings);
    assert.equal(none.code, 3, none.stderr);
    assert.match(none.stderr, /archive holds no series of the study 1\.2\.3/);
  } finally {
    await archive.stop();
  }
});

test("a site's rule shows at once in what is explained", async () => {
  const rules = join(folder, "site.yaml");
  writeFileSync(rules, "rules:\n  - { because: a test, where: { Modality: CT }, refuse: SITE_RULE }\n");
  const rows = await explain(join(folder, "ct"), { PANSEG__SERIES__RULESFILE: rules });
  assert.deepEqual(
    rows.map(({ failure }) => failure?.code),
    ["SITE_RULE"],
  );
});
