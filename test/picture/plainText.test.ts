import assert from "node:assert/strict";
import test from "node:test";
import { plainText } from "../../src/picture/plainText.ts";

test("P2: text of any alphabet becomes letters that a picture has, or one question mark for what it has not", () => {
  for (const [text, plain] of [
    ["Abdomen venös 3.0", "Abdomen venos 3.0"],
    ["Größe Łódź œdème", "Grosse Lodz oedeme"],
    ["ＡＢＤ 造影 ５mm", "ABD ? 5mm"],
    ["腹部 造影", "?"],
    ["TE 2,3 ms ± 5°", "TE 2,3 ms +/- 5 deg"],
    ["a\u202eb\u0000c\u0301", "abc"],
    ["50–60 % @ x", "50–60 % @ x"],
    ["", ""],
  ] as const)
    assert.equal(plainText(text), plain);
  assert.equal(plainText(plainText("Größe 造影")), plainText("Größe 造影"));
});
