import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { openDatabase } from "../../src/jobs/sqlite/database.ts";
import * as sql from "../../src/jobs/sqlite/queries.ts";
import { migrate } from "../../src/jobs/sqlite/schema.ts";
import { arrival, LEASE } from "../contract/jobStoreBench.ts";
import { privateFolder } from "./support/privateFolder.ts";
import { openStore } from "./support/store.ts";

/** Every statement that runs against a growing table, and the index that must carry it. */
const plans: readonly [string, string, RegExp][] = [
  ["claim", sql.CLAIM, /SEARCH job USING COVERING INDEX job_turn \(state=\?\)/],
  ["find an examination", sql.FIND_EXAMINATION, /USING INDEX sqlite_autoindex_job_2 \(kind=\? AND key=\?\)/],
  ["find by id", sql.FIND, /USING INTEGER PRIMARY KEY/],
  ["heartbeat", sql.HEARTBEAT, /USING INTEGER PRIMARY KEY/],
  ["end a claim", sql.END_CLAIM, /USING INTEGER PRIMARY KEY/],
  ["retry later", sql.RETRY_LATER, /USING INTEGER PRIMARY KEY/],
  ["release", sql.RELEASE, /USING INTEGER PRIMARY KEY/],
  ["queue afresh", sql.QUEUE_AFRESH, /USING INTEGER PRIMARY KEY/],
  ["expired leases", sql.LEASES_EXPIRED, /USING INDEX job_(lease|turn) /],
  ["leases of the future", sql.RESTART_FUTURE_LEASES, /USING INDEX job_(lease|turn) /],
  ["held by an owner", sql.HELD_BY_OWNER, /USING INDEX job_turn \(state=\?\)/],
  ["count", sql.COUNT, /USING COVERING INDEX job_kind/],
  ["list all", sql.listQuery({}), /USING INDEX sqlite_autoindex_job_1/],
  ["list by state", sql.listQuery({ state: "dead" }), /USING INDEX job_turn \(state=\?\)/],
  [
    "list by kind and state",
    sql.listQuery({ kind: "segment", state: "dead" }),
    /USING INDEX job_kind \(kind=\? AND state=\?\)/,
  ],
  ["everybody who holds a job", sql.OWNERS, /USING (COVERING )?INDEX job_(turn|lease)/],
  ["whether one is due", sql.DUE, /SEARCH job USING COVERING INDEX job_turn \(state=\?\)/],
  ["whether one runs", sql.IS_RUNNING, /USING COVERING INDEX job_/],
  ["page of all", sql.pageQuery({}), /USING INDEX sqlite_autoindex_job_1 \(seq<\?\)/],
  [
    "page by kind and state",
    sql.pageQuery({ kind: "examine", state: "skipped" }),
    /USING INDEX job_kind \(kind=\? AND state=\? AND seq<\?\)/,
  ],
  ["page by kind", sql.pageQuery({ kind: "examine" }), /USING INDEX sqlite_autoindex_job_1 \(seq<\?\)/],
  ["read the cursor", sql.READ_CURSOR, /USING INDEX sqlite_autoindex_cursor_1/],
];

describe("query plans", () => {
  for (const [name, query, index] of plans) {
    test(`${name} walks an index and sorts nothing`, () => {
      const { path, dispose } = privateFolder();
      const database = openDatabase(`${path}/jobs.db`);
      migrate(database, `${path}/jobs.db`);
      const plan = database
        .all(`EXPLAIN QUERY PLAN ${query}`)
        .map((row) => String(row["detail"]))
        .join("\n");
      database.close();
      dispose();
      assert.match(plan, index);
      assert.doesNotMatch(plan, /TEMP B-TREE/);
      assert.doesNotMatch(plan, /SCAN job(?! USING)/);
    });
  }
});

test("F33 with 10,000 jobs waiting, a claim takes no longer than with ten", async () => {
  const { path, dispose } = privateFolder();
  const medianClaimMs = async (series: number): Promise<number> => {
    const store = openStore(`${path}/${series}.db`);
    await store.arrive(Array.from({ length: series }, (_, n) => arrival(n)));
    const times: number[] = [];
    for (let n = 0; n < 9; n++) {
      // Of the processor, which a busy machine does not lengthen.
      const before = process.cpuUsage();
      await store.claim("worker", LEASE);
      const { user, system } = process.cpuUsage(before);
      times.push((user + system) / 1000);
    }
    await store.close();
    return times.toSorted((a, b) => a - b)[4] ?? Number.NaN;
  };
  const few = await medianClaimMs(10);
  const many = await medianClaimMs(10_000);
  assert.ok(many < few * 5 + 5, `${few} ms with ten, ${many} ms with 10,000`);
  dispose();
});
