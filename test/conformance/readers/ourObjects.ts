import assert from "node:assert/strict";
import type { MatrixCase } from "../../dicom/write/matrixCases.ts";
import type { MatrixObjects } from "../../dicom/write/matrixObjects.ts";
import { askPython, type Files, skip, sourceFiles } from "./askPython.ts";
import type { Findings } from "./findings.ts";

/** What the readers are asked about. */
export type Asked = {
  readonly folder: string;
  readonly matrixCase: MatrixCase;
  readonly objects: () => Promise<MatrixObjects>;
};

const filesOf = async ({ matrixCase, objects }: Asked): Promise<Files> => {
  const { seg, sr, text, keyImages } = await objects();
  return {
    ...sourceFiles(matrixCase.images.files),
    "seg.dcm": seg.bytes,
    "sr.dcm": sr.bytes,
    "text.dcm": text.bytes,
    ...Object.fromEntries(keyImages.map(({ bytes }, n) => [`key-${n}.dcm`, bytes])),
  };
};

const askAll = async (asked: readonly Asked[]): Promise<Readonly<Record<string, Findings>>> => {
  const folders = new Map<string, Files>();
  for (const each of asked) folders.set(each.folder, await filesOf(each));
  return askPython<Findings>("readers.py", folders, (answers) => answers);
};

/** Asks the outside readers once about all these results; what they find in the one of a folder. */
export const findingsOf = (asked: readonly Asked[]): ((folder: string) => Promise<Findings>) => {
  const answers = skip === false ? askAll(asked) : null;
  // A failure belongs to the tests, each of which awaits it.
  answers?.catch(() => undefined);
  return async (folder) => {
    const found = (await answers)?.[folder];
    assert.ok(found !== undefined);
    return found;
  };
};
