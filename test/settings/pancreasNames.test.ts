import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { FailureError } from "../../src/domain/failure.ts";
import { meaningOf } from "../../src/domain/pancreasNames.ts";
import type { Code } from "../../src/domain/report.ts";
import { readPancreasNames } from "../../src/settings/pancreasNames.ts";
import { temporaryFolder } from "../pacs/fakeArchive.ts";

const own = readPancreasNames(null);
const codeFrom = (text: string): Code => {
  const [value = "", scheme = ""] = text.split(" ");
  return { value, scheme, meaning: "" };
};
const kindOf = (
  label: string,
  code: string | null = "85756007 SCT",
  region: string | null = null,
  names = own,
) => {
  const meaning = meaningOf(
    { label, type: code === null ? null : codeFrom(code), region: region === null ? null : codeFrom(region) },
    names,
  );
  return meaning.kind === "part" ? meaning.part : meaning.kind === "whole" ? meaning.by : meaning.kind;
};

const rows: readonly (readonly [kind: string, labels: readonly string[]])[] = [
  [
    "name",
    [
      ...["Pancreas", "pancreas_corrected", "Pancreas_1", "PANCREAS-2", "01 Pancreas", "PancreasCorrected"],
      ...[
        "Pankreas",
        "páncreas",
        "Pancréas",
        "pâncreas corrigido",
        "Bauchspeicheldrüse",
        "Bauchspeicheldru\u0308se",
      ],
      ...[
        "膵臓",
        "膵臓_修正",
        "胰腺",
        "胰腺(修改)",
        "췌장",
        "поджелудочная железа",
        "Πάγκρεας",
        "ตับอ่อน",
        "البنكرياس",
      ],
      ...[
        "AI Pancreas",
        "Corrected pancreas",
        "Segment_1 Pancreas",
        "my_final_pancreas",
        "pancreas (Dr. M.)",
      ],
    ],
  ],
  [
    "other",
    [
      ...[
        "Liver",
        "Pancreas tumor",
        "pancreas_tumour_2",
        "Pankreastumor",
        "Pankreas Zyste",
        "Pancreatic duct",
      ],
      ...[
        "Peripancreatic fat",
        "pancreaticoduodenal artery",
        "胰腺肿瘤",
        "Not pancreas",
        "tumor of pancreas",
        "haimatoma",
      ],
    ],
  ],
  ["anonymous", ["Segment_1", "segment 12", "", "ROI-3", "Mask", "1", "Untitled"]],
  ["head", ["Pancreas head", "head_of_pancreas", "Caput pancreatis", "Pankreaskopf", "tête du pancréas"]],
  ["tail", ["PancreasTail", "pancreatic tail", "cauda pancreatis"]],
];

for (const [kind, labels] of rows)
  test(`E7: by their names these are ${kind}: ${labels.slice(0, 3).join(", ")} …`, () => {
    assert.deepEqual(
      labels.map((label) => [label, kindOf(label)]),
      labels.map((label) => [label, kind]),
    );
  });

test("E7: codes go before names, in today's and former schemes, and the region where the type says nothing", () => {
  for (const code of [
    "15776009 SCT",
    "T-65000 SRT",
    "T-65000 SNM3",
    "181277001 SCT",
    "7198 FMA",
    "FMA7198 FMA",
  ])
    assert.equal(kindOf("Anything", code), "code", code);
  assert.deepEqual(
    ["64163001 SCT", "40133006 SCT", "73239005 SCT", "T-65300 SRT"].map((code) => kindOf("Pancreas", code)),
    ["head", "body", "tail", "tail"],
  );
  assert.equal(kindOf("Segment_1", "85756007 SCT", "15776009 SCT"), "code");
  assert.equal(kindOf("Segment_1", "108369006 SCT", "15776009 SCT"), "other", "a neoplasm of the pancreas");
  assert.equal(kindOf("Segment_1", "10200004 SCT"), "other");
  assert.equal(kindOf("Segment_1", null), "anonymous");
});

test("E7: a site's names and codes stand beside ours, and change the digest", (t) => {
  const file = join(temporaryFolder(t), "names.yaml");
  writeFileSync(file, "whole: { codes: [P1 99SITE], names: [Panc] }\notherThings: [pseudo]\n");
  const site = readPancreasNames(file);
  assert.notEqual(site.digest, own.digest);
  assert.equal(readPancreasNames(null).digest, own.digest);
  assert.deepEqual(
    [
      kindOf("panc_2", undefined, null, site),
      kindOf("x", "P1 99SITE", null, site),
      kindOf("Pancreas", null, null, site),
    ],
    ["name", "code", "name"],
  );
  assert.equal(kindOf("pancreas pseudo", undefined, null, site), "other");
  assert.equal(kindOf("panc_2"), "other");
});

test("E7: a names file with faults is refused with each of them", (t) => {
  const file = join(temporaryFolder(t), "names.yaml");
  for (const [text, count] of [
    ["whole: { codes: ['15776009'], names: ['1'] }\nother: 3\n", 3],
    ["", 1],
    ["whole: [", 1],
  ] as const) {
    writeFileSync(file, text);
    assert.throws(
      () => readPancreasNames(file),
      (error) =>
        error instanceof FailureError &&
        error.failure.code === "SETTINGS_INVALID" &&
        (error.failure.details["problems"] as string[]).length >= count,
    );
  }
});
