/** What `writers.py` prints of a folder. */
export type Written = {
  /** By number: centres of the organ's voxels, LPS mm. */
  readonly organs: Readonly<Record<string, readonly (readonly [number, number, number])[]>>;
  readonly segmentations: readonly WrittenSegmentation[];
  readonly reports: readonly WrittenReport[];
};

export type Writer = "highdicom" | "dcmqi";

export type WrittenSegmentation = {
  readonly file: string;
  readonly writer: Writer;
  readonly sopInstanceUid: string;
  readonly transferSyntax: string;
  readonly type: string;
};

export type WrittenReport = {
  readonly file: string;
  readonly writer: Writer;
  readonly groups: readonly WrittenGroup[];
};

/** As the writer was told; codes as value and scheme, volumes with their UCUM unit. */
export type WrittenGroup = {
  readonly trackingUid: string;
  readonly trackingIdentifier: string;
  readonly finding: string;
  readonly site: string;
  readonly segment: { readonly sopInstanceUid: string; readonly segmentNumber: number };
  readonly sourceSeriesUid: string;
  readonly volumes: readonly (readonly [number, string])[];
  readonly mean: number | null;
  readonly volumeMl: number;
};
