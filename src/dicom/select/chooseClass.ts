import { FailureError, failed, makeFailure } from "../../domain/failure.ts";
import type { ModelClass } from "../../domain/plan.ts";
import type { Warning } from "../../domain/warning.ts";
import { cross } from "../../geometry/vector.ts";
import type { HeaderImage } from "../series/describe.ts";
import type { Slice } from "../series/slice.ts";
import { isElsewhere } from "./bodyPart.ts";
import { contrastInText, findContrast } from "./contrast.ts";
import type { Facts } from "./facts.ts";

/** One image plane with what its header says. */
export type Image = HeaderImage & { readonly slice: Slice; readonly facts: Facts };

/** The class of model that images ask for. */
export type ClassChoice = {
  readonly modelClass: ModelClass;
  readonly warnings: readonly Warning[];
  readonly reasons: readonly string[];
};

export const degreesOffAxial = ({ alongRow, alongColumn }: Slice): number =>
  (Math.acos(Math.min(1, Math.abs(cross(alongRow, alongColumn)[2]))) * 180) / Math.PI;

/** Reconstructions in other planes are made from the axial ones; the axial ones are segmented. */
const axialToleranceDegrees = 20;

const chooseCt = (images: readonly Image[]): ClassChoice => {
  const withoutRescale = images.filter(({ facts }) => facts.hounsfield === "none");
  if (withoutRescale.length > 0) {
    throw failed("CT_NO_RESCALE", `${withoutRescale.length} of ${images.length} images have no rescale.`, {
      sopInstanceUids: withoutRescale.map(({ sopInstanceUid }) => sopInstanceUid).sort(),
    });
  }
  const angle = Math.max(...images.map(({ slice }) => degreesOffAxial(slice)));
  const saysAxial = images.every(({ facts }) => facts.imageType.includes("AXIAL"));
  if (!saysAxial && angle > axialToleranceDegrees) {
    throw new FailureError(
      makeFailure(
        "DERIVED_NOT_VOLUME",
        `The CT slices lie ${angle.toFixed(1)}° off axial and ImageType does not say AXIAL.`,
        { angleDegrees: angle },
        "Reformats in other planes are made from the axial series; send that one.",
      ),
    );
  }
  return {
    modelClass: "CT",
    warnings: [],
    reasons: [
      "Modality CT",
      images.every(({ facts }) => facts.hounsfield === "stated")
        ? "rescale present"
        : "no rescale; the pixels must prove to be Hounsfield units",
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

const chooseMr = (images: readonly Image[]): ClassChoice => {
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

const chooseForced = (modelClass: ModelClass, modality: string): ClassChoice => {
  if ((modelClass === "CT") !== (modality === "CT")) {
    throw new FailureError(
      makeFailure(
        "MODALITY",
        `The ${modelClass} model was asked for, the series is ${modality}.`,
        { modality },
        "Name a model for this modality, or none to have the header decide.",
      ),
    );
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

/**
 * The class that the images are of by their physics, or the one that the caller names. Throws CT_NO_RESCALE,
 * DERIVED_NOT_VOLUME, CONTRAST_UNKNOWN, MODALITY, BODY_PART.
 */
export const chooseClass = (images: readonly Image[], force: ModelClass | undefined): ClassChoice => {
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
