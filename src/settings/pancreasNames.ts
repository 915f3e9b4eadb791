/** By what a segment is known as the pancreas: the product's own codes and names, then a site's. */
import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { failed } from "../domain/failure.ts";
import type { PancreasNames, PartTerms } from "../domain/pancreasNames.ts";
import { readYamlFile } from "./yamlFile.ts";

const code = z.string().regex(/^\S+ \S+$/, 'is no code; write it as "15776009 SCT"');
const codes = z.array(code).default([]);
/** A name without a letter would be found in every label. */
const term = z.string().regex(/\p{L}/u, "has no letter");
const terms = z.array(term).default([]);
const group = z.strictObject({ codes, names: terms }).prefault({});

const namesFile = z.strictObject({
  whole: group,
  parts: z
    .record(z.string(), z.strictObject({ codes, words: terms, optional: z.boolean().default(false) }))
    .default({}),
  adjectives: terms,
  otherThings: terms,
  leading: terms,
  anonymous: group,
});

type NamesFile = z.infer<typeof namesFile>;

const ownNames = fileURLToPath(new URL("../../config/pancreas-names.yaml", import.meta.url));

/** Our codes and names with those of a site's file, if there is one. Throws SETTINGS_INVALID with every problem at once. */
export const readPancreasNames = (siteFile: string | null): PancreasNames => {
  const files = [ownNames, ...(siteFile === null ? [] : [siteFile])].map(readNames);
  const all = (pick: (file: NamesFile) => readonly string[]): readonly string[] => [
    ...new Set(files.flatMap(pick)),
  ];
  const partNames = all(({ parts }) => Object.keys(parts));
  const parts = partNames.map((part): PartTerms => {
    const ofPart = files.flatMap((file) => file.parts[part] ?? []);
    return {
      part,
      codes: ofPart.flatMap((each) => each.codes),
      words: ofPart.flatMap((each) => each.words),
      isOptional: ofPart[0]?.optional ?? false,
    };
  });
  const names = {
    whole: { codes: all(({ whole }) => whole.codes), names: all(({ whole }) => whole.names) },
    parts,
    adjectives: all(({ adjectives }) => adjectives),
    otherThings: all(({ otherThings }) => otherThings),
    leading: all(({ leading }) => leading),
    anonymous: {
      codes: all(({ anonymous }) => anonymous.codes),
      names: all(({ anonymous }) => anonymous.names),
    },
  };
  return { ...names, digest: createHash("sha256").update(JSON.stringify(names)).digest("hex").slice(0, 16) };
};

const readNames = (file: string): NamesFile => {
  const { value, problems } = readYamlFile(file);
  const parsed = namesFile.safeParse(value);
  if (problems.length === 0 && parsed.success) return parsed.data;
  const found =
    problems.length > 0 || parsed.success
      ? problems
      : parsed.error.issues.map(
          ({ path, message }) => `${file}: ${path.join(".") || "top level"}: ${message}`,
        );
  throw failed("SETTINGS_INVALID", `The names of the pancreas have ${found.length} problem(s): ${found[0]}`, {
    problems: found,
  });
};
