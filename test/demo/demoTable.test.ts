import assert from "node:assert/strict";
import { test } from "node:test";
import { demoExitCode, secondsPerColumn, summary, verdictLine } from "../../src/cli/demoTable.ts";
import type { Verdict } from "../../src/demo/verdict.ts";

const segmented: Verdict = {
  name: "CT abdomen, portal venous",
  seriesUid: "1.2.1",
  state: "done",
  reason: null,
  model: "phantom-ct",
  volumeMl: 72.36,
  trueVolumeMl: 73.84,
  dice: 0.9324,
  secondsPerStep: {
    list: 0.25,
    retrieve: 0.5,
    "load-model": 1.5,
    history: 0.0625,
    volume: 0.25,
    preprocess: 0.5,
    infer: 8.5,
    mask: 0.25,
    measure: 0.125,
    judge: 0.125,
    "build-seg": 0.25,
    "build-sr": 0.125,
    "verify-built": 0.125,
    "build-text-report": 0.125,
    "build-key-image": 1,
    picture: 0.375,
    spool: 0.125,
    "store-seg": 0.25,
    "store-key-image-1": 0.25,
    "store-seg@research": 0.25,
    "verify-seg": 0.5,
    "verify-key-image-1": 0.25,
    "a step of another version": 0.125,
  },
  asExpected: true,
};

const refused: Verdict = {
  name: "CT abdomen, localizer",
  seriesUid: "1.2.2",
  state: "skipped",
  reason: { code: "LOCALIZER", sentence: "ImageType says LOCALIZER." },
  model: null,
  volumeMl: null,
  trueVolumeMl: null,
  dice: null,
  secondsPerStep: {},
  asExpected: true,
};

const missed: Verdict = { ...segmented, seriesUid: "1.2.3", dice: 0.61, asExpected: false };

test("a line names volume, truth and Dice of a result, or reason and code of a refusal, behind a mark", () => {
  assert.equal(verdictLine(segmented), "✓ CT abdomen, portal venous: 72.4 ml (true 73.8 ml), Dice 0.932");
  assert.equal(verdictLine(refused), "– CT abdomen, localizer: ImageType says LOCALIZER. [LOCALIZER]");
  assert.match(verdictLine(missed), /^✗ .* Dice 0\.610$/);
  assert.equal(
    verdictLine({ ...refused, state: "done", reason: null, asExpected: false }),
    "✗ CT abdomen, localizer: done",
  );
});

test("the columns of seconds hold every step once, those of delivery and unknown ones too", () => {
  assert.deepEqual(secondsPerColumn(segmented.secondsPerStep), {
    read: 1.0625,
    model: 1.5,
    network: 9.5,
    objects: 2,
    store: 1.75,
  });
  const total = (seconds: Readonly<Record<string, number>>) =>
    Object.values(seconds).reduce((sum, each) => sum + each, 0);
  assert.equal(total(secondsPerColumn(segmented.secondsPerStep)), total(segmented.secondsPerStep));
  assert.equal(total(secondsPerColumn({})), 0);
});

const cellsOf = (line: string | undefined): readonly string[] => (line ?? "").split(/ {2,}/);

test("the table has a row for each series, seconds for results alone, and the count of what is not as expected", () => {
  const [, header, done, skipped, wrong, , end, ...rest] = summary([segmented, refused, missed], 58.7).split(
    "\n",
  );
  assert.deepEqual(rest, []);
  assert.deepEqual(cellsOf(header?.trim()), [
    "SERIES",
    "VERDICT",
    "MODEL",
    "ML",
    "TRUE ML",
    "DICE",
    "READ S",
    "MODEL S",
    "NETWORK S",
    "OBJECTS S",
    "STORE S",
  ]);
  assert.deepEqual(cellsOf(done), [
    "✓",
    "CT abdomen, portal venous",
    "segmented",
    "phantom-ct",
    "72.4",
    "73.8",
    "0.932",
    "1.1",
    "1.5",
    "9.5",
    "2.0",
    "1.8",
  ]);
  assert.deepEqual(cellsOf(skipped), ["–", "CT abdomen, localizer", "not segmented: LOCALIZER"]);
  assert.equal(cellsOf(wrong)[0], "✗");
  assert.equal(end, "3 series in 59 s: 1 not as expected");
  assert.match(summary([segmented, refused], 58.7), /2 series in 59 s: all as expected$/);
});

test("a demo ends with 0 where all is as expected and with 1 where one series is not", () => {
  assert.equal(demoExitCode([segmented, refused]), 0);
  assert.equal(demoExitCode([segmented, missed, refused]), 1);
});
