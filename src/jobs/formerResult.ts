import type { ResultObject, ResultSummary, StoredObject } from "../domain/result.ts";

/** A result as version 0.1 kept it in ledger and spool. */
export type FormerResult = Omit<ResultSummary, "objects"> & {
  readonly objects: {
    readonly seg: StoredObject | null;
    readonly sr: StoredObject | null;
    readonly others: readonly (StoredObject & { readonly kind: "text" | "key-image" })[];
  };
};

/** The same with its objects in one list, under the names that they have now. */
export const listObjects = ({ objects: { seg, sr, others }, ...result }: FormerResult): ResultSummary => {
  const images = others.filter(({ kind }) => kind === "key-image");
  const listed = others.map(
    ({ kind, ...object }): ResultObject =>
      kind === "text"
        ? { kind: "text-report", name: "text-report", object }
        : {
            kind,
            name: `key-image-${images.findIndex((each) => each.sopInstanceUid === object.sopInstanceUid) + 1}`,
            object,
          },
  );
  return {
    ...result,
    objects: [
      ...(seg === null ? [] : [{ kind: "seg" as const, name: "seg", object: seg }]),
      ...(sr === null ? [] : [{ kind: "sr" as const, name: "sr", object: sr }]),
      ...listed,
    ],
  };
};
