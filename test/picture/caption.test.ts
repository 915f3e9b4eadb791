import assert from "node:assert/strict";
import test from "node:test";
import { withCaption } from "../../src/picture/caption.ts";
import { blankImage } from "../../src/picture/image.ts";
import { cut, extentOf, placesOf, readText } from "./pixels.ts";

const red = [200, 0, 0] as const;
const captionColour = [226, 230, 235];

const isInk = (colour: readonly number[]): boolean => `${colour}` === `${captionColour}`;

test("the lines of a caption stand one below the other on a dark band under the picture", () => {
  const picture = blankImage(300, 50, red);
  const image = withCaption(picture, ["Pancreas68.4ml", "AI", "no"], 2);
  assert.deepEqual(cut(image, 0, 0, 300, 50), picture);
  assert.deepEqual([image.width, image.height], [300, 50 + 2 * 12 + 3 * 24]);
  const read = (line: number, length: number): string =>
    readText(image, [12, 62 + line * 24], { scale: 2, length, colour: captionColour });
  assert.deepEqual([read(0, 14), read(1, 2), read(2, 2)], ["Pancreas68.4ml", "AI", "no"]);
  assert.ok(
    placesOf(image, (colour, _, y) => y >= 50 && !isInk(colour) && Math.max(...colour) > 25).length === 0,
  );
});

test("a longer line is broken between words and stays within the picture", () => {
  const image = withCaption(blankImage(150, 10, red), ["Research use only. Not a medical device"], 1);
  const lines = ["Research use only. Not", "a medical device"]; // 138 pixels hold 23 characters
  assert.equal(image.height, 10 + 2 * 6 + lines.length * 12);
  for (const [n, line] of lines.entries()) {
    const place = { scale: 1, length: line.length, colour: captionColour };
    assert.equal(readText(image, [6, 16 + n * 12], place), line);
  }
  const { x } = extentOf(placesOf(image, isInk));
  assert.ok((x[0] ?? 0) >= 6 && (x[1] ?? 150) < 144);
});

test("without a caption there is no band", () => {
  const picture = blankImage(30, 5, red);
  assert.deepEqual(withCaption(picture, [], 2), { ...picture, marks: [] });
});

test("P1: a warning has a colour of its own and a headline is larger; a word longer than the picture is broken", () => {
  const image = withCaption(
    blankImage(150, 10, red),
    [{ text: "Pancreas", as: "headline" }, { text: "cut", as: "warning" }, "1.2.826.0.1.3680043.10.998"],
    1,
  );
  const read = (line: number, words: string, scale: number, colour: readonly number[]): string =>
    readText(image, [6, 16 + line], { scale, length: words.length, colour });
  assert.equal(read(0, "Pancreas", 2, captionColour), "Pancreas");
  assert.equal(read(24, "cut", 1, [255, 176, 66]), "cut");
  assert.equal(read(36, "1.2.826.0.1.3680043.10", 1, captionColour), "1.2.826.0.1.3680043.10");
  assert.equal(image.height, 10 + 2 * 6 + 24 + 3 * 12);
});
