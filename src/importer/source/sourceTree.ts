import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { failed } from "../../domain/failure.ts";
import { partsOf } from "./driveParts.ts";
import { isCheckpointZip, type MountArchives, readArchives } from "./sourceArchives.ts";

/** One file of the source, on disk or inside an archive. */
export type SourceFile = {
  /** Path on disk; a packed file is unpacked there when it is asked for. Throws MODEL_ARCHIVE_UNSAFE, MODEL_NO_SPACE, CHECKPOINT_TRUNCATED. */
  readonly fetch: (onProgress?: (share: number) => void) => Promise<string>;
  readonly isPacked: boolean;
};

/** All that a person named, folders and archives alike: what to take is decided from the names alone. */
export type SourceTree = {
  /** Absolute path that the others hang below, an archive's without its ending; its last parts may name task and trainer. */
  readonly root: string;
  /** Paths with `/`, relative to the root, in alphabetical order. */
  readonly files: ReadonlyMap<string, SourceFile>;
  readonly folders: ReadonlySet<string>;
  /** Absolute paths of the archives that were looked into. */
  readonly archives: readonly string[];
  /** What the given path itself settles: a file settles the checkpoint, a fold's folder the fold. */
  readonly named: { readonly checkpoint: string | null; readonly foldFolder: string | null };
};

/** results / nnUNet / 3d_fullres / TaskNNN / trainer / fold: no published archive is deeper. */
const DEEPEST = 8;
const MOST_FOLDERS = 2000;
const MOST_FILES = 200_000;

/** What desktops leave in folders and archives; and names that would write commands to a terminal. */
const isJunk = (name: string): boolean =>
  name.startsWith("._") ||
  ["__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini", ".git"].includes(name) ||
  /\p{Cc}/u.test(name);

export const isFoldName = (name: string): boolean => /^(fold_\d{1,3}|all|fold_all)$/.test(name);

type Listing = { files: string[]; folders: string[] };

/** A folder that may not be read holds nothing to import; links to files are followed, links to folders are not. */
const listFolder = async (folder: string): Promise<Listing> => {
  const found: Listing = { files: [], folders: [] };
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
    if (isJunk(entry.name)) continue;
    if (entry.isDirectory()) found.folders.push(entry.name);
    else if (entry.isFile() || (entry.isSymbolicLink() && (await isFile(join(folder, entry.name)))))
      found.files.push(entry.name);
  }
  return found;
};

/** Everything at most `deepest` folders below the root, breadth first. Throws CHECKPOINT_NOT_FOUND. */
const walk = async (root: string, deepest: number): Promise<Listing> => {
  const all: Listing = { files: [], folders: [] };
  let level = [""];
  for (let depth = 0; depth <= deepest && level.length > 0; depth++) {
    const next: string[] = [];
    for (const folder of level) {
      const { files, folders } = await listFolder(join(root, folder));
      all.files.push(...files.map((name) => folder + name));
      next.push(...folders.map((name) => `${folder}${name}/`));
      if (all.folders.length + next.length > MOST_FOLDERS || all.files.length > MOST_FILES) {
        throw failed(
          "CHECKPOINT_NOT_FOUND",
          `More than ${MOST_FOLDERS} folders or ${MOST_FILES} files; name the model's own.`,
        );
      }
    }
    all.folders.push(...next.map((path) => path.slice(0, -1)));
    level = next;
  }
  return all;
};

const isFile = async (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isFile(),
    () => false,
  );

const isFolder = async (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );

const onDisk = (path: string): SourceFile => ({ fetch: async () => path, isPacked: false });

const sorted = (files: Iterable<readonly [string, SourceFile]>): Map<string, SourceFile> =>
  new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1)));

/** Folders above the files of an archive, which need no entries of their own. */
const withParents = (paths: Iterable<string>): Set<string> => {
  const folders = new Set<string>();
  for (const path of paths) {
    for (let parent = dirname(path); parent !== "."; parent = dirname(parent)) folders.add(parent);
  }
  return folders;
};

