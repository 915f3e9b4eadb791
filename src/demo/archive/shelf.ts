import { join } from "node:path";
import { FailureError } from "../../domain/failure.ts";
import { type Catalogue, makeCatalogue } from "./catalogue.ts";
import { type Changes, openChanges } from "./changes.ts";
import { type Instance, readInstance } from "./instance.ts";
import { openStore, type Store } from "./store.ts";

/** Lines of a log; ours are warnings, as nothing here is meant for patients. */
export type ArchiveLog = {
  readonly warn: (event: string, fields?: Readonly<Record<string, unknown>>) => void;
};

/** Files, what is known of them, and the log of what came when. */
export type Shelf = {
  readonly store: Store;
  readonly catalogue: Catalogue;
  readonly changes: Changes;
  /** Keep an instance; of one that is there already, the first copy stays. */
  readonly take: (instance: Instance, bytes: Uint8Array) => void;
};

/**
 * The shelf in a folder, its catalogue made anew from the files in the order in which they came; those that cannot
 * be read are passed over.
 */
export const openShelf = (folder: string, stableMs: number, log: ArchiveLog): Shelf => {
  const store = openStore(join(folder, "instances"));
  const changes = openChanges(join(folder, "changes.jsonl"), stableMs);
  const catalogue = makeCatalogue();
  const inOrder = readInstances(store, log).sort((a, b) =>
    compare(changes.arrivalOf(a), changes.arrivalOf(b)),
  );
  for (const instance of inOrder) {
    catalogue.add(instance);
    changes.announce(instance);
  }
  return {
    catalogue,
    changes,
    store,
    take: (instance, bytes) => {
      if (catalogue.has(instance)) return;
      store.keep(instance, bytes);
      // Last of all, so that what could not be announced is taken anew when it is sent again.
      changes.announce(instance);
      catalogue.add(instance);
    },
  };
};

const readInstances = (store: Store, log: ArchiveLog): Instance[] => {
  const instances: Instance[] = [];
  for (const bytes of store.readAll()) {
    try {
      instances.push(readInstance(bytes));
    } catch (error) {
      if (!(error instanceof FailureError)) throw error;
      log.warn("archive.file-unreadable", { code: error.failure.code, bytes: bytes.byteLength });
    }
  }
  return instances;
};

/** Two infinities are equal, which a difference would not say. */
const compare = (a: number, b: number): number => (a < b ? -1 : a > b ? 1 : 0);
