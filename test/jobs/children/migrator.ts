// Brings a job database to schema 2, a step that takes its time: argv file, and the moment (ms of the clock) to begin at.
import { openDatabase } from "../../../src/jobs/database.ts";
import { migrate } from "../../../src/jobs/schema.ts";
import { say } from "../support/say.ts";
import { schemaTwo } from "../support/schemaTwo.ts";

const file = process.argv[2] ?? "";
while (Date.now() < Number(process.argv[3] ?? 0));
const database = openDatabase(file);
say("ready");
migrate(database, file, schemaTwo);
say("migrated");
database.close();
