type Maybe<T> = T | { readonly error: string };

type Points = { readonly voxels: number; readonly farthestMm: number | null };

/** Pixels of the source images that are marked and not bright or the other way round; images nobody knows. */
type Images = { readonly wrong: number; readonly lost: number; readonly unknown: number };

/** What a program printed that begins like a warning or an error. */
type Complaints = { readonly complaints: readonly string[] };

/** What `readers.py` prints of a folder. */
export type Findings = {
  readonly truth: {
    readonly voxels: number;
    readonly instances: readonly string[];
    /** Of the bright pixels, in rescaled values. */
    readonly intensity: Readonly<Record<"mean" | "sd" | "median" | "min" | "max", number>>;
  };
  readonly pydicom: Maybe<
    Points & {
      readonly images: Images;
      readonly positionsMm: number;
      readonly volumeMl: number | null;
      readonly name: string;
      readonly sourceName: string;
    }
  >;
  /** Rows, columns, colours. */
  readonly pictures: Maybe<{ readonly shapes: readonly (readonly [number, number, number])[] }>;
  readonly highdicom: Maybe<{
    readonly type: string;
    readonly images: Images;
    readonly volume: Points | { readonly none: string };
    readonly trackingUid: string;
    readonly property: string;
    readonly sources: readonly string[];
  }>;
  readonly highdicomSr: Maybe<{
    readonly class: string;
    readonly textClass: string;
    readonly groups: readonly Group[];
  }>;
  readonly dcmqi: Maybe<Points & { readonly expected: number } & Complaints>;
  readonly dcmqiSr: Maybe<{ readonly groups: readonly DcmqiGroup[] } & Complaints>;
};

/** Codes as value and scheme. */
type Group = {
  readonly trackingUid: string;
  readonly trackingIdentifier: string;
  readonly finding: string;
  readonly sites: readonly string[];
  readonly reference: string;
  readonly segment: {
    readonly sopClassUid: string;
    readonly sopInstanceUid: string;
    readonly numbers: readonly number[];
  };
  readonly measurements: readonly {
    readonly name: string;
    readonly value: number;
    readonly unit: string;
    readonly derivation: string | null;
  }[];
};

type DcmqiGroup = {
  readonly trackingUid: string;
  readonly segmentation: string;
  readonly segment: number;
  readonly volumes: readonly (readonly [number, string])[];
};
