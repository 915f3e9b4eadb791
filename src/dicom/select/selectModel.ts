import { type Failure, FailureError, failed } from "../../domain/failure.ts";
import type { ModelClass } from "../../domain/plan.ts";
import type { Header } from "../../domain/series.ts";
import type { Warning } from "../../domain/warning.ts";
import { cross } from "../../geometry/vector.ts";
import { text } from "../read/header.ts";
import { keepSlices, objectKind } from "../read/objectKind.ts";
import { readSlice, requireGeometry, type Slice } from "../read/slice.ts";
import { buildGrid, groupByPosition, requireSlices } from "../read/stack.ts";
import { isElsewhere } from "./bodyPart.ts";
import { contrastInText, findContrast } from "./contrast.ts";
import { type Exclusion, physicalExclusions, textExclusions } from "./exclusions.ts";
import { type Facts, readFacts } from "./facts.ts";

export type SelectOptions = { readonly minSlices: number; readonly force?: ModelClass };

export type Selection =
  | {
      readonly kind: "accepted";
      readonly modelClass: ModelClass;
      readonly warnings: readonly Warning[];
      /** What spoke for the class, for the log and the API; no text of the header. */
      readonly reasons: readonly string[];
    }
  | { readonly kind: "refused"; readonly failure: Failure };

type Choice = Omit<Extract<Selection, { kind: "accepted" }>, "kind">;

type Image = { readonly sopInstanceUid: string; readonly facts: Facts; readonly slice: Slice };

const describe = (header: Header) => ({
  kind: objectKind(header),
  sopInstanceUid: text(header, "SOPInstanceUID") ?? "",
  modality: text(header, "Modality") ?? "",
  facts: readFacts(header),
  slice: readSlice(header),
});

/** Throws the code of the first exclusion that applies to any image. */
const requireNone = (
  images: readonly Pick<Image, "sopInstanceUid" | "facts">[],
  exclusions: readonly Exclusion[],
): void => {
  for (const { code, sentence, applies } of exclusions) {
    const hit = images.filter(({ facts }) => applies(facts));
    if (hit.length === 0) continue;
    throw failed(code, `${sentence} (${hit.length} of ${images.length} images).`, {
      sopInstanceUids: hit.map(({ sopInstanceUid }) => sopInstanceUid).sort(),
    });
  }
};

/**
 * Refuses what no volume can come of before anything is retrieved. Where images share a position only their pixels
 * can tell duplicates from phases, so that is left to the reader.
 */
const requireStack = (images: readonly Image[], minSlices: number): void => {
  const byUid = new Map(images.map((image) => [image.sopInstanceUid, image]));
  const { groups } = groupByPosition([...byUid.values()]);
  if (groups.every(({ length }) => length === 1)) buildGrid(groups.flat().map(({ slice }) => slice));
  requireSlices(groups.length, minSlices);
};

const degreesOffAxial = ({ alongRow, alongColumn }: Slice): number =>
  (Math.acos(Math.min(1, Math.abs(cross(alongRow, alongColumn)[2]))) * 180) / Math.PI;

/** Reconstructions in other planes are made from the axial ones; the axial ones are segmented. */
const axialToleranceDegrees = 20;

const chooseCt = (images: readonly Image[]): Choice => {
  const withoutRescale = images.filter(({ facts }) => !facts.hasRescale);
  if (withoutRescale.length > 0) {
    throw failed("CT_NO_RESCALE", `${withoutRescale.length} of ${images.length} images have no rescale.`, {
      sopInstanceUids: withoutRescale.map(({ sopInstanceUid }) => sopInstanceUid).sort(),
    });
  }
  const angle = Math.max(...images.map(({ slice }) => degreesOffAxial(slice)));
  const saysAxial = images.every(({ facts }) => facts.imageType.includes("AXIAL"));
  if (!saysAxial && angle > axialToleranceDegrees) {
    throw failed(
      "DERIVED_NOT_VOLUME",
      `The CT slices lie ${angle.toFixed(1)}° off axial and ImageType does not say AXIAL.`,
      { angleDegrees: angle },
    );
  }
  return {
    modelClass: "CT",
    warnings: [],
    reasons: [
      "Modality CT",
      "rescale present",
      saysAxial ? "ImageType AXIAL" : `${angle.toFixed(1)}° off axial`,
    ],
  };
};

const textConflict = (images: readonly Image[], physics: ModelClass): readonly Warning[] => {
  const named = new Set(images.map(({ facts }) => contrastInText(facts)));
  named.delete(null);
  if (named.size === 0 || named.has(physics)) return [];
  return [
    {
      code: "TEXT_CONFLICT",
      sentence: `The series text names ${[...named].join(", ")}, the sequence is ${physics}; the sequence counts.`,
    },
  ];
};

const chooseMr = (images: readonly Image[]): Choice => {
  const findings = images.map(({ facts }) => findContrast(facts));
  const [first] = findings;
  const modelClass = first?.modelClass ?? null;
  if (
    first === undefined ||
    modelClass === null ||
    findings.some((other) => other.modelClass !== modelClass)
  ) {
    const reasons = [...new Set(findings.flatMap((finding) => finding.reasons))].sort();
    throw failed("CONTRAST_UNKNOWN", `Neither T1 nor T2: ${reasons.join("; ")}.`, { reasons });
  }
  return { modelClass, warnings: textConflict(images, modelClass), reasons: first.reasons };
};

const chooseForced = (modelClass: ModelClass, modality: string): Choice => {
  if ((modelClass === "CT") !== (modality === "CT")) {
    throw failed("MODALITY", `The ${modelClass} model was asked for, the series is ${modality}.`, {
      modality,
    });
  }
  const warning: Warning = {
    code: "CONTRAST_FORCED",
    sentence: `The ${modelClass} model was named by the caller, whatever the header says.`,
  };
  return { modelClass, warnings: [warning], reasons: [`${modelClass} named by the caller`] };
};

const requireTrunk = (images: readonly Image[]): void => {
  const wrong = images.filter(({ facts, slice }) => isElsewhere(facts.bodyPart, slice));
  if (wrong.length === 0) return;
  throw failed(
    "BODY_PART",
    "BodyPartExamined and a field of view below 300 mm name a part without a pancreas.",
    {
      sopInstanceUids: wrong.map(({ sopInstanceUid }) => sopInstanceUid).sort(),
    },
  );
};

const choose = (headers: readonly Header[], { minSlices, force }: SelectOptions): Choice => {
  const { slices } = keepSlices(headers.map(describe));
  requireNone(slices, physicalExclusions);
  if (force === undefined) requireNone(slices, textExclusions);
  const images = requireGeometry(slices);
  requireStack(images, minSlices);
  const modality = images[0]?.modality ?? "";
  const chosen =
    force !== undefined
      ? chooseForced(force, modality)
      : modality === "CT"
        ? chooseCt(images)
        : chooseMr(images);
  requireTrunk(images);
  return chosen;
};

/**
 * Which model a series is for, from its headers alone (WADO-RS metadata or files), or why none. Numbers and defined
 * terms decide, text only excludes or warns, and what cannot be told is refused, never guessed. `force` names the class
 * and overrides text and the choice of contrast, nothing else.
 */
export const selectModel = (headers: readonly Header[], options: SelectOptions): Selection => {
  try {
    return { kind: "accepted", ...choose(headers, options) };
  } catch (error) {
    if (error instanceof FailureError) return { kind: "refused", failure: error.failure };
    throw error;
  }
};
