import type { Header } from "../../domain/series.ts";
import type { PrivateElement, PrivateReader } from "./privateValues.ts";

type Vendor = {
  /** In Manufacturer. */
  readonly name: RegExp;
  readonly bValue: PrivateElement;
  /** One element with three values, or three with one each. */
  readonly direction: readonly PrivateElement[];
};

const siemens = { creator: "SIEMENS MR HEADER", group: 0x0019 } as const;
const geParameters = { creator: "GEMS_PARM_01", group: 0x0043 } as const;
const geAcquisition = { creator: "GEMS_ACQU_01", group: 0x0019 } as const;
const philips = { creator: "Philips Imaging DD 001", group: 0x2001 } as const;
const philipsMr = { creator: "Philips MR Imaging DD 001", group: 0x2005 } as const;

/** Where classic MR images keep how they were weighted by diffusion, after the vendors' conformance statements. */
const vendors: readonly Vendor[] = [
  {
    name: /siemens/i,
    bValue: { ...siemens, element: 0x0c, kind: "text" },
    direction: [{ ...siemens, element: 0x0e, kind: "float64" }],
  },
  {
    name: /^ge\b|general electric/i,
    bValue: { ...geParameters, element: 0x39, kind: "text" },
    direction: [0xbb, 0xbc, 0xbd].map((element) => ({ ...geAcquisition, element, kind: "text" })),
  },
  {
    name: /philips/i,
    bValue: { ...philips, element: 0x03, kind: "float32" },
    direction: [0xb0, 0xb1, 0xb2].map((element) => ({ ...philipsMr, element, kind: "float32" })),
  },
];

/** GE adds this to b-values that it works out itself. */
const geOffset = 1e9;

const directionOf = (
  { direction }: Vendor,
  read: PrivateReader,
  isKnown: boolean,
): readonly number[] | null => {
  const found = direction.flatMap((element) => read(element, isKnown).slice(0, 3));
  return found.length === 3 ? found : null;
};

/**
 * DiffusionBValue (s/mm²) and DiffusionGradientOrientation of a classic MR image whose header has them in private
 * elements alone; empty where it has none, or says them itself.
 */
export const privateDiffusion = (header: Header, read: PrivateReader): Header => {
  if (header["Modality"] !== "MR" || typeof header["DiffusionBValue"] === "number") return {};
  const manufacturer = String(header["Manufacturer"] ?? "");
  for (const vendor of vendors) {
    const isKnown = vendor.name.test(manufacturer);
    const [stated] = read(vendor.bValue, isKnown);
    if (stated === undefined || stated < 0) continue;
    const bValue = stated >= geOffset ? stated - geOffset : stated;
    const direction = bValue > 0 ? directionOf(vendor, read, isKnown) : null;
    return {
      DiffusionBValue: bValue,
      ...(direction !== null && { DiffusionGradientOrientation: direction }),
    };
  }
  return {};
};
