// Takes a data folder for itself and holds it until it is killed: argv folder.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { toFailure } from "../../../src/domain/failure.ts";
import { lockDataFolder } from "../../../src/jobs/files/lock.ts";
import { inTime } from "../../support/eventually.ts";
import { say } from "../support/say.ts";

try {
  lockDataFolder(process.argv[2] ?? "");
  // The lock must not hang on a reference that a caller may drop.
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
  say("locked");
  await inTime("its kill", new Promise<never>(() => {}));
} catch (error) {
  const { code, sentence } = toFailure(error);
  say(code, sentence);
  process.exitCode = 2;
}
