import type { Dataset } from "../../../dicom/write/dataset.ts";
import type { Signal } from "../dixon.ts";
import { makePhantom, type Phantom } from "../makePhantom.ts";
import type { Phase } from "../tissues.ts";
import { phantomUid } from "../uids.ts";
import { type SeriesFile, writeSeries } from "../writeSeries.ts";
import { lazily, type OddRecipe, refusedAs, small, volumeAs } from "./odd.ts";

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
const dynamic = (seed: number): readonly OddRecipe[] => {
  const parts = lazily(() =>
    dynamicPhases.map((phase) => makePhantom({ seed, modelClass: "T1", ...small, vendor: "Siemens", phase })),
  );
  return Object.entries(phaseKeys).map(([key, change]) =>
    refusedAs(`dynamic phases by ${key}`, "AMBIGUOUS_SERIES", () =>
      together(`dynamic ${key}`, parts(), (n) => ({ SeriesDescription: "t1_vibe_fs_dyn", ...change(n) })),
    ),
  );
};

const dixonImages: Readonly<Record<Signal, { readonly term: string; readonly echoMs: string }>> = {
  "in-phase": { term: "IN_PHASE", echoMs: "2.4" },
  "opposed-phase": { term: "OPP_PHASE", echoMs: "1.2" },
  water: { term: "WATER", echoMs: "1.2" },
  fat: { term: "FAT", echoMs: "1.2" },
};

const dixonSignals = Object.keys(dixonImages) as Signal[];

const dixonAttributes = (signal: Signal): Dataset => {
  const { term, echoMs } = dixonImages[signal];
  return {
    ImageType: ["DERIVED", "PRIMARY", "M", term],
    EchoTime: echoMs,
    SeriesDescription: "t1_vibe_dixon_tra_bh",
  };
};

const dixon = (seed: number): readonly OddRecipe[] => {
  const phantoms = Object.fromEntries(
    dixonSignals.map((signal) => [
      signal,
      lazily(() => makePhantom({ seed, modelClass: "T1", ...small, vendor: "Siemens", signal })),
    ]),
  ) as Readonly<Record<Signal, () => Phantom>>;
  const alone = (signal: Signal): readonly SeriesFile[] =>
    writeSeries(phantoms[signal](), { series: signal, change: () => dixonAttributes(signal) });
  const all = (): readonly SeriesFile[] =>
    together(
      "dixon",
      dixonSignals.map((signal) => phantoms[signal]()),
      (n) => dixonAttributes(dixonSignals[n] ?? "water"),
    );
  return [
    refusedAs("Dixon opposed phase", "WRONG_CONTRAST", () => alone("opposed-phase")),
    refusedAs("Dixon fat", "WRONG_CONTRAST", () => alone("fat")),
    volumeAs("Dixon water", () => ({ phantom: phantoms.water(), files: alone("water") })),
    volumeAs(
      "Dixon contrasts in one series",
      () => ({ phantom: phantoms.water(), files: all() }),
      "ImageType=WATER",
    ),
  ];
};

/** Several volumes at the same positions, together in one series or each in its own. */
export const seriesOfSeveral = (seed: number): readonly OddRecipe[] => [...dynamic(seed), ...dixon(seed)];
