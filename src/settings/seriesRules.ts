/** The rules by which series are chosen: the product's own, then a site's. */
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { failed } from "../domain/failure.ts";
import type { SeriesRule } from "../domain/rules.ts";
import { readYamlFile } from "./yamlFile.ts";

const pattern = z.string().refine(isPattern, "is no regular expression");

const range = z
  .tuple([z.number().nullable(), z.number().nullable()])
  .refine(([least, most]) => least === null || most === null || least <= most, "begins above its end");

const conditions = z.record(z.string(), z.union([pattern, range]));

const common = {
  because: z.string().min(1),
  classes: z.array(z.enum(["CT", "T1", "T2"])).optional(),
  where: conditions.refine((where) => Object.keys(where).length > 0, "names no condition"),
  unless: conditions.optional(),
};

const rule = z.union([
  z.strictObject({ ...common, points: z.number() }),
  z.strictObject({
    ...common,
    refuse: z.enum(["LOCALIZER", "DERIVED_NOT_VOLUME", "WRONG_CONTRAST", "BODY_PART", "SITE_RULE"]),
  }),
]);

const rulesFile = z.strictObject({ rules: z.array(rule) });

function isPattern(text: string): boolean {
  try {
    return new RegExp(text, "iu") instanceof RegExp;
  } catch {
    return false;
  }
}

const ownRules = fileURLToPath(new URL("../../config/series-rules.yaml", import.meta.url));

/** Our rules followed by those of a site's file, if there is one. Throws SETTINGS_INVALID with every problem at once. */
export const readSeriesRules = (siteFile: string | null): readonly SeriesRule[] => [
  ...readRules(ownRules),
  ...(siteFile === null ? [] : readRules(siteFile)),
];

const readRules = (file: string): readonly SeriesRule[] => {
  const { value, problems } = readYamlFile(file);
  const parsed = rulesFile.safeParse(value);
  if (problems.length === 0 && parsed.success) return parsed.data.rules;
  const found =
    problems.length > 0 || parsed.success
      ? problems
      : parsed.error.issues.map(
          ({ path, message }) => `${file}: ${path.join(".") || "top level"}: ${message}`,
        );
  throw failed("SETTINGS_INVALID", `The series rules have ${found.length} problem(s): ${found[0]}`, {
    problems: found,
  });
};
