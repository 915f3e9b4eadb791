import { createHash } from "node:crypto";
import { createReadStream, existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { z } from "zod";
import { failed } from "../domain/failure.ts";
import type { Plan } from "../domain/plan.ts";
import type { ModelIdentity } from "../domain/result.ts";

const modelClass = z.enum(["CT", "T1", "T2"]);
const triple = z.tuple([z.number(), z.number(), z.number()]);
const axes = z
  .tuple([z.int().min(0).max(2), z.int().min(0).max(2), z.int().min(0).max(2)])
  .refine((order) => new Set(order).size === 3, "must be a permutation of 0, 1, 2");

const planSchema = z.strictObject({
  modelClass,
  orientation: z.enum(["LPS", "RAS", "LAS", "stored"]),
  transposeForward: axes,
  transposeBackward: axes,
  targetSpacingMm: triple.refine((spacing) => spacing.every((mm) => mm > 0), "must be positive"),
  patchSize: z.tuple([z.int().positive(), z.int().positive(), z.int().positive()]),
  normalization: z.discriminatedUnion("kind", [
    z.strictObject({
      kind: z.literal("ct"),
      mean: z.number(),
      sd: z.number().positive(),
      lower: z.number(),
      upper: z.number(),
    }),
    z.strictObject({ kind: z.literal("zscore") }),
    z.strictObject({ kind: z.literal("none") }),
  ]),
  useMaskForNorm: z.boolean(),
  mirrored: z.boolean().default(true),
  exportResampling: z.strictObject({
    forceSeparateZ: z.boolean().nullable(),
    order: z.int().min(0).max(3),
    orderZ: z.int().min(0).max(3),
  }),
  postprocessing: z.strictObject({
    keepLargestComponent: z.boolean(),
    minComponentMm3: z.number().nullable(),
  }),
});

const fileEntry = z.object({ sha256: z.string().regex(/^[0-9a-f]{64}$/), bytes: z.int().positive() });

const manifestSchema = z.object({
  formatVersion: z.literal(1),
  id: z.string(),
  modelClass,
  trainer: z.string(),
  licence: z.string().nullable(),
  isPhantomModel: z.boolean(),
  // What was taken of the source: for people, and absent from models that were imported before 0.2.
  fold: z.union([z.number(), z.literal("all")]).nullish(),
  taken: z.looseObject({ checkpoint: z.string() }).optional(),
  files: z.object({
    "model.onnx": fileEntry,
    "plan.json": fileEntry,
    "model.fp16.onnx": fileEntry.optional(),
  }),
});

export type InstalledModel = {
  readonly id: string;
  readonly folder: string;
  readonly plan: Plan;
  readonly manifest: z.infer<typeof manifestSchema>;
};

/** Ids of the installed models, sorted: every folder with a manifest, but not what a killed import left behind. */
export const listModelIds = (modelsFolder: string): readonly string[] =>
  existsSync(modelsFolder)
    ? readdirSync(modelsFolder, { withFileTypes: true })
        .filter((entry) => entry.isDirectory() && !entry.name.includes(".tmp-"))
        .map((entry) => entry.name)
        .filter((name) => existsSync(join(modelsFolder, name, "manifest.json")))
        .sort()
    : [];

/**
 * Plan and manifest of one installed model, checked against their schemas and against each other. The weights are not
 * read here. Throws MODEL_NOT_FOUND, MODEL_CORRUPT.
 */
export const readModel = (modelsFolder: string, id: string): InstalledModel => {
  const folder = join(modelsFolder, id);
  if (!/^[\w.-]+$/.test(id) || !existsSync(join(folder, "manifest.json")))
    throw failed("MODEL_NOT_FOUND", `No model '${id}' is installed.`, { id });
  const manifest = parseJson(id, join(folder, "manifest.json"), manifestSchema);
  const planPath = join(folder, "plan.json");
  const plan = parseJson(id, planPath, planSchema) as unknown as Plan;
  const planSha256 = createHash("sha256").update(readFileSync(planPath)).digest("hex");
  if (planSha256 !== manifest.files["plan.json"].sha256)
    throw failed("MODEL_CORRUPT", `plan.json of model '${id}' is not the one its manifest names.`, {
      id,
      expected: manifest.files["plan.json"].sha256,
      found: planSha256,
    });
  if (plan.modelClass !== manifest.modelClass)
    throw failed("MODEL_CORRUPT", `Plan and manifest of model '${id}' name different classes.`, { id });
  return { id, folder, plan, manifest };
};

/** Compare every file of a model with the manifest's SHA-256. Throws MODEL_CORRUPT naming the first that differs. */
export const verifyModel = async (model: InstalledModel): Promise<void> => {
  for (const [name, entry] of Object.entries(model.manifest.files)) {
    if (entry === undefined) continue;
    const path = join(model.folder, name);
    const found = existsSync(path) ? await sha256OfFile(path) : "absent";
    if (found !== entry.sha256)
      throw failed("MODEL_CORRUPT", `${name} of model '${model.id}' is not the one its manifest names.`, {
        id: model.id,
        file: name,
        expected: entry.sha256,
        found,
      });
  }
};

export type WeightsFile = "model.onnx" | "model.fp16.onnx";

export const identify = (model: InstalledModel, weights: WeightsFile): ModelIdentity => ({
  id: model.id,
  modelClass: model.plan.modelClass,
  trainer: model.manifest.trainer,
  weightsSha256: (model.manifest.files[weights] ?? model.manifest.files["model.onnx"]).sha256,
  planSha256: model.manifest.files["plan.json"].sha256,
  isPhantomModel: model.manifest.isPhantomModel,
});

const parseJson = <T>(id: string, path: string, schema: z.ZodType<T>): T => {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw failed("MODEL_CORRUPT", `A description file of model '${id}' cannot be read.`, { id }, error);
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw failed("MODEL_CORRUPT", `A description file of model '${id}' does not have the expected form.`, {
    id,
    problems: parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`),
  });
};

const sha256OfFile = async (path: string): Promise<string> => {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
};
