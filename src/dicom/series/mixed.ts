import { type FailureError, failed } from "../../domain/failure.ts";
import type { Located } from "./describe.ts";
import { type Distances, thickestMm } from "./passes.ts";
import type { Share } from "./shares.ts";

/** Why stacks of several values are refused, by what the attribute means or how they lie. */
const reasons = {
  moment: (_: string) => "taken apart they are no even stacks of as many slices",
  slabs: (_: string) => "some go on where others end, and nothing tells which belong together",
  pass: (thicknessMm: string) => `with slices of ${thicknessMm} they may be one volume or several`,
  unnamed: (thicknessMm: string) =>
    `with slices of ${thicknessMm} each value is a stack of its own, and the attribute does not tell of what`,
};

export type Reason = keyof typeof reasons;

/** MIXED_ACQUISITIONS, with the attribute's name, the numbers of images, and both distances where they count. */
export const mixed = <T extends Located>(
  name: string,
  reason: Reason,
  shares: readonly Share<T>[],
  distances: Distances | null,
): FailureError => {
  const images = shares.flatMap(({ placed }) => placed.map(({ image }) => image));
  const slices = shares.map(({ placed }) => placed.length);
  const thicknessMm = thickestMm(images);
  const apart =
    distances === null
      ? ""
      : `, ${distances.aloneMm.toFixed(3)} mm apart each${distances.togetherMm === null ? "" : ` and ${distances.togetherMm.toFixed(3)} mm together`}`;
  const why = reasons[reason](thicknessMm === null ? "unknown thickness" : `${thicknessMm} mm`);
  return failed(
    "MIXED_ACQUISITIONS",
    `${shares.length} values of ${name} alternate along the stack (${slices.join(" and ")} images${apart}); ${why}.`,
    {
      attribute: name,
      slices,
      ...distances,
      sliceThicknessMm: thicknessMm,
      sopInstanceUids: images.map(({ sopInstanceUid }) => sopInstanceUid).sort(),
    },
  );
};
