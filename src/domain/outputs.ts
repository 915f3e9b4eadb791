/** What a result may become in an archive. */

type Output = {
  /** The setting by which an archive gets it or not. */
  readonly setting: string;
  /** On a button of the page. */
  readonly label: string;
  /** In a sentence. */
  readonly words: string;
  /** Whether a result has several of this kind, which then have numbers. */
  readonly isNumbered: boolean;
};

/** In the order in which they are stored: what others refer to goes first. */
const table = {
  seg: { setting: "seg", label: "SEG", words: "SEG", isNumbered: false },
  sr: { setting: "sr", label: "SR", words: "SR", isNumbered: false },
  "text-report": {
    setting: "textReport",
    label: "Report",
    words: "report in words",
    isNumbered: false,
  },
  "key-image": { setting: "keyImages", label: "Key image", words: "key images", isNumbered: true },
} as const satisfies Readonly<Record<string, Output>>;

export type OutputKind = keyof typeof table;

export type OutputSetting = (typeof table)[OutputKind]["setting"];

export const outputs: Readonly<Record<OutputKind, Output & { readonly setting: OutputSetting }>> = table;

export const outputKinds = Object.keys(table) as readonly OutputKind[];

/**
 * What the nth object of a kind, from 0, is called everywhere: in steps and logs, as a file, as an address and in the
 * spool. "seg", "key-image-2".
 */
export const outputName = (kind: OutputKind, n: number): string =>
  outputs[kind].isNumbered ? `${kind}-${n + 1}` : kind;
