/** What a file that is no checkpoint really is, by its first bytes, and what to do about it. */

type Kind = {
  readonly fits: (start: Buffer, text: string) => boolean;
  readonly is: string;
  readonly remedy: string;
};

/** Bytes from the file's start that are looked at. */
export const START_BYTES = 512;

const starts =
  (...signatures: readonly string[]) =>
  (start: Buffer): boolean =>
    signatures.some((signature) => start.toString("latin1", 0, signature.length) === signature);

/** PyTorch before 1.6 began each file with the pickled number 0x1950a86a20f9469cfc6c. */
const LEGACY_TORCH = "\u008a\u000al\u00fc\u009cF\u00f9 j\u00a8P\u0019";

const isLegacyTorch = (start: Buffer): boolean => start.toString("latin1", 2, 14).startsWith(LEGACY_TORCH);

const UNPACK = "Unpack it with the program that made it, and name the folder.";

const AGAIN = "Download the checkpoint itself again.";

/** From the most specific to the most general; the first that fits is said. */
const kinds: readonly Kind[] = [
  {
    fits: (_, text) => /^\s*<(!doctype html|html|head|body|script)/i.test(text),
    is: "a web page: the web drive's page was saved instead of the file",
    remedy: "Open the link in a browser and use the drive's own download button.",
  },
  {
    fits: (_, text) => /^\s*<\?xml|^\s*<Error/i.test(text),
    is: "an XML text, as storage servers answer when they refuse a download",
    remedy: AGAIN,
  },
  {
    fits: (_, text) => text.startsWith("version https://git-lfs.github.com/spec"),
    is: "a git-lfs pointer: the repository was cloned without its large files",
    remedy: "Run `git lfs pull` in the repository, or download the file itself.",
  },
  {
    fits: (_, text) => /^(\.\.\/|\/)*(\.git\/)?annex\/objects\//.test(text),
    is: "a git-annex pointer: the repository was cloned without its large files",
    remedy: "Run `git annex get` in the repository, or download the file itself.",
  },
  {
    fits: isLegacyTorch,
    is: "a checkpoint of PyTorch before 1.6, which wrote no zip archives",
    remedy:
      'Save it again with a newer PyTorch: torch.save(torch.load("old.model", map_location="cpu"), "model_best.model").',
  },
  {
    fits: (start) => start[0] === 0x80 && (start[1] as number) >= 2 && (start[1] as number) <= 5,
    is: "a bare pickle (.pkl): a plan or the description beside a checkpoint, without weights",
    remedy: "Name the folder that holds fold_0, or the *.model file that lies beside the .pkl.",
  },
  {
    fits: starts("\u001f\u008b", "BZh", "\u00fd7zXZ", "7z\u00bc\u00af'\u001c", "Rar!", "(\u00b5/\u00fd"),
    is: "a packed archive that is no zip (gzip, bzip2, xz, zstd, 7z or rar)",
    remedy: UNPACK,
  },
  { fits: (start) => start.toString("latin1", 257, 262) === "ustar", is: "a tar archive", remedy: UNPACK },
  {
    // ModelProto: ir_version 1 to 19, then producer_name, opset_import or graph.
    fits: (start) =>
      start[0] === 0x08 && (start[1] as number) < 20 && [0x12, 0x1a, 0x3a, 0x42].includes(start[2] as number),
    is: "an ONNX network, which says nothing of spacing, normalisation and patch",
    remedy: "Import the nnU-Net checkpoint that it was made from.",
  },
  {
    fits: (start) => start.toString("latin1", 8, 10) === '{"',
    is: "a safetensors file: bare weights without an nnU-Net plan",
    remedy: "Import the nnU-Net checkpoint (*.model) with its .pkl.",
  },
  {
    fits: starts("\u0089HDF\r\n"),
    is: "an HDF5 file, as Keras and Matlab write",
    remedy: "Import the nnU-Net checkpoint (*.model) with its .pkl.",
  },
  {
    fits: (_, text) => /^\s*[{[]/.test(text),
    is: "a JSON text, as web drives answer when they refuse a download",
    remedy: AGAIN,
  },
  {
    fits: (start) => start.length > 0 && start.every((byte) => byte === 0),
    is: "empty space: its first bytes are zeros, as a cloud folder or a broken download leaves them",
    remedy: "Make it available offline, or download it again.",
  },
];

/** A sentence on what the file is and what to do, or null for bytes that are not known. */
export const knownStart = (start: Buffer): string | null => {
  const text = start.toString("utf8").replace(/^\ufeff/, "");
  const kind = kinds.find(({ fits }) => fits(start, text));
  return kind === undefined ? null : `The file is ${kind.is}. ${kind.remedy}`;
};

export const describeStart = (start: Buffer): string =>
  knownStart(start) ?? "The file is no checkpoint of PyTorch: it does not start like a zip archive.";
