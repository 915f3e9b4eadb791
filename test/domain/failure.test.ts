import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { type FailureCode, failed, isOfAnswer, policyOf } from "../../src/domain/failure.ts";
import { ofArchives } from "../../src/domain/failures/ofArchives.ts";
import { ofMachine } from "../../src/domain/failures/ofMachine.ts";
import { ofModels } from "../../src/domain/failures/ofModels.ts";
import { ofRequests } from "../../src/domain/failures/ofRequests.ts";
import { ofSeries } from "../../src/domain/failures/ofSeries.ts";
import { decide } from "../../src/jobs/policy/retryPolicy.ts";

const parts = [ofSeries, ofModels, ofArchives, ofMachine, ofRequests];
const codes = parts.flatMap((part) => Object.keys(part)) as readonly FailureCode[];

test("every code stands once, and its remedy is a sentence", () => {
  assert.equal(new Set(codes).size, codes.length);
  for (const code of codes) assert.match(policyOf(code).remedy, /^[A-Z].*[.:]?\w+.*\.$/, code);
});

test("what the table says of a code is what becomes of a job: class and retry never disagree", () => {
  for (const code of codes) {
    const { class: kind, retry } = policyOf(code);
    const decisions = [1, 2, 3, 4].map((attempts) => decide({ code }, attempts, 3));
    const kinds = new Set(decisions.map((decision) => decision.kind));
    if (kind === "refused") assert.deepEqual([...kinds], ["skip"], code);
    if (kind === "permanent") assert.deepEqual([...kinds], ["bury"], code);
    if (kind === "transient")
      for (const decision of decisions)
        assert.deepEqual(decision, { kind: "retry", usesAttempt: false }, code);
    if (kind === "ambiguous") assert.ok(kinds.has("retry") && retry !== "never", code);
    if (retry === "judged") assert.equal(decide({ code }, 3, 3, true).kind, "bury", code);
  }
});

test("INTERNAL is one thing to the table and to the jobs: tried again, for as many attempts as there are", () => {
  const { class: kind, retry } = policyOf("INTERNAL");
  assert.deepEqual([kind, retry], ["ambiguous", "counted"]);
});

test("exit codes and HTTP statuses are those that the documents name", () => {
  const exits: Readonly<Record<string, number>> = {
    LOCALIZER: 3,
    NO_MODEL: 3,
    USAGE: 2,
    SETTINGS_INVALID: 2,
    MODEL_CORRUPT: 5,
    PACS_UNREACHABLE: 4,
    PACS_UNAUTHORIZED: 4,
    PACS_ERROR: 4,
    STORE_REJECTED: 1,
    INTERNAL: 1,
    DISK_LOW: 1,
    STOPPING: 130,
    INTERRUPTED: 130,
  };
  for (const [code, exit] of Object.entries(exits))
    assert.equal(policyOf(code as FailureCode).exitCode, exit, code);
  for (const code of codes) assert.ok([1, 2, 3, 4, 5, 130].includes(policyOf(code).exitCode), code);
  for (const code of codes) assert.ok(policyOf(code).httpStatus >= 400, code);
});

test("a code of another version, as an old ledger may hold it, is taken for a defect", () => {
  assert.equal(policyOf("LONG_FORGOTTEN" as FailureCode), policyOf("INTERNAL"));
});

test("only an answer of an archive that is there invites to ask in another way", () => {
  const inviting = codes.filter((code) => isOfAnswer(failed(code, "x")));
  assert.deepEqual(inviting, ["PACS_ERROR", "PACS_BAD_ANSWER"]);
});

test("nobody beside the table keeps a list of codes", () => {
  const lists = globSync("src/**/*.ts").filter(
    (file) =>
      !file.includes("domain/failure") &&
      /Set<FailureCode>|new Set\(\[\s*"PACS_/.test(readFileSync(file, "utf8")),
  );
  assert.deepEqual(lists, []);
});
