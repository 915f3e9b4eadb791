import { describe } from "node:test";
import { openSqliteJobStore } from "../../src/jobs/sqlite/sqlite.ts";
import { jobStoreContract } from "../contract/jobStore.ts";
import { privateFolder } from "./support/privateFolder.ts";

describe("SQLite job store", () =>
  jobStoreContract(async ({ clock, maxAttempts }) => {
    const { path, dispose } = privateFolder();
    return {
      open: async () => openSqliteJobStore({ file: `${path}/jobs.db`, clock, maxAttempts }),
      dispose: async () => dispose(),
    };
  }));
