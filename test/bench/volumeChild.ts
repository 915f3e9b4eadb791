/** One side of the volume benchmark in a process of its own: `read <folder>` or `decode <folder>`; prints JSON. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { headerOf } from "../../src/dicom/file/header.ts";
import { openPart10 } from "../../src/dicom/file/part10.ts";
import { decodeFrame } from "../../src/dicom/pixels/decodeFrame.ts";
import { frameBytes, locateFrames } from "../../src/dicom/pixels/pixelBytes.ts";
import { readPixelFormat } from "../../src/dicom/pixels/pixelFormat.ts";
import { defaultReadOptions, readSeries } from "../../src/dicom/series/readSeries.ts";

const [side, folder = ""] = process.argv.slice(2);
const files = readdirSync(folder).map((name) => join(folder, name));

const started = performance.now();
if (side === "read") {
  const instances = files.map((name) => ({ name, read: () => readFileSync(name) }));
  await readSeries(instances, defaultReadOptions);
} else {
  // The codec alone: every codestream decoded once, nothing kept.
  const [first = ""] = files;
  const part10 = openPart10(readFileSync(first));
  const format = readPixelFormat(headerOf(part10), part10);
  const [ranges = []] = locateFrames(part10, format, 1);
  const frame = frameBytes(part10, ranges);
  for (let n = 0; n < files.length; n++) await decodeFrame(frame, format);
}
const seconds = (performance.now() - started) / 1000;
console.log(JSON.stringify({ seconds, peakMegabytes: process.resourceUsage().maxRSS / 1024 }));
