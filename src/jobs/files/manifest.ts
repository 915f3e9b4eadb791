/** What a spooled result consists of, sealed by a hash of itself. */
import { createHash } from "node:crypto";
import type { ResultSummary } from "../../domain/result.ts";
import { type FormerResult, listObjects } from "../formerResult.ts";

export type SealedFile = { readonly file: string; readonly sha256: string };

/** result.json: the result and the files beside it, the objects in the order of the result's. */
export type Manifest = {
  readonly result: ResultSummary;
  readonly objects: readonly SealedFile[];
  readonly picture: SealedFile;
};

export const hashOf = (content: string | Uint8Array): string =>
  createHash("sha256").update(content).digest("hex");

export const seal = (manifest: Manifest | FormerManifest): string =>
  JSON.stringify({ ...manifest, sealSha256: hashOf(JSON.stringify(manifest)) });

/** Null where it is missing, damaged or no manifest. */
export const readManifest = (bytes: Uint8Array | null): Manifest | null => {
  if (bytes === null) return null;
  try {
    const text = Buffer.from(bytes).toString("utf8");
    const { sealSha256: _, ...manifest } = JSON.parse(text) as (Manifest | FormerManifest) & {
      readonly sealSha256: string;
    };
    if (seal(manifest) !== text) return null;
    return "others" in manifest ? fromFormer(manifest) : manifest;
  } catch {
    return null;
  }
};

/** As version 0.1 wrote it; what it left unsent is sent by the next version. */
type FormerManifest = {
  readonly result: FormerResult;
  readonly seg: string | null;
  readonly sr: string | null;
  readonly others: readonly string[];
  readonly picture: string;
};

const fromFormer = ({ result, seg, sr, others, picture }: FormerManifest): Manifest => ({
  result: listObjects(result),
  objects: [
    ...(seg === null ? [] : [{ file: "seg.dcm", sha256: seg }]),
    ...(sr === null ? [] : [{ file: "sr.dcm", sha256: sr }]),
    ...others.map((sha256, n) => ({ file: `other-${n + 1}.dcm`, sha256 })),
  ],
  picture: { file: "overview.png", sha256: picture },
});
