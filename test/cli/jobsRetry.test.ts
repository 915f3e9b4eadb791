import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { clock } from "../../src/compose.ts";
import { makeFailure } from "../../src/domain/failure.ts";
import { openSqliteJobStore } from "../../src/jobs/sqlite/sqlite.ts";
import { arrival, claimOf } from "../contract/jobStoreBench.ts";
import { temporaryFolder } from "../product/world.ts";
import { panseg } from "../support/panseg.ts";

test("D2: jobs retry --all --code queues what an outage buried, and nothing else", async (t) => {
  const data = temporaryFolder(t);
  const store = openSqliteJobStore({ file: join(data, "jobs.sqlite"), clock, maxAttempts: 3 });
  t.after(() => store.close());
  await store.arrive([1, 2, 3].map((n) => arrival(n)));
  for (const code of ["PACS_ERROR", "STORED_DIFFERS", "PACS_ERROR"] as const)
    await store.bury(await claimOf(store), makeFailure(code, "It failed."));
  const settings = { PANSEG__DATAFOLDER: data };
  const some = await panseg(["jobs", "retry", "--all", "--code", "pacs_error", "--json"], settings);
  assert.deepEqual([some.code, JSON.parse(some.stdout)], [0, { code: "PACS_ERROR", queued: 2 }]);
  assert.deepEqual(
    (await store.list({ state: "dead" })).map(({ failure }) => failure?.code),
    ["STORED_DIFFERS"],
  );
  const rest = await panseg(["jobs", "retry", "--all"], settings);
  assert.deepEqual([rest.code, rest.stdout], [0, "1 job queued again\n"]);
});
