import assert from "node:assert/strict";
import test from "node:test";
import { glyphHeight, glyphOf, glyphWidth } from "../../src/picture/font.ts";
import { blankImage } from "../../src/picture/image.ts";
import { drawText, textWidth } from "../../src/picture/text.ts";
import { extentOf, pixelAt, placesOf } from "./pixels.ts";

const grey = [90, 90, 90] as const;
const white = [255, 255, 255] as const;

const printable = Array.from({ length: 94 }, (_, n) => String.fromCharCode(33 + n));

const drawn = (text: string, width: number, height: number, x: number, y: number, scale: number) => {
  const image = blankImage(width, height, grey);
  drawText(image, x, y, text, white, scale);
  const sign = (column: number, row: number): string =>
    ({ 255: "#", 0: "o" })[pixelAt(image, column, row)[0] ?? -1] ?? ".";
  return Array.from({ length: height }, (_, row) =>
    Array.from({ length: width }, (_, column) => sign(column, row)).join(""),
  );
};

test("a letter stands in a dark line of one pixel, its upper left corner where it was asked for", () => {
  assert.deepEqual(drawn("L", 9, 11, 2, 1, 1), [
    ".ooo.....",
    ".o#o.....",
    ".o#o.....",
    ".o#o.....",
    ".o#o.....",
    ".o#o.....",
    ".o#ooooo.",
    ".o#####o.",
    ".ooooooo.",
    ".........",
    ".........",
  ]);
});

test("at twice the size the dots double and the dark line does not", () => {
  const rows = drawn("-", 14, 12, 1, 1, 2);
  assert.deepEqual(rows.slice(5, 12), [
    "..............",
    "..oooooooo....",
    "..o######o....",
    "..o######o....",
    "..oooooooo....",
    "..............",
    "..............",
  ]);
});

test("every printable character has a shape of its own", () => {
  const shapes = new Map(printable.map((c) => [glyphOf(c).join("\n"), c]));
  assert.equal(shapes.size, printable.length - 1); // 0 and O are alike
  assert.equal(glyphOf("0").join(), glyphOf("O").join());
  for (const c of [...printable, " ", "–"]) {
    assert.equal(glyphOf(c).length, glyphHeight, c);
    assert.ok(
      glyphOf(c).every((row) => row.length === glyphWidth && /^[.#]*$/.test(row)),
      c,
    );
  }
  assert.ok(glyphOf(" ").every((row) => row === "....."));
});

test("capitals and digits stand on one line, seven dots high; tails alone reach below", () => {
  const rowsOf = (c: string): readonly number[] =>
    glyphOf(c).flatMap((row, n) => (row.includes("#") ? [n] : []));
  for (const c of "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789bdhkl") {
    assert.deepEqual([rowsOf(c).at(0), rowsOf(c).at(-1)], [0, 6], c);
  }
  for (const c of "aceimnorstuvwxz") assert.equal(rowsOf(c).at(-1), 6, c);
  for (const c of "gjpqy") assert.equal(rowsOf(c).at(-1), 8, c);
});

test("an en dash is longer than a hyphen, and what the font lacks is a question mark", () => {
  assert.deepEqual(
    ["–", "-"].map((c) => glyphOf(c)[3]),
    ["#####", ".###."],
  );
  assert.deepEqual(glyphOf("猫"), glyphOf("?"));
});

test("a text is as wide as it says", () => {
  const image = blankImage(120, 40, grey);
  drawText(image, 10, 10, "MHM", white, 3);
  const { x } = extentOf(placesOf(image, ([red]) => red === 255));
  assert.deepEqual(x, [10, 10 + textWidth("MHM", 3) - 1]);
  assert.equal(textWidth("", 3), 0);
});

test("what leaves the picture is cut off at each border", () => {
  for (const [x, y] of [
    [-8, 2],
    [2, -3],
    [17, 2],
    [2, 17],
    [500, -500],
  ] as const) {
    const whole = blankImage(60, 60, grey);
    drawText(whole, x + 20, y + 20, "HH", white, 1);
    const part = blankImage(20, 20, grey);
    drawText(part, x, y, "HH", white, 1);
    const differing = placesOf(part, (colour, u, v) => `${colour}` !== `${pixelAt(whole, u + 20, v + 20)}`);
    assert.deepEqual(x === 500 ? [] : differing, []);
  }
});
