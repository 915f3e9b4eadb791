import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { VolumeOutcome } from "../../src/convert/volumeOutcome.ts";
import { listFolder } from "../../src/files/listFolder.ts";
import { settingsSchema } from "../../src/settings/settingsSchema.ts";
import { panseg } from "../support/panseg.ts";
import { type Finding, judgeSeries, type Ours } from "./judgeSeries.ts";
import { readNiftiVolumes } from "./niftiFile.ts";
import { runDcm2niix } from "./runDcm2niix.ts";
import { groupFiles } from "./seriesFacts.ts";

export type SeriesFindings = {
  /** Null for the files that are no readable DICOM objects. */
  readonly seriesUid: string | null;
  readonly files: number;
  readonly findings: readonly Finding[];
};

type Report = {
  readonly series: readonly { readonly seriesUid: string; readonly volumes: readonly VolumeOutcome[] }[];
};

const convertHere = async (input: string, output: string): Promise<Report> => {
  const { stderr } = await panseg(["convert", "-i", input, "-o", output, "--min-slices", "1", "--quiet"]);
  try {
    return JSON.parse(readFileSync(join(output, "report.json"), "utf8")) as Report;
  } catch (error) {
    throw new Error(`panseg convert left no report: ${stderr}`, { cause: error });
  }
};

/** Both programs' answers for every series of a folder, against each other. */
export const judgeFolder = async (
  input: string,
  onSeries: (found: SeriesFindings) => void = () => undefined,
): Promise<readonly SeriesFindings[]> => {
  const output = mkdtempSync(join(tmpdir(), "panseg-conformance-"));
  try {
    const report = await convertHere(input, output);
    const files = (
      await listFolder(input, { tempFolder: output, limits: settingsSchema.parse({}).input })
    ).map(({ name }) => name);
    const all: SeriesFindings[] = [];
    for (const { seriesUid, files: own, facts } of groupFiles(files)) {
      const volumes = report.series.find((series) => series.seriesUid === seriesUid)?.volumes ?? [];
      const ours = volumes.map((outcome): Ours => {
        const [volume = null] =
          outcome.outcome === "converted" ? readNiftiVolumes(join(output, outcome.file)) : [];
        return { outcome, volume };
      });
      const findings = judgeSeries(ours, await runDcm2niix(own), facts);
      all.push({ seriesUid, files: own.length, findings });
      onSeries({ seriesUid, files: own.length, findings });
    }
    return all;
  } finally {
    rmSync(output, { recursive: true, force: true });
  }
};
