import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeTemporaryFolder } from "../../../src/disk/temporaryFolder.ts";
import { say } from "../support/say.ts";

/** Holds a temporary folder with a file in it until it is killed. */
const [parent = ""] = process.argv.slice(2);
const { path } = makeTemporaryFolder(parent);
writeFileSync(join(path, "unpacked.dcm"), "one");
say("holds", path);
Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