const diskTree = async (root: string, deepest: number): Promise<Omit<SourceTree, "named">> => {
  const { files, folders } = await walk(root, deepest);
  return {
    root,
    files: sorted(files.map((path) => [path, onDisk(join(root, path))])),
    folders: new Set(folders),
    archives: [],
  };
};

const holdsModel = (paths: Iterable<string>): boolean =>
  [...paths].some((path) => /\.(model|pth|pt)$/.test(path));

/** The tree with the zips below it unfolded where they lie, as long as no model shows without them. */
const withArchives = async (
  tree: Omit<SourceTree, "named">,
  mount: MountArchives,
): Promise<Omit<SourceTree, "named">> => {
  let { files, archives } = tree;
  for (let nested = 0; nested < 2 && !holdsModel(files.keys()); nested++) {
    const zips = [...files].filter(([path]) => /\.zip$/i.test(path));
    if (zips.length === 0) break;
    const inside = await mount(zips);
    files = sorted([...[...files].filter(([path]) => !/\.zip$/i.test(path)), ...inside.files]);
    archives = [...archives, ...inside.archives];
  }
  return { ...tree, files, archives, folders: new Set([...tree.folders, ...withParents(files.keys())]) };
};

type Named = SourceTree["named"];

const nothing: Named = { checkpoint: null, foldFolder: null };

const openFolder = async (path: string, mount: MountArchives): Promise<SourceTree> => {
  const name = basename(path);
  const own = await diskTree(path, DEEPEST);
  // Any folder may be called "all"; a fold holds checkpoints.
  const isFold =
    name === "all" ? [...own.files.keys()].some((file) => /^[^/]+\.model$/.test(file)) : isFoldName(name);
  if (!isFold) return { ...(await withArchives(own, mount)), named: nothing };
  return { ...(await diskTree(dirname(path), 1)), named: { checkpoint: null, foldFolder: name } };
};

const openArchive = async (path: string, mount: MountArchives): Promise<SourceTree> => {
  const { files: names } = await listFolder(dirname(path));
  const parts = partsOf(basename(path), names).map(
    (name) => [name, onDisk(join(dirname(path), name))] as const,
  );
  const { files, archives } = await mount(parts, true);
  const tree = {
    root: path.replace(/\.zip$/i, ""),
    files: sorted(files),
    archives,
    folders: withParents(files.map(([name]) => name)),
  };
  return { ...(await withArchives(tree, mount)), named: nothing };
};

/** The checkpoint alone; around it its results folder, where it lies in a fold's folder as nnU-Net writes it. */
const openFile = async (path: string): Promise<SourceTree> => {
  const folder = dirname(path);
  const name = basename(path);
  if (!isFoldName(basename(folder)))
    return { ...(await diskTree(folder, 0)), named: { checkpoint: name, foldFolder: null } };
  const foldFolder = basename(folder);
  const named = { checkpoint: `${foldFolder}/${name}`, foldFolder };
  return { ...(await diskTree(dirname(folder), 1)), named };
};

/**
 * What lies at a path: a folder with all below it, a zip archive (with the other parts of one download from a web drive),
 * a fold's folder or a checkpoint with the results folder around it. Files of archives are unpacked one by one, when they
 * are fetched, below `unpackFolder`. Throws CHECKPOINT_NOT_FOUND, CHECKPOINT_NOT_ZIP, CHECKPOINT_TRUNCATED,
 * MODEL_ARCHIVE_UNSAFE, MODEL_NO_SPACE.
 */
export const openSource = async (source: string, unpackFolder: () => string): Promise<SourceTree> => {
  const path = resolve(source);
  const mount: MountArchives = (zips, atRoot) => readArchives(zips, unpackFolder, isJunk, atRoot);
  if (await isFolder(path)) return openFolder(path, mount);
  if (!(await isFile(path))) {
    throw failed("CHECKPOINT_NOT_FOUND", "The model folder or checkpoint file does not exist.");
  }
  const isArchive = /\.zip$/i.test(path) && !(await isCheckpointZip(path));
  return isArchive ? openArchive(path, mount) : openFile(path);
};
