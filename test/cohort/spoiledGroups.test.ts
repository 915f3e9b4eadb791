import assert from "node:assert/strict";
import { test } from "node:test";
import { readGroupsTable } from "../../src/cohort/groupsTable.ts";
import { matchGroups } from "../../src/cohort/matchGroups.ts";
import { FailureError } from "../../src/domain/failure.ts";

/** A cohort with an accent in a name, two names that differ in case alone, and a case known by the UID of its series. */
const cases: readonly (readonly (string | null)[])[] = [
  ["c0", null],
  ["c1", "1.2.840.1"],
  ["josé", null],
  ["P1", null],
  ["p1", null],
];

/** What the table says of c0, c1 and josé, and every note beside it; or the sentence of the refusal. */
const outcome = (bytes: Uint8Array): string => {
  try {
    const table = readGroupsTable(bytes);
    const { groupsOf, unmatchedRows, unmatchedCases } = matchGroups(table, cases);
    const say = (names: readonly (string | null)[] = []) =>
      Object.values(groupsOf(names) ?? { none: "?" }).join(" ");
    return [
      ...cases.slice(0, 3).map(say),
      table.encoding,
      ...table.notGroups.map(({ column, why }) => `${column}: ${why}`),
      ...(unmatchedRows.length > 0 ? [`rows without a case: ${unmatchedRows}`] : []),
      ...(unmatchedCases.length > 0 ? [`cases without a row: ${unmatchedCases}`] : []),
    ].join(" | ");
  } catch (error) {
    if (error instanceof FailureError && error.failure.code === "USAGE") return error.failure.sentence;
    throw error;
  }
};

const rest = "P1,CT,B\np1,T2,B\n";
const plain = `case,modality,centre\nc0,CT,A\nc1,T1,A\njosé,T2,B\n${rest}`;
const right = "CT A | T1 A | T2 B";
const utf16be = (text: string): Buffer => Buffer.from(`\ufeff${text}`, "utf16le").swap16();
const manyRows = (of: (n: number) => string): string =>
  `${plain}${Array.from({ length: 30 }, (_, n) => `x${n},CT,${of(n)}\n`).join("")}`;

