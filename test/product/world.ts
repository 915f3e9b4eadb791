import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { clock, software } from "../../src/compose.ts";
import { importDemoModels } from "../../src/demo/models.ts";
import { writeSeries } from "../../src/demo/phantom/writeSeries.ts";
import type { Delivery } from "../../src/domain/delivery.ts";
import type { OutputKind } from "../../src/domain/outputs.ts";
import type { ResultSummary } from "../../src/domain/result.ts";
import { openSqliteJobStore } from "../../src/jobs/sqlite/sqlite.ts";
import { readFixture } from "../pacs/objects.ts";
import { eventually } from "../support/eventually.ts";
import { type Orthanc, startOrthanc } from "../support/orthanc.ts";
import { panseg } from "../support/panseg.ts";
import { phantomOf } from "../support/phantom.ts";
import { sharedFolder } from "../support/shared.ts";

type Owner = { readonly after: (end: () => Promise<void> | void) => void };

/** A temporary folder that ends with its test. */
export const temporaryFolder = (owner: Owner): string => {
  const folder = mkdtempSync(join(tmpdir(), "panseg-story-"));
  owner.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

/** The authors' small CT model, brought in by the command line. */
export const importCtModel = async (folder: string): Promise<string> => {
  const models = join(folder, "models");
  const { code, stderr } = await panseg(
    ["model", "import", sharedFolder("vectors", "ct", "model"), "--modality", "CT"],
    { PANSEG__MODELS__FOLDER: models },
  );
  if (code !== 0) throw new Error(stderr);
  return models;
};

export const seriesFolder = sharedFolder("fixtures", "dicom", "ct_abdomen_j2k");

/** The same slices as an archive takes them: their empty UIDs filled in. */
export const seriesFiles = (): readonly Uint8Array[] =>
  readFixture("ct_abdomen_j2k").map(({ bytes }) => bytes);

export const startArchive = (owner: Owner): Promise<Orthanc> => startOrthanc(owner, { stableAgeSeconds: 1 });

/** Settings of a service in front of an archive at these roots. */
export const serviceSettings = (
  orthanc: Orthanc,
  models: string,
  data: string,
  root = orthanc.restUrl,
): Readonly<Record<string, string>> => {
  const secret = join(data, "..", "password");
  writeFileSync(secret, `${orthanc.password}\n`, { mode: 0o600 });
  return {
    PANSEG__DATAFOLDER: data,
    PANSEG__MODELS__FOLDER: models,
    PANSEG__PACS__ORTHANCURL: root,
    PANSEG__PACS__DICOMWEBURL: orthanc.url.replace(orthanc.restUrl, root),
    PANSEG__PACS__USERNAME: orthanc.user,
    PANSEG__PACS__PASSWORD_FILE: secret,
    PANSEG__WATCH__EVERYSECONDS: "1",
    PANSEG__WATCH__STABLESECONDS: "1",
    PANSEG__WATCH__SWEEPDAYS: "null",
  };
};

const kinds = {
  "1.2.840.10008.5.1.4.1.1.66.4": "SEG",
  "1.2.840.10008.5.1.4.1.1.88.34": "SR",
  "1.2.840.10008.5.1.4.1.1.88.22": "text",
  "1.2.840.10008.5.1.4.1.1.7": "image",
  "1.2.840.10008.5.1.4.1.1.88.59": "note",
} as const;

type Kind = (typeof kinds)[keyof typeof kinds];

export type StoredInstance = { readonly kind: Kind; readonly id: string };

const isResultClass = (sopClassUid: string): sopClassUid is keyof typeof kinds =>
  Object.hasOwn(kinds, sopClassUid);

/** Everything in Orthanc that is no image of a scanner, over every study. */
export const storedResults = async (orthanc: Orthanc): Promise<readonly StoredInstance[]> => {
  const instances = (await orthanc.rest("/instances")) as readonly string[];
  const found = await Promise.all(
    instances.map(async (id): Promise<readonly StoredInstance[]> => {
      const { SOPClassUID = "" } = (await orthanc.rest(`/instances/${id}/simplified-tags`)) as {
        SOPClassUID?: string;
      };
      return isResultClass(SOPClassUID) ? [{ kind: kinds[SOPClassUID], id }] : [];
    }),
  );
  return found.flat().toSorted((a, b) => (`${a.kind}${a.id}` < `${b.kind}${b.id}` ? -1 : 1));
};

/** What one series becomes: six key slices and their overview among it. */
export const oneResult: Readonly<Record<string, number>> = { SEG: 1, SR: 1, text: 1, image: 7 };

/** The same of the real CT without mirroring: its mask lies in four slices. */
export const oneSmallResult: Readonly<Record<string, number>> = { ...oneResult, image: 5 };

export const countOf = (results: readonly StoredInstance[]): Readonly<Record<string, number>> => {
  const counts: Record<string, number> = {};
  for (const { kind } of results) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
};

export const download = async (orthanc: Orthanc, { id }: StoredInstance): Promise<Uint8Array> => {
  const response = await fetch(`${orthanc.restUrl}/instances/${id}/file`, { headers: orthanc.headers });
  return new Uint8Array(await response.arrayBuffer());
};

/** The lines of dciodvfy that are complaints. */
export const complaintsOf = (file: string): readonly string[] => {
  const output = execFileSync("sh", ["-c", 'dciodvfy "$0" 2>&1 || true', file], { encoding: "utf8" });
  return output.split("\n").filter((line) => /^(Error|Warning)/.test(line));
};

/** The phantom demo models, which are quick, brought in from the repository. */
export const demoModels = async (folder: string): Promise<string> => {
  const models = join(folder, "models");
  await importDemoModels(models, software.version);
  return models;
};

/** A folder that ends with its test, in it the demo models and an empty data folder. */
export const demoWorld = async (owner: Owner) => {
  const folder = temporaryFolder(owner);
  const models = await demoModels(folder);
  const data = join(folder, "data");
  mkdirSync(data);
  return { folder, models, data };
};

/** The files of a phantom's series, which the demo models know how to segment. */
export const phantomSeries = (seed = 19, modelClass: "CT" | "T1" = "CT"): readonly Uint8Array[] =>
  writeSeries(phantomOf({ seed, modelClass })).map(({ bytes }) => bytes);

/** The number of the newest change that Orthanc has to tell of. */
export const lastChange = async (orthanc: Orthanc): Promise<number> =>
  ((await orthanc.rest("/changes?last")) as { Last: number }).Last;

/** Until the service on this data folder has read all that Orthanc has to tell now, and nothing is left to do. */
export const untilAllIsRead = async (orthanc: Orthanc, data: string): Promise<void> => {
  const told = await lastChange(orthanc);
  const jobs = openSqliteJobStore({ file: join(data, "jobs.sqlite"), clock, maxAttempts: 1 });
  const isOpen = async () =>
    [
      ...(await jobs.list({ state: "queued" })),
      ...(await jobs.list({ state: "running" })),
      ...(await jobs.list({ state: "computed" })),
    ].length > 0;
  try {
    await eventually(`change ${told} of Orthanc is read, and no job is open`, async () => {
      const cursor = await jobs.readCursor(`orthanc ${orthanc.restUrl}`);
      return Number(cursor) >= told && !(await isOpen());
    });
  } finally {
    await jobs.close();
  }
};

export type JobView = {
  readonly id: number;
  readonly kind: string;
  readonly state: string;
  readonly studyUid: string;
  readonly seriesUid: string;
  readonly failure: { readonly code: string; readonly details: Readonly<Record<string, unknown>> } | null;
  readonly result: ResultSummary | null;
  readonly deliveries: readonly {
    readonly destination: string;
    readonly state: Delivery["state"];
    readonly attempts: number;
    readonly failure: { readonly code: string } | null;
    readonly nextTryAt: string | null;
  }[];
};

/** SOP Instance UID of the first object of a kind. */
export const uidOfKind = (result: ResultSummary | null | undefined, kind: OutputKind): string | undefined =>
  result?.objects.find((each) => each.kind === kind)?.object.sopInstanceUid;

/** Every segmentation that the service knows, the oldest first, once none is under way and as many as asked for exist. */
export const endedSegmentations = (url: string, count: number): Promise<readonly JobView[]> =>
  eventually(`${count} segmentation(s) ended`, async () => {
    const { jobs } = (await (await fetch(`${url}/api/jobs`)).json()) as { jobs: readonly JobView[] };
    const isOpen = jobs.some(({ state }) => ["queued", "running", "computed"].includes(state));
    const segmentations = jobs.filter(({ kind }) => kind === "segment").toSorted((a, b) => a.id - b.id);
    return isOpen || segmentations.length < count ? null : segmentations;
  });
