import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { contourOf } from "../../src/picture/contour.ts";

const pixels = (rows: readonly string[]): Uint8Array =>
  Uint8Array.from(rows.join(""), (c) => (c === "#" ? 1 : 0));

const drawn = (rows: readonly string[]): readonly string[] => {
  const width = rows[0]?.length ?? 0;
  const border = contourOf(pixels(rows), width, rows.length);
  return rows.map((_, y) => [...border.subarray(y * width, (y + 1) * width)].map((b) => ".#"[b]).join(""));
};

test("the border lies inside the region and is one pixel wide, around holes as well", () => {
  const region = [
    "..........", //
    ".######...",
    ".#######..",
    ".###.####.",
    ".########.",
    ".########.",
    "..........",
  ];
  assert.deepEqual(drawn(region), [
    "..........", //
    ".######...",
    ".#..#..#..",
    ".#.#.#..#.",
    ".#..#...#.",
    ".########.",
    "..........",
  ]);
});

test("a diagonal neighbour outside alone makes no border", () => {
  assert.deepEqual(drawn(["####", "####", "####", "###."]), ["####", "#..#", "#..#", "###."]);
});

test("where a region meets the edge of the picture, the edge is its border", () => {
  assert.deepEqual(drawn(["###", "###", "###"]), ["###", "#.#", "###"]);
});

test("single pixels and thin lines are all border, and nothing stays nothing", () => {
  assert.deepEqual(drawn(["#....", "..###", "....."]), ["#....", "..###", "....."]);
  assert.deepEqual(drawn(["..", ".."]), ["..", ".."]);
});

test("the border is exactly the region without the pixels whose four neighbours are inside", () => {
  const width = 9;
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 63, maxLength: 63 }), (list) => {
      const region = Uint8Array.from(list, (n) => (n > 0 ? 1 : 0));
      const inside = (x: number, y: number): boolean =>
        x >= 0 && x < width && y >= 0 && y < 7 && region[y * width + x] === 1;
      for (const [at, border] of contourOf(region, width, 7).entries()) {
        const [x, y] = [at % width, Math.floor(at / width)];
        const enclosed = inside(x - 1, y) && inside(x + 1, y) && inside(x, y - 1) && inside(x, y + 1);
        assert.equal(border === 1, inside(x, y) && !enclosed);
      }
    }),
  );
});
