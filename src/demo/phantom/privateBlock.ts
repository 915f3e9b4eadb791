import type { Dataset } from "../../dicom/write/dataset.ts";
import type { ModelClass } from "../../domain/plan.ts";
import { type Element, textElement } from "./elements.ts";
import type { Vendor } from "./scanner.ts";

/** One reserved block of a private group (PS3.5 section 7.8.1): who reserved it, and elements by their last two digits. */
type Block = {
  readonly group: number;
  readonly creator: string;
  readonly elements: Readonly<Record<number, readonly [vr: string, value: string]>>;
};

/** Of a slice: numbers that some vendors repeat in words of their own. */
const geometryText = ({ Rows, Columns, PixelSpacing, SliceThickness }: Dataset) => {
  const [betweenRows, betweenColumns] = (PixelSpacing as readonly string[]).map(Number);
  const field = [Number(Rows) * Number(betweenRows), Number(Columns) * Number(betweenColumns)];
  return {
    matrix: `${Rows}p*${Columns}`,
    field: `FoV ${field.map(Math.round).join("*")}`,
    thickness: `SL ${Number(SliceThickness).toFixed(1)}`,
  };
};

const geId = (suite: string, product: string): Block => ({
  group: 0x0009,
  creator: "GEMS_IDEN_01",
  elements: { 1: ["LO", "GE_GENESIS_FF"], 2: ["SH", suite], 4: ["SH", product] },
});

const gePulse = (name: string): Block => ({
  group: 0x0019,
  creator: "GEMS_ACQU_01",
  elements: { 156: ["LO", name], 158: ["LO", name] },
});

const siemensMr = (slice: Dataset): readonly Block[] => {
  const { matrix, field, thickness } = geometryText(slice);
  return [
    {
      group: 0x0051,
      creator: "SIEMENS MR HEADER",
      elements: {
        8: ["CS", "IMAGE NUM 4"],
        9: ["LO", "1.0"],
        11: ["LO", matrix],
        12: ["LO", field],
        23: ["SH", thickness],
      },
    },
  ];
};

const philipsMr = (technique: string): readonly Block[] => [
  {
    group: 0x2001,
    creator: "Philips Imaging DD 001",
    elements: { 32: ["LO", technique], 36: ["CS", "N"] },
  },
];

/** Names and VRs as dictionaries of private elements have them (DCMTK's private.dic, dcm4che for 01F1). */
const blocks: Readonly<Record<Vendor, Readonly<Record<ModelClass, (slice: Dataset) => readonly Block[]>>>> = {
  Siemens: {
    CT: () => [
      {
        group: 0x0019,
        creator: "SIEMENS CT VA0  COAD",
        elements: {
          144: ["DS", "0"],
          146: ["DS", "1.078"],
          147: ["DS", "-1.8"],
          150: ["IS", "6"],
          176: ["DS", "23"],
        },
      },
    ],
    T1: siemensMr,
    T2: siemensMr,
  },
  GE: {
    CT: () => [
      geId("CT01", "CT"),
      { group: 0x0019, creator: "GEMS_ACQU_01", elements: { 35: ["DS", "39.375000"] } },
      { group: 0x0043, creator: "GEMS_PARM_01", elements: { 39: ["SH", "/0.984375:1"] } },
    ],
    T1: () => [geId("MR01", "SIGNA"), gePulse("efgre3d")],
    T2: () => [geId("MR01", "SIGNA"), gePulse("ssfse")],
  },
  Philips: {
    CT: () => [
      {
        group: 0x01f1,
        creator: "ELSCINT1",
        elements: { 1: ["CS", "SPIRAL"], 38: ["DS", "0.925"], 39: ["DS", "0.5"] },
      },
    ],
    T1: () => philipsMr("T1TFE"),
    T2: () => philipsMr("TSE"),
  },
};

/** What a scanner of the vendor adds to a slice beyond the standard. */
export const privateElements = (modelClass: ModelClass, vendor: Vendor, slice: Dataset): readonly Element[] =>
  blocks[vendor]
    [modelClass](slice)
    .flatMap(({ group, creator, elements }) => [
      textElement(group * 0x10000 + 0x0010, "LO", creator),
      ...Object.entries(elements).map(([number, [vr, value]]) =>
        textElement(group * 0x10000 + 0x1000 + Number(number), vr, value),
      ),
    ]);
