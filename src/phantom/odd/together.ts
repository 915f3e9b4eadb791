import type { Dataset } from "../../dicom/write/dataset.ts";
import { zyx } from "../../domain/axes.ts";
import { makePhantom, type Phantom } from "../makePhantom.ts";
import type { Phase } from "../tissues.ts";
import { phantomUid } from "../uids.ts";
import { type SeriesFile, writeSeries } from "../writeSeries.ts";
import { type OddSeries, refusedAs, volumeAs } from "./odd.ts";

const small = { shape: zyx(24, 96, 96), spacingMm: zyx(8, 4.2, 4.2), vendor: "Siemens" } as const;

/** All parts, which share their positions, in one series. */
const together = (
  series: string,
  parts: readonly Phantom[],
  change: (n: number) => Dataset,
): readonly SeriesFile[] =>
  parts.flatMap((phantom, n) =>
    writeSeries(phantom, {
      series,
      change: (k) => ({
        ...change(n),
        SOPInstanceUID: phantomUid(`${series}|${phantom.facts.seed}|${n}|${k}`),
      }),
    }).map(({ name, bytes }) => ({ name: `${n}${name}`, bytes })),
  );

const dynamicPhases: readonly Phase[] = ["native", "late arterial", "portal venous", "delayed"];

/** What alone tells the phases of a dynamic series apart. */
const phaseKeys: Readonly<Record<string, (n: number) => Dataset>> = {
  TemporalPositionIdentifier: (n) => ({
    TemporalPositionIdentifier: String(n + 1),
    NumberOfTemporalPositions: "4",
  }),
  TriggerTime: (n) => ({ TriggerTime: String(1000 * n), ScanOptions: ["FS", "CG"] }),
  AcquisitionTime: (n) => ({ AcquisitionTime: `1021${10 + 12 * n}` }),
};

/** Four phases of one abdomen in one series, once for each way to tell them apart; equals, so none is chosen. */
const dynamic = (seed: number): readonly OddSeries[] => {
  const parts = dynamicPhases.map((phase) => makePhantom({ seed, modelClass: "T1", ...small, phase }));
  return Object.entries(phaseKeys).map(([key, change]) =>
    refusedAs(
      `dynamic phases by ${key}`,
      "AMBIGUOUS_SERIES",
      together(`dynamic ${key}`, parts, (n) => ({ SeriesDescription: "t1_vibe_fs_dyn", ...change(n) })),
    ),
  );
};

const dixonImages = [
  { signal: "in-phase", term: "IN_PHASE", echoMs: "2.4" },
  { signal: "opposed-phase", term: "OPP_PHASE", echoMs: "1.2" },
  { signal: "water", term: "WATER", echoMs: "1.2" },
  { signal: "fat", term: "FAT", echoMs: "1.2" },
] as const;

const dixonAttributes = (n: number): Dataset => {
  const { term, echoMs } = dixonImages[n] ?? dixonImages[2];
  return {
    ImageType: ["DERIVED", "PRIMARY", "M", term],
    EchoTime: echoMs,
    SeriesDescription: "t1_vibe_dixon_tra_bh",
  };
};

const dixon = (seed: number): readonly OddSeries[] => {
  const parts = dixonImages.map(({ signal }) => makePhantom({ seed, modelClass: "T1", ...small, signal }));
  const alone = (n: number): readonly SeriesFile[] =>
    writeSeries(parts[n] as Phantom, {
      series: dixonImages[n]?.signal ?? "",
      change: () => dixonAttributes(n),
    });
  const water = parts[2] as Phantom;
  return [
    refusedAs("Dixon opposed phase", "WRONG_CONTRAST", alone(1)),
    refusedAs("Dixon fat", "WRONG_CONTRAST", alone(3)),
    volumeAs("Dixon water", water, alone(2)),
    volumeAs(
      "Dixon contrasts in one series",
      water,
      together("dixon", parts, dixonAttributes),
      "ImageType=WATER",
    ),
  ];
};

/** Several volumes at the same positions, together in one series or each in its own. */
export const seriesOfSeveral = (seed: number): readonly OddSeries[] => [...dynamic(seed), ...dixon(seed)];
