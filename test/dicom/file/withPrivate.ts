/** Private elements as vendors write them, spliced into explicit little endian files. Nothing here reads DICOM. */

type PrivateElement = {
  readonly group: number;
  /** Null: a de-identifier removed it. */
  readonly creator: string | null;
  readonly block?: number;
  readonly element: number;
  readonly vr: string;
  readonly value: Buffer;
};

export type PrivateSpec = readonly PrivateElement[];

const textValue = (text: string): Buffer => Buffer.from(text.length % 2 === 0 ? text : `${text} `, "latin1");

const floats = (values: readonly number[], size: 4 | 8): Buffer => {
  const buffer = Buffer.alloc(size * values.length);
  for (const [n, value] of values.entries())
    if (size === 4) buffer.writeFloatLE(value, 4 * n);
    else buffer.writeDoubleLE(value, 8 * n);
  return buffer;
};

export const siemens = (bValue: number, direction: readonly number[]): PrivateSpec => {
  const own = { group: 0x0019, creator: "SIEMENS MR HEADER" };
  return [
    { ...own, element: 0x0c, vr: "IS", value: textValue(String(bValue)) },
    ...(direction.length > 0 ? [{ ...own, element: 0x0e, vr: "FD", value: floats(direction, 8) }] : []),
  ];
};

export const ge = (bValue: number, direction: readonly number[]): PrivateSpec => [
  ...direction.map((cosine, n) => ({
    group: 0x0019,
    creator: "GEMS_ACQU_01",
    element: 0xbb + n,
    vr: "DS",
    value: textValue(cosine.toFixed(6)),
  })),
  { group: 0x0043, creator: "GEMS_PARM_01", element: 0x39, vr: "IS", value: textValue(`${bValue}\\8\\0\\0`) },
];

export const philips = (bValue: number, direction: readonly number[]): PrivateSpec => [
  { group: 0x2001, creator: "Philips Imaging DD 001", element: 0x03, vr: "FL", value: floats([bValue], 4) },
  ...direction.map((cosine, n) => ({
    group: 0x2005,
    creator: "Philips MR Imaging DD 001",
    element: 0xb0 + n,
    vr: "FL",
    value: floats([cosine], 4),
  })),
];

const elementBytes = (group: number, element: number, vr: string, value: Buffer): Buffer => {
  const isLong = ["UN", "OB", "OW"].includes(vr);
  const head = Buffer.alloc(isLong ? 12 : 8);
  head.writeUInt16LE(group, 0);
  head.writeUInt16LE(element, 2);
  head.write(vr, 4, "latin1");
  if (isLong) head.writeUInt32LE(value.length, 8);
  else head.writeUInt16LE(value.length, 6);
  return Buffer.concat([head, value]);
};

/** A copy of a file with these private elements before its pixel data, where readers find them all the same. */
export const withPrivate = (file: Uint8Array, spec: PrivateSpec): Uint8Array => {
  const bytes = Buffer.from(file);
  const pixels = bytes.indexOf(Buffer.from([0xe0, 0x7f, 0x10, 0x00]));
  const creators = new Map(
    spec.flatMap(({ group, creator, block = 0x10 }) =>
      creator === null ? [] : [[`${group} ${block}`, elementBytes(group, block, "LO", textValue(creator))]],
    ),
  );
  const elements = spec.map(({ group, block = 0x10, element, vr, value }) =>
    elementBytes(group, block * 0x100 + element, vr, value),
  );
  return Buffer.concat([
    bytes.subarray(0, pixels),
    ...creators.values(),
    ...elements,
    bytes.subarray(pixels),
  ]);
};
