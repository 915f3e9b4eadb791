import { type Migration, migrations } from "../../../src/jobs/sqlite/schema.ts";

/** What a later version could add: a column, filled for every row, and an index. */
export const nextSchema: readonly Migration[] = [
  ...migrations,
  `
  ALTER TABLE job ADD COLUMN priority INTEGER NOT NULL DEFAULT 0;
  UPDATE job SET priority = length(key);
  CREATE INDEX job_priority ON job (priority, seq);
  `,
];
