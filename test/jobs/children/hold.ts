/** `node hold.ts <file> <ms>` holds an SQLite file's write lock for so long, as a backup does, and says when it has it. */
import { DatabaseSync } from "node:sqlite";

const [, , file = "", ms = "0"] = process.argv;
const database = new DatabaseSync(file, { timeout: 60_000 });
database.exec("BEGIN IMMEDIATE");
process.stdout.write("held\n");
Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Number(ms));
database.exec("COMMIT");
database.close();
