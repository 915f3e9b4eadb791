import assert from "node:assert/strict";
import test from "node:test";
import { decode } from "fast-png";
import { chromium } from "playwright-core";
import { encodePng } from "../../src/picture/png.ts";
import { browserOptions } from "../support/browser.ts";
import { needsTool } from "../support/shared.ts";

/** Every grey, every red and blue, on rows that no filter or padding could exchange. */
const width = 67;
const height = 31;
const image = {
  width,
  height,
  rgb: Uint8Array.from({ length: 3 * width * height }, (_, n) => Math.imul(n + 1, 2654435761) >>> 24),
};

/** Types of a file's chunks, and where its data lie (PNG, 5.3). */
const chunksOf = (png: Uint8Array): readonly string[] => {
  const bytes = Buffer.from(png);
  const types: string[] = [];
  for (let at = 8; at < bytes.length; at += 12 + bytes.readUInt32BE(at)) {
    types.push(bytes.toString("latin1", at + 4, at + 8));
  }
  return types;
};

test("equal pixels make equal bytes, with neither a time nor a text in them", () => {
  const png = encodePng(image);
  assert.deepEqual(encodePng({ ...image, rgb: image.rgb.slice() }), png);
  assert.deepEqual(chunksOf(png), ["IHDR", "IDAT", "IEND"]);
});

test("a picture comes back from its file", () => {
  const { width: across, height: down, data, channels, depth } = decode(encodePng(image), { checkCrc: true });
  assert.deepEqual([across, down, channels, depth], [width, height, 3, 8]);
  assert.deepEqual(Buffer.from(data.buffer, data.byteOffset, data.length), Buffer.from(image.rgb));
});

test("a browser shows the pixels that were drawn", { skip: needsTool("chromium") }, async () => {
  const browser = await chromium.launch({
    ...browserOptions,
    args: [...browserOptions.args, "--force-color-profile=srgb"],
  });
  try {
    const page = await browser.newPage();
    const base64 = Buffer.from(encodePng(image)).toString("base64");
    const shown = (await page.evaluate(`(async () => {
      const picture = new Image();
      picture.src = "data:image/png;base64,${base64}";
      await picture.decode();
      const canvas = document.createElement("canvas");
      canvas.width = picture.naturalWidth;
      canvas.height = picture.naturalHeight;
      const context = canvas.getContext("2d");
      context.drawImage(picture, 0, 0);
      const { width, height, data } = context.getImageData(0, 0, canvas.width, canvas.height);
      return { width, height, rgba: [...data] };
    })()`)) as { width: number; height: number; rgba: number[] };
    assert.deepEqual([shown.width, shown.height], [width, height]);
    assert.ok(shown.rgba.every((value, n) => n % 4 !== 3 || value === 255));
    assert.deepEqual(
      shown.rgba.filter((_, n) => n % 4 !== 3),
      [...image.rgb],
    );
  } finally {
    await browser.close();
  }
});
