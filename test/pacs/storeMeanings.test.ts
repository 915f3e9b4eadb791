import assert from "node:assert/strict";
import { test } from "node:test";
import { policyOf } from "../../src/domain/failure.ts";
import { reasonMeaning, speaksOfObject, statusMeaning } from "../../src/pacs/storeMeanings.ts";

/** Every value of PS3.18 table I.2-2, those of PS3.7 that archives borrow, and some of nobody's. */
const reasons = {
  transient: [0xa700, 0xa7ff, 0x0213, 0x0124],
  ambiguous: [0x0110, 0x0111, 0x0112, 0x0122, 0x0118, 0x0210, 0x0211, 0xc122, 0xb00e, 0x0001, 0xffff],
  permanent: [0xa900, 0xa9ff, 0xc000, 0xcfff, 0x0105, 0x0106, 0x0107, 0x0117, 0x0119, 0x0120, 0x0121, 0x0212],
} as const;

const statuses = {
  transient: [423, 425, 507],
  ambiguous: [409, 415],
  permanent: [400, 410, 413, 422],
} as const;

test("D3: every failure reason of a store is transient, ambiguous or permanent, and says where it is defined", () => {
  for (const [kind, values] of Object.entries(reasons))
    for (const value of values) {
      const { code, says, section } = reasonMeaning(value);
      assert.equal(policyOf(code).class, kind, `${value.toString(16)} ${says}`);
      assert.match(section, /^(PS3\.\d+|RFC \d+) \S+$/);
    }
});

test("D3: every status of a store is transient, ambiguous or permanent where it speaks of the object", () => {
  for (const [kind, values] of Object.entries(statuses))
    for (const value of values) {
      const meaning = statusMeaning(value);
      assert.ok(meaning !== null && policyOf(meaning.code).class === kind, `${value}`);
    }
  for (const value of [401, 403, 404, 405, 408, 429, 500, 502, 503, 504, 301])
    assert.ok(statusMeaning(value) === null && !speaksOfObject(value), `${value} speaks of no object`);
  for (const value of [200, 202, 204]) assert.ok(speaksOfObject(value), `${value}`);
});
