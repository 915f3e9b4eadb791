import { jsonText } from "./dicomJson.ts";
import type { Instance } from "./instance.ts";

/** A study or series with its instances, in the order in which they came; there is always one. */
export type Group = { readonly first: Instance; readonly instances: readonly Instance[] };

/** What the archive holds. */
export type Catalogue = {
  readonly add: (instance: Instance) => void;
  readonly has: (instance: Instance) => boolean;
  readonly all: () => readonly Instance[];
  /** Instances below an address; each part narrows it. */
  readonly below: (studyUid?: string, seriesUid?: string, sopInstanceUid?: string) => readonly Instance[];
  readonly modalities: (studyUid: string) => readonly string[];
};

export const makeCatalogue = (): Catalogue => {
  const instances: Instance[] = [];
  const byStudy = new Map<string, Instance[]>();
  const keys = new Set<string>();
  const keyOf = (each: Instance) => `${each.studyUid}/${each.seriesUid}/${each.sopInstanceUid}`;
  return {
    add: (instance) => {
      keys.add(keyOf(instance));
      instances.push(instance);
      const study = byStudy.get(instance.studyUid);
      if (study === undefined) byStudy.set(instance.studyUid, [instance]);
      else study.push(instance);
    },
    has: (instance) => keys.has(keyOf(instance)),
    all: () => instances,
    below: (studyUid, seriesUid, sopInstanceUid) =>
      (studyUid === undefined ? instances : (byStudy.get(studyUid) ?? [])).filter(
        (each) =>
          (seriesUid === undefined || each.seriesUid === seriesUid) &&
          (sopInstanceUid === undefined || each.sopInstanceUid === sopInstanceUid),
      ),
    modalities: (studyUid) => [
      ...new Set((byStudy.get(studyUid) ?? []).map(({ attributes }) => jsonText(attributes, "00080060"))),
    ],
  };
};

/** Instances put together by a key, in order of appearance. */
export const groupBy = (
  instances: readonly Instance[],
  keyOf: (instance: Instance) => string,
): readonly Group[] =>
  [...Map.groupBy(instances, keyOf).values()].flatMap((group) =>
    group[0] === undefined ? [] : [{ first: group[0], instances: group }],
  );
