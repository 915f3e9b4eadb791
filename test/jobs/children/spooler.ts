// Keeps one entry, killed just before its nth call to the file system: argv folder, number, keep or remove.
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { spooledOf } from "../../contract/jobStoreBench.ts";
import { say } from "../support/say.ts";

const [folder = "", last = "", verb = ""] = process.argv.slice(2);
const { openSpool } = await import("../../../src/jobs/files/spool.ts");
const spool = openSpool(folder);

let calls = 0;
for (const name of [
  "mkdirSync",
  "openSync",
  "writeSync",
  "fsyncSync",
  "closeSync",
  "renameSync",
  "rmSync",
] as const) {
  const real = fs[name] as (...args: unknown[]) => unknown;
  Object.assign(fs, {
    [name]: (...args: unknown[]) => {
      if (++calls === Number(last)) process.kill(process.pid, "SIGKILL");
      return real(...args);
    },
  });
}
syncBuiltinESMExports();
const entry = spooledOf("1.2.1", {
  seg: Buffer.alloc(70_000, 7),
  sr: Buffer.from("SR"),
  "text-report": Buffer.from("text"),
});
if (verb === "keep") spool.keep("key", entry);
else spool.remove("key");
calls = Number.NEGATIVE_INFINITY;
say("finished");
