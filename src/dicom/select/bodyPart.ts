import type { Header } from "../../domain/series.ts";
import { text } from "../file/header.ts";
import type { Slice } from "../series/slice.ts";

/** Regions by their codes of SNOMED CT and SNOMED RT, as BodyPartExamined would name them (PS3.16 annex L). */
const regionsByCode: Readonly<Record<string, string>> = {
  "818981001": "ABDOMEN",
  "113345001": "ABDOMEN",
  "T-D4000": "ABDOMEN",
  "818982008": "ABDOMENPELVIS",
  "416949008": "ABDOMENPELVIS",
  "416550000": "CHESTABDOMEN",
  "10200004": "LIVER",
  "T-62000": "LIVER",
  "15776009": "PANCREAS",
  "T-65000": "PANCREAS",
  "38266002": "WHOLEBODY",
  "T-D0010": "WHOLEBODY",
  "69536005": "HEAD",
  "T-D1100": "HEAD",
  "12738006": "BRAIN",
  "T-A0100": "BRAIN",
  "45048000": "NECK",
  "T-D1600": "NECK",
  "122494005": "CSPINE",
  "T-11501": "CSPINE",
  "16982005": "SHOULDER",
  "76752008": "BREAST",
  "T-04000": "BREAST",
  "8205005": "WRIST",
  "85562004": "HAND",
  "72696002": "KNEE",
  "T-D9200": "KNEE",
  "70258002": "ANKLE",
  "56459004": "FOOT",
};

const firstItem = (header: Header, keyword: string): Header => {
  const value = header[keyword];
  return Array.isArray(value) ? ((value[0] as Header | undefined) ?? {}) : {};
};

/** BodyPartExamined in upper case, else what AnatomicRegionSequence says by its code or its meaning; null without either. */
export const readBodyPart = (header: Header): string | null => {
  const stated = text(header, "BodyPartExamined");
  if (stated !== null) return stated.toUpperCase();
  const region = firstItem(header, "AnatomicRegionSequence");
  const meaning = text(region, "CodeMeaning")?.toUpperCase() ?? null;
  return regionsByCode[text(region, "CodeValue") ?? ""] ?? meaning;
};

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
