import type { Slice } from "../read/slice.ts";

/** Parts whose images hold no pancreas. Anything else, also nothing, is neutral: real abdominal CTs say PARTIALBODY. */
const elsewhere =
  /^(HEAD|BRAIN|SKULL|ORBIT|SINUS|EAR|JAW|NECK|CSPINE|SHOULDER|CLAVICLE|ARM|HUMERUS|ELBOW|FOREARM|WRIST|HAND|FINGER|THUMB|BREAST|LEG|THIGH|FEMUR|KNEE|CALF|ANKLE|FOOT|TOE|CALCANEUS|EXTREMITY)/;

/** Trunks do not fit into a smaller field of view. */
const trunkFieldOfViewMm = 300;

export const fieldOfViewMm = ({ rows, columns, rowSpacingMm, columnSpacingMm }: Slice): number =>
  Math.max(rows * rowSpacingMm, columns * columnSpacingMm);

/** Whether both the name and the field of view speak of another body part; the name alone is often wrong. */
export const isElsewhere = (bodyPart: string | null, slice: Slice): boolean =>
  bodyPart !== null && elsewhere.test(bodyPart) && fieldOfViewMm(slice) < trunkFieldOfViewMm;
