import type { Random } from "../../src/demo/phantom/random.ts";
import type { RawElement } from "../../src/dicom/file/elements.ts";
import { type Edit, encodeElement, type Layout } from "./layout.ts";
import { below, byteMutations } from "./mutateBytes.ts";

export type ElementMutation = (layout: Layout, random: Random) => readonly Edit[];

const latin1 = (text: string): Uint8Array => Buffer.from(text, "latin1");

const anyElement = ({ elements }: Layout, random: Random): RawElement | undefined =>
  elements[below(random, elements.length)];

const replace = ({ start, end }: RawElement, bytes: Uint8Array): Edit => ({ start, end, bytes });

const insertBefore = ({ start }: RawElement, bytes: Uint8Array): Edit => ({ start, end: start, bytes });

const number = (size: 2 | 4, value: number, littleEndian: boolean): Uint8Array => {
  const view = new DataView(new ArrayBuffer(size));
  if (size === 2) view.setUint16(0, value, littleEndian);
  else view.setUint32(0, value, littleEndian);
  return new Uint8Array(view.buffer);
};

/** A length field that lies: too large, too small, odd or undefined. */
const lieAboutLength: ElementMutation = (layout, random) => {
  const element = anyElement(layout, random);
  if (element === undefined) return [];
  const isShort = layout.explicit && element.valueStart - element.start === 8;
  const size = isShort ? 2 : 4;
  const true_ = element.length ?? element.end - element.valueStart;
  const lies = [
    0xffffffff,
    0xfffffffe,
    0x7fffffff,
    0x10000000,
    0,
    1,
    true_ + 1,
    true_ - 1,
    true_ * 2,
    true_ + 8,
  ];
  const start = element.valueStart - size;
  const lie = lies[below(random, lies.length)] as number;
  return [{ start, end: element.valueStart, bytes: number(size, lie >>> 0, layout.littleEndian) }];
};

const swapTags: ElementMutation = (layout, random) => {
  const [a, b] = [anyElement(layout, random), anyElement(layout, random)];
  if (a === undefined || b === undefined) return [];
  const tagOf = ({ start }: RawElement): Uint8Array => layout.body.slice(start, start + 4);
  return [
    { start: a.start, end: a.start + 4, bytes: tagOf(b) },
    { start: b.start, end: b.start + 4, bytes: tagOf(a) },
  ];
};

const vrs =
  "AE AS AT CS DA DS DT FD FL IS LO LT OB OD OF OL OV OW PN SH SL SQ SS ST SV TM UC UI UL UN UR US UT UV ZZ";

const changeVr: ElementMutation = (layout, random) => {
  const element = anyElement(layout, random);
  if (element === undefined || !layout.explicit) return [];
  const all = vrs.split(" ");
  const vr = latin1(all[below(random, all.length)] ?? "UN");
  return [{ start: element.start + 4, end: element.start + 6, bytes: vr }];
};

const duplicate: ElementMutation = (layout, random) => {
  const [element, where] = [anyElement(layout, random), anyElement(layout, random)];
  if (element === undefined || where === undefined) return [];
  const bytes = layout.body.slice(element.start, element.end);
  const times = 1 + below(random, 20, 4);
  return [insertBefore(where, Buffer.concat(Array.from({ length: times }, () => bytes)))];
};

const remove: ElementMutation = (layout, random) => {
  const element = anyElement(layout, random);
  return element === undefined ? [] : [replace(element, new Uint8Array(0))];
};

const sequenceTags = [
  0x00081140, 0x00083010, 0x00283000, 0x52009229, 0x52009230, 0x00091010, 0x00020000,
] as const;

/** Sequences in sequences, with or without lengths and ends. */
export const nested = (layout: Layout, tag: number, depth: number, isClosed: boolean): Uint8Array => {
  const little = layout.littleEndian;
  const item = Buffer.concat([
    number(2, 0xfffe, little),
    number(2, 0xe000, little),
    number(4, 0xffffffff, little),
  ]);
  const delimiter = (element: number): Uint8Array =>
    Buffer.concat([number(2, 0xfffe, little), number(2, element, little), number(4, 0, little)]);
  const open = Buffer.concat([encodeElement(layout, tag, "SQ", new Uint8Array(0), null), item]);
  const close = Buffer.concat([delimiter(0xe00d), delimiter(0xe0dd)]);
  const repeated = (bytes: Uint8Array): Uint8Array =>
    Buffer.concat(Array.from({ length: depth }, () => bytes));
  return isClosed ? Buffer.concat([repeated(open), repeated(close)]) : repeated(open);
};

