import type { Code } from "./report.ts";

/** The codes that mean one thing, as `value scheme`, today's first: reports of twenty years lie in archives. */
export type Concept = readonly [string, ...string[]];

/** What can be measured, and what it can be measured of (PS3.16; IBSI reference manual for its own codes). */
export const concepts = {
  volume: ["118565006 SCT", "G-D705 SRT"],
  voxelVolume: ["YEKZ IBSI"],
  meshVolume: ["RNU0 IBSI"],
  attenuation: ["112031 DCM"],
  mrSignal: ["110852 DCM"],
  diameter: ["L0JK IBSI"],
  width: ["103355008 SCT", "G-A220 SRT"],
  depth: ["131197000 SCT", "G-D785 SRT"],
  height: ["121207 DCM"],
  mean: ["373098007 SCT", "R-00317 SRT"],
  standardDeviation: ["386136009 SCT", "R-10047 SRT"],
  median: ["373099004 SCT", "R-00319 SRT"],
  minimum: ["255605001 SCT", "R-404FB SRT"],
  maximum: ["56851009 SCT", "G-A437 SRT"],
  pancreas: ["15776009 SCT", "T-65000 SRT"],
  anatomicalStructure: ["91723000 SCT", "T-D0005 SRT"],
  bodyStructure: ["123037004 SCT", "T-D000A SRT"],
  organ: ["113343008 SCT", "T-D0060 SRT"],
  left: ["7771000 SCT", "G-A101 SRT"],
  right: ["24028007 SCT", "G-A100 SRT"],
} as const satisfies Record<string, Concept>;

/** Former designators of SNOMED in its alphanumeric codes (PS3.16 section 8). */
const schemeOf = (scheme: string): string => (scheme === "SNM3" || scheme === "99SDM" ? "SRT" : scheme);

const nameOf = ({ value, scheme }: Code): string => `${value} ${schemeOf(scheme)}`;

export const isConcept = (code: Code | null, concept: Concept): boolean =>
  code !== null && concept.includes(nameOf(code));

/** The same concept in today's code, where it is one of those known here; the meaning stays the writer's. */
export const currentCode = (code: Code): Code => {
  const concept = Object.values<Concept>(concepts).find((each) => isConcept(code, each));
  const [value, scheme] = concept?.[0].split(" ") ?? [];
  return value === undefined || scheme === undefined ? code : { ...code, value, scheme };
};
