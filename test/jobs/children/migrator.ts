// Brings a job database to schema 2, a step that takes its time: argv file, and the file whose appearance is the sign to begin.
import { openDatabase } from "../../../src/jobs/sqlite/database.ts";
import { migrate } from "../../../src/jobs/sqlite/schema.ts";
import { awaitSign } from "../support/awaitSign.ts";
import { nextSchema } from "../support/nextSchema.ts";
import { say } from "../support/say.ts";

const file = process.argv[2] ?? "";
awaitSign(process.argv[3]);
const database = openDatabase(file);
say("ready");
migrate(database, file, nextSchema);
say("migrated");
database.close();