const nest: ElementMutation = (layout, random) => {
  const where = anyElement(layout, random);
  if (where === undefined) return [];
  const tag = random.pick(sequenceTags);
  return [insertBefore(where, nested(layout, tag, 1 + below(random, 2000, 4), random.next() < 0.7))];
};

/** What the reader takes numbers from, by VR. */
const numericTags: Readonly<Record<string, readonly number[]>> = {
  DS: [
    0x00200032, 0x00200037, 0x00280030, 0x00281052, 0x00281053, 0x00180050, 0x00180088, 0x00180081,
    0x00181060,
  ],
  IS: [0x00280008, 0x00200013, 0x00200011, 0x00200012, 0x00200100, 0x00180086, 0x00201002],
  US: [
    0x00280010, 0x00280011, 0x00280002, 0x00280100, 0x00280101, 0x00280102, 0x00280103, 0x00280006,
    0x00280120,
  ],
  TM: [0x00080032, 0x00080033],
};

const insaneTexts = [
  "1e309",
  "-1e309",
  "1e308",
  "NaN",
  "Infinity",
  "0",
  "-0",
  "-1",
  "1e-320",
  "1e38",
  "16777217",
  "4294967296",
  "9007199254740993",
  "99999999999999999999999999",
  "",
  " ",
  "\\\\\\\\\\",
  "abc",
  "0x10",
  "1\\2\\3\\4\\5\\6\\7\\8\\9",
  "1\\0\\0\\1\\0\\0",
  "0\\0\\0\\0\\0\\0",
  "0.0000000001\\0.0000000001",
  "1e30\\1e30\\1e30",
  "1e200\\1e200",
  "1,5\\1,5",
  "235959.999999",
  "1".repeat(400),
  "1\\".repeat(3000),
] as const;

const insaneCounts = [
  0, 1, 2, 3, 7, 8, 15, 16, 17, 31, 32, 63, 64, 65, 127, 255, 256, 4095, 32767, 32768, 65534, 65535,
];

const changeNumber: ElementMutation = (layout, random) => {
  const vr = random.pick(["DS", "DS", "IS", "US", "TM"]);
  const tags = numericTags[vr] ?? [];
  const tag = tags[below(random, tags.length)] as number;
  const known = layout.elements.find((element) => element.tag === tag);
  const where = known ?? layout.elements.find((element) => element.tag > tag);
  if (where === undefined) return [];
  const value =
    vr === "US"
      ? number(2, insaneCounts[below(random, insaneCounts.length)] as number, layout.littleEndian)
      : latin1(random.pick(insaneTexts));
  const bytes = encodeElement(
    layout,
    tag,
    vr,
    value.length % 2 === 0 ? value : Buffer.concat([value, latin1(" ")]),
  );
  return [known === undefined ? insertBefore(where, bytes) : replace(known, bytes)];
};

/** Something happens to the pixel data alone: their values, codestreams, items and offset tables. */
const changePixels: ElementMutation = ({ body, pixels }, random) => {
  if (pixels === null || pixels.valueStart >= body.length) return [];
  const value = body.subarray(pixels.valueStart);
  // The beginning holds what a decoder allocates from.
  const end = random.next() < 0.5 ? Math.min(value.length, 160) : value.length;
  const mutate = random.pick(byteMutations);
  return [
    { start: pixels.valueStart, end: pixels.valueStart + end, bytes: mutate(value.subarray(0, end), random) },
  ];
};

export const elementMutations: readonly [ElementMutation, ...ElementMutation[]] = [
  lieAboutLength,
  swapTags,
  changeVr,
  duplicate,
  remove,
  nest,
  changeNumber,
  changeNumber,
  changeNumber,
  changePixels,
  changePixels,
];