/** Way to spoil a table → its bytes → what comes of it. */
const ways: readonly (readonly [way: string, bytes: Buffer, expected: string | RegExp])[] = [
  ["not at all", Buffer.from(plain), `${right} | UTF-8`],
  ["endings", Buffer.from(plain.replaceAll(/^(c\d|josé),/gm, "$1.nii.gz,")), `${right} | UTF-8`],
  [
    "folders before the names",
    Buffer.from(plain.replaceAll(/^(c\d),/gm, "D:\\labels\\$1.nii,")),
    `${right} | UTF-8`,
  ],
  ["another case of the letters", Buffer.from(plain.replaceAll(/^c(\d)/gm, "C$1")), `${right} | UTF-8`],
  ["names in NFD", Buffer.from(plain.normalize("NFD")), `${right} | UTF-8`],
  ["the UID of the series as the name", Buffer.from(plain.replace("c1,", "1.2.840.1,")), `${right} | UTF-8`],
  [
    "UTF-16 as spreadsheets save it",
    Buffer.from(`\ufeff${plain.replaceAll(",", "\t")}`, "utf16le"),
    `${right} | UTF-16LE`,
  ],
  ["UTF-16, big-endian", utf16be(plain), `${right} | UTF-16BE`],
  ["UTF-16 without a mark", Buffer.from(plain, "utf16le"), `${right} | UTF-16LE`],
  ["UTF-8 with a mark", Buffer.from(`\ufeff${plain}`), `${right} | UTF-8`],
  ["Latin-1", Buffer.from(plain, "latin1"), `${right} | Windows-1252`],
  [
    "semicolons and decimal commas",
    Buffer.from(
      `case;modality;centre;dose\nc0;CT;A;1,5\nc1;T1;A;2,5\njosé;T2;B;1,5\n${rest.replaceAll(",", ";").replaceAll("B\n", "B;\n")}`,
    ),
    "CT A 1,5 | T1 A 2,5 | T2 B 1,5 | UTF-8",
  ],
  [
    "a comma in a quoted header",
    Buffer.from('case,modality,"volume, ml"\nc0,CT,7\nc1,T1,8\njosé,T2,9\nP1,CT,7\np1,CT,7\n'),
    "CT 7 | T1 8 | T2 9 | UTF-8",
  ],
  [
    "a line that names the separator",
    Buffer.from(`sep=;\r\n${plain.replaceAll(",", ";")}`),
    `${right} | UTF-8`,
  ],
  ["line ends of old computers", Buffer.from(plain.replaceAll("\n", "\r")), `${right} | UTF-8`],
  [
    "empty columns and lines at the end",
    Buffer.from(`${plain.replaceAll("\n", ",,\n")},,,,\n,,,,\n`),
    `${right} | UTF-8`,
  ],
  [
    "the case in another column",
    Buffer.from("modality,Case\nCT,c0\nT1,c1\nT2,josé\nCT,P1\nCT,p1\n"),
    "CT | T1 | T2 | UTF-8",
  ],
  ["spaces around all", Buffer.from(plain.replaceAll(",", " ,  ")), `${right} | UTF-8`],
  ["rows of other cases", Buffer.from(`${plain}c9,CT,A\n`), `${right} | UTF-8 | rows without a case: c9`],
  [
    "a case forgotten",
    Buffer.from(plain.replace(/^c1.*\n/m, "")),
    "CT A | ? | T2 B | UTF-8 | cases without a row: c1",
  ],
  [
    "names that lost their zeros",
    Buffer.from(plain.replace("c1,", "001,")),
    /rows without a case: 001 \| cases without a row: c1/,
  ],
  [
    "a column of measurements",
    Buffer.from(
      manyRows((n) => `A,${n / 7}`)
        .replace("centre\n", "centre,dose\n")
        .replaceAll(/^(c\d|josé|P1|p1)(.*)\n/gm, "$1$2,0\n"),
    ),
    /^CT A \| T1 A \| T2 B \| UTF-8 \| dose: 30 different numbers are a measurement/,
  ],
  [
    "no row of any case",
    Buffer.from("case,centre\nx0,A\nx1,B\n"),
    /^No row of the table of groups names a case: its first column holds "x0", "x1", the cases are called "c0"/,
  ],
  [
    "no header",
    Buffer.from(plain.slice(plain.indexOf("\n") + 1)),
    "The table of groups has no header: its first line names the case c0.",
  ],
  ["no lines", Buffer.from("case,modality\n"), "The table of groups has a header but no line of a case."],
  ["no columns", Buffer.from("case\nc0\n"), /^The table of groups needs columns of different names/],
  [
    "a column twice",
    Buffer.from("case,x,X\nc0,1,2\n"),
    /^The table of groups needs columns of different names/,
  ],
  ["a case twice", Buffer.from(`${plain}c0,T1,B\n`), "The table of groups names c0 twice."],
  [
    "a case twice in two forms",
    Buffer.from(`${plain}labels/c0.nii.gz,T1,B\n`),
    "The table of groups names labels/c0.nii.gz twice.",
  ],
  [
    "a line that names no case",
    Buffer.from(`${plain},T1,B\n`),
    "A line of the table of groups names no case: T1, B.",
  ],
  [
    "a cell too many",
    Buffer.from(`${plain}c9,T1,B,9\n`),
    /^The table of groups is no CSV: Invalid Record Length/,
  ],
  [
    "a quote that stays open",
    Buffer.from(`${plain}c9,"T1,B\n`),
    /^The table of groups is no CSV: Quote Not Closed/,
  ],
  [
    "a spreadsheet file",
    Buffer.concat([Buffer.from("504b0304", "hex"), Buffer.alloc(90, 7)]),
    /^The table of groups is a spreadsheet file/,
  ],
  ["nothing", Buffer.alloc(0), /^The table of groups needs columns/],
];

for (const [way, bytes, expected] of ways)
  test(`E5: a table of groups spoiled by: ${way}`, () => {
    const found = outcome(bytes);
    if (typeof expected === "string") assert.equal(found, expected);
    else assert.match(found, expected);
  });
