import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readFixture } from "../pacs/objects.ts";
import { type Orthanc, startOrthanc } from "../support/orthanc.ts";
import { panseg } from "../support/panseg.ts";
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

export type StoredInstance = { readonly modality: string; readonly id: string };

/** Orthanc's instances of these modalities, over every study. */
export const storedResults = async (
  orthanc: Orthanc,
  modalities: readonly string[] = ["SEG", "SR"],
): Promise<readonly StoredInstance[]> => {
  const all: StoredInstance[] = [];
  for (const modality of modalities) {
    const series = (await orthanc.rest("/series?expand")) as {
      MainDicomTags: { Modality: string };
      Instances: string[];
    }[];
    for (const { MainDicomTags, Instances } of series)
      if (MainDicomTags.Modality === modality) all.push(...Instances.map((id) => ({ modality, id })));
  }
  return all;
};

export const countOf = (results: readonly StoredInstance[]): Readonly<Record<string, number>> => ({
  SEG: results.filter(({ modality }) => modality === "SEG").length,
  SR: results.filter(({ modality }) => modality === "SR").length,
});

export const download = async (orthanc: Orthanc, { id }: StoredInstance): Promise<Uint8Array> => {
  const response = await fetch(`${orthanc.restUrl}/instances/${id}/file`, { headers: orthanc.headers });
  return new Uint8Array(await response.arrayBuffer());
};

/** The lines of dciodvfy that are complaints. */
export const complaintsOf = (file: string): readonly string[] => {
  const output = execFileSync("sh", ["-c", 'dciodvfy "$0" 2>&1 || true', file], { encoding: "utf8" });
  return output.split("\n").filter((line) => /^(Error|Warning)/.test(line));
};
