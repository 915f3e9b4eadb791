import { basename } from "node:path";
import { type FailureError, failed } from "../../domain/failure.ts";
import type { SourceTree } from "./sourceTree.ts";

/** What a folder or archive without a PanSegNet model is, by the names in it, and what to do about it. */
type Flavour = {
  readonly fits: (paths: readonly string[]) => boolean;
  readonly is: string;
  readonly remedy: string;
};

const some =
  (pattern: RegExp) =>
  (paths: readonly string[]): boolean =>
    paths.some((path) => pattern.test(path));

const every =
  (...patterns: readonly RegExp[]) =>
  (paths: readonly string[]): boolean =>
    patterns.every((pattern) => some(pattern)(paths));

const NOT_YET = "Models of nnU-Net v2 are not read yet.";

/** From the most specific to the most general; the first that fits is said. */
const flavours: readonly Flavour[] = [
  {
    fits: some(/TotalSegmentator/i),
    is: "TotalSegmentator's weights, an nnU-Net of many organs",
    remedy: "They are not read; import PanSegNet's.",
  },
  {
    fits: every(/(^|\/)metadata\.json$/, /(^|\/)configs\//),
    is: "a MONAI bundle",
    remedy: "Its networks are not read; import PanSegNet's.",
  },
  {
    fits: every(/(^|\/)plans\.json$/, /(^|\/)dataset\.json$/),
    is: "a model of nnU-Net v2 (plans.json, dataset.json)",
    remedy: NOT_YET,
  },
  {
    fits: some(/(^|\/)checkpoint_(final|best|latest)\.pth$/),
    is: "a model of nnU-Net v2 (checkpoint_*.pth)",
    remedy: NOT_YET,
  },
  {
    fits: every(/(^|\/)data\.pkl$/, /(^|\/)data\/\d+$/),
    is: "a checkpoint that a browser or a person unpacked: PyTorch reads it as one file",
    remedy: "Download it again, and do not open it (Safari: switch off “Open safe files after downloading”).",
  },
  {
    fits: some(/\.(crdownload|part|download|partial)$/),
    is: "an unfinished download",
    remedy: "Wait for its end, or begin it again.",
  },
  {
    fits: some(/\.(safetensors|onnx|pt|pth|ts|bin|h5|ckpt)$/),
    is: "another program's network",
    remedy: "Import PanSegNet's folder, which holds fold_0 with *.model and *.model.pkl.",
  },
  {
    fits: some(/(^|\/)(setup\.py|pyproject\.toml)$/),
    is: "a program's source code without its weights",
    remedy: "Download the weights from the link in its README, and name that folder.",
  },
  {
    fits: some(/_plans_3D\.pkl$/),
    is: "nnU-Net's preprocessed training data, not a trained model",
    remedy: "Name the folder below nnUNet_trained_models (RESULTS_FOLDER).",
  },
  {
    fits: some(/(^|\/)(imagesTr|labelsTr|imagesTs)\//),
    is: "nnU-Net's raw training data, not a trained model",
    remedy: "Name the folder below nnUNet_trained_models (RESULTS_FOLDER).",
  },
  {
    fits: some(/(\.model|plans)\.pkl$/),
    is: "the description of a model (.pkl) without its weights (*.model)",
    remedy: "Download the *.model file too; it is hundreds of megabytes large.",
  },
  {
    fits: some(/\.html?$/),
    is: "a saved web page",
    remedy: "Open the link in a browser and use the drive's own download button.",
  },
  {
    fits: some(/\.(tar|tgz|gz|bz2|xz|7z|rar)$/),
    is: "an archive that is no zip",
    remedy: "Unpack it, and name the folder.",
  },
];

/** A name of the source that may stand in a sentence. */
const plain = (path: string): string =>
  basename(path)
    .replace(/[^\w. ()+-]/g, "?")
    .slice(0, 60);

/** FOREIGN_MODEL with what it is, or CHECKPOINT_NOT_FOUND with what there is instead of a trained fold. */
export const explainForeign = (tree: SourceTree): FailureError => {
  const paths = [...tree.files.keys()];
  const flavour = flavours.find(({ fits }) => fits([...paths, basename(tree.root)]));
  if (flavour !== undefined) return failed("FOREIGN_MODEL", `This is ${flavour.is}. ${flavour.remedy}`);
  const what = tree.archives.length > 0 ? "archive" : "folder";
  if (paths.length === 0) return failed("CHECKPOINT_NOT_FOUND", `The ${what} is empty.`);
  const names = paths.slice(0, 3).map(plain).join(", ");
  const more = paths.length > 3 ? ` and ${paths.length - 3} more` : "";
  return failed(
    "CHECKPOINT_NOT_FOUND",
    `The ${what} holds no trained fold (fold_0); it holds ${names}${more}.`,
    { files: paths.length },
  );
};
