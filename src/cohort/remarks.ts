import { failed } from "../domain/failure.ts";
import type { ReadMask } from "./maskFile.ts";
import { nameSome } from "./nameSome.ts";

/** What people should know about cases that are counted all the same, or about files that are no cases. */
export type Remark = {
  readonly sentence: string;
  /** Cases or files. */
  readonly names: readonly string[];
  /** Whether the numbers may be others than people think until someone has looked. */
  readonly needsLook: boolean;
};

/** Collects what is to be said, and says the same of many cases once. */
export const makeRemarks = () => {
  const remarks = new Map<string, { names: string[]; needsLook: boolean }>();
  const holders = new Map<string, { label: number; holds: number; labels: Set<number> }>();
  const add = (sentence: string, name: string, needsLook: boolean): void => {
    const known = remarks.get(sentence);
    if (known === undefined) remarks.set(sentence, { names: [name], needsLook });
    else known.names.push(name);
  };
  return {
    add,
    /** `side` is how people call where the mask is from, such as "reference". */
    addLabels: (name: string, side: string, { labels }: ReadMask, label: number | null): void => {
      // A SEG without the segment is refused where it is read.
      if (labels === null) return;
      if (label === null) {
        if (labels.length > 1)
          add(`the labels ${labels.join(", ")} of the ${side} count together as the pancreas`, name, false);
        return;
      }
      const seen = holders.get(side) ?? { label, holds: 0, labels: new Set() };
      holders.set(side, seen);
      for (const one of labels) seen.labels.add(one);
      if (labels.includes(label)) seen.holds++;
      else if (labels.length === 0) add(`the ${side} is empty`, name, false);
      else
        add(
          `the ${side} holds no label ${label}, only ${nameSome(labels.map(String))}: it counts as empty`,
          name,
          true,
        );
    },
    /** Throws USAGE where a label was asked for that no file of a side holds: all numbers would be of nothing. */
    refuseAbsentLabels: (): void => {
      for (const [side, { label, holds, labels }] of holders)
        if (holds === 0) {
          const others = [...labels].sort((a, b) => a - b).map(String);
          throw failed(
            "USAGE",
            `No ${side} holds label ${label}${others.length === 0 ? ", nor any other" : `; they hold ${nameSome(others)}`}.`,
            { label, labels: others },
          );
        }
    },
    list: (): readonly Remark[] => [...remarks].map(([sentence, one]) => ({ sentence, ...one })),
  };
};

export type Remarks = ReturnType<typeof makeRemarks>;
