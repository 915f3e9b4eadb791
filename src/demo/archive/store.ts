import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Instance } from "./instance.ts";

type Address = Pick<Instance, "studyUid" | "seriesUid" | "sopInstanceUid">;

/** The files of the archive. Names are hashes, so that nothing that a stranger sends becomes part of a path. */
export type Store = {
  /** Bytes of every file, in no order that means anything. */
  readonly readAll: () => Iterable<Uint8Array>;
  readonly read: (address: Address) => Uint8Array;
  /** Keep a file whole or not at all. */
  readonly keep: (address: Address, bytes: Uint8Array) => void;
};

/** The store in a folder, which is made where it is missing. What an interrupted write left behind is removed. */
export const openStore = (folder: string): Store => {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const name of readdirSync(folder).filter((each) => each.endsWith(".part")))
    rmSync(join(folder, name), { force: true });
  const pathOf = ({ studyUid, seriesUid, sopInstanceUid }: Address): string => {
    const hash = createHash("sha256").update(`${studyUid}/${seriesUid}/${sopInstanceUid}`).digest("hex");
    return join(folder, `${hash}.dcm`);
  };
  return {
    *readAll() {
      for (const name of readdirSync(folder)
        .filter((each) => each.endsWith(".dcm"))
        .sort())
        yield readFileSync(join(folder, name));
    },
    read: (address) => readFileSync(pathOf(address)),
    keep: (address, bytes) => {
      const path = pathOf(address);
      writeFileSync(`${path}.part`, bytes, { mode: 0o600 });
      renameSync(`${path}.part`, path);
    },
  };
};
