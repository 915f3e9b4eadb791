import { type FailureCode, failed } from "../../domain/failure.ts";
import { isUid } from "../../domain/uid.ts";
import type { Warning } from "../../domain/warning.ts";
import type { ObjectKind } from "./objectKind.ts";
import { requireNoneOnGrid } from "./onGrid.ts";
import { type Candidate, findStrays } from "./strays.ts";

type Refusal = { readonly kind: ObjectKind; readonly code: FailureCode; readonly sentence: string };

/** Why a series without any slice is refused; the first kind that occurs in it decides. */
const refusals: readonly Refusal[] = [
  { kind: "colour", code: "COLOUR_IMAGE", sentence: "The images are in colour." },
  { kind: "mosaic", code: "MOSAIC", sentence: "ImageType says MOSAIC." },
  {
    kind: "multi-frame",
    code: "MULTI_FRAME",
    sentence: "The objects hold several frames that nothing describes.",
  },
  { kind: "localizer", code: "LOCALIZER", sentence: "ImageType says LOCALIZER." },
  { kind: "secondary-capture", code: "DERIVED_NOT_VOLUME", sentence: "The objects are secondary captures." },
  { kind: "other-modality", code: "MODALITY", sentence: "The modality is neither CT nor MR." },
  { kind: "no-image", code: "NO_IMAGES", sentence: "No object holds a CT or MR image." },
];

/** One object with what it is. */
export type Sorted = Candidate & {
  readonly sopInstanceUid: string;
  readonly modality: string;
};

const refuse = (objects: readonly Sorted[], { kind, code, sentence }: Refusal): Error => {
  const offending = objects.filter((object) => object.kind === kind);
  return failed(code, `${sentence} ${offending.length} of ${objects.length} objects.`, {
    sopInstanceUids: offending.map(({ sopInstanceUid }) => sopInstanceUid),
    modalities: [...new Set(offending.map(({ modality }) => modality))],
  });
};

/** As many as fit a sentence. */
const mostNames = 3;

/** What stands for a UID in a damaged header may be anything, and is not repeated. */
const namesOf = (uids: readonly string[]): string => {
  const names = uids.slice(0, mostNames).map((uid) => (isUid(uid) ? uid : "one without a valid UID"));
  return [...names, ...(uids.length > mostNames ? [`${uids.length - mostNames} more`] : [])].join(", ");
};

/**
 * The slices of a series and a warning for what was left out (G10, X2). Multi-frame images beside slices are refused,
 * because they may belong to the volume.
 * Throws MIXED_ACQUISITIONS where what would be left out belongs to the stack, NO_IMAGES, MODALITY, COLOUR_IMAGE, MOSAIC, LOCALIZER, DERIVED_NOT_VOLUME, MULTI_FRAME.
 */
export const keepSlices = <T extends Sorted>(
  objects: readonly T[],
): { readonly slices: readonly T[]; readonly warnings: readonly Warning[] } => {
  const strays = findStrays(objects);
  const slices = objects.filter((object) => object.kind === "slice" && !strays.has(object));
  const dropped = objects.filter((object) => object.kind !== "slice" || strays.has(object));
  const deciding = refusals.find(
    ({ kind }) => (slices.length === 0 || kind === "multi-frame") && dropped.some((o) => o.kind === kind),
  );
  if (deciding !== undefined) throw refuse(objects, deciding);
  if (slices.length === 0) throw failed("NO_IMAGES", "The series is empty.");
  if (dropped.length === 0) return { slices, warnings: [] };
  requireNoneOnGrid(slices, dropped);
  const kindOf = (object: T): ObjectKind => (strays.has(object) ? "no-image" : object.kind);
  const uids = dropped.map(({ sopInstanceUid }) => sopInstanceUid).sort();
  const warning: Warning = {
    code: "NON_IMAGE_DROPPED",
    sentence: `${dropped.length} of ${objects.length} objects ${dropped.length === 1 ? "is no slice of the volume and was" : "are no slices of the volume and were"} left out: ${namesOf(uids)}.`,
    details: { kinds: [...new Set(dropped.map(kindOf))].sort(), sopInstanceUids: uids },
  };
  return { slices, warnings: [warning] };
};
