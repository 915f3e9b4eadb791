/**
 * The part of dcmjs that reads and writes data sets; the package ships no types. Elements are keyed by tag as eight
 * upper-case hexadecimal digits, natural data sets by DICOM keyword.
 */
declare module "dcmjs" {
  /** One data element in the DICOM JSON model; binary values are ArrayBuffers (with `noCopy`: Uint8Arrays). */
  export type DicomElement = {
    vr: string;
    Value?: unknown[];
    /** The text as it stood in the file, before dcmjs made numbers of it and trimmed it. */
    _rawValue?: unknown;
    InlineBinary?: string;
    BulkDataURI?: string;
  };

  export type DicomElements = Record<string, DicomElement>;

  /** Values by keyword. `_vrMap` names the VR where the dictionary leaves a choice, e.g. `{ PixelData: "OB" }`. */
  export type NaturalDataset = Record<string, unknown>;

  export type ReadOptions = {
    /** Proceed with the first of several character sets; any other error ends the data set early and silently. */
    ignoreErrors?: boolean;
    /** Stop at this tag, e.g. "7FE00010". */
    untilTag?: string | null;
    includeUntilTagValue?: boolean;
    /** Also stop at the first tag beyond `untilTag`. */
    stopOnGreaterTag?: boolean;
    /** Binary values are views where possible; fragments of one frame are then not joined. */
    noCopy?: boolean;
    forceStoreRaw?: boolean;
  };

  export type WriteOptions = {
    allowInvalidVRLength?: boolean;
    /** Cut encapsulated frames into fragments of 20 kB (default true). */
    fragmentMultiframe?: boolean;
  };

  class DicomDict {
    constructor(meta: DicomElements);
    meta: DicomElements;
    dict: DicomElements;
    upsertTag(tag: string, vr: string, values: unknown[]): void;
    /** A whole Part 10 file: preamble, file meta information with its group length, data set. */
    write(options?: WriteOptions): ArrayBuffer;
  }

  type DicomMessage = {
    /** Needs exactly the file's bytes: never the `.buffer` of a pooled Buffer. Throws plain Errors. */
    readonly readFile: (buffer: ArrayBufferLike, options?: ReadOptions) => DicomDict;
  };

  type DicomMetaDictionary = {
    /** By tag written "(0028,0010)"; undefined for unknown and private tags. */
    readonly dictionary: Readonly<Record<string, { vr: string; name: string } | undefined>>;
    readonly nameMap: Readonly<
      Record<string, { tag: string; vr: string; vm: string; name: string } | undefined>
    >;
    /** Empty elements become null, one-valued ones their value, sequences arrays of natural data sets. */
    readonly naturalizeDataset: (elements: DicomElements) => NaturalDataset;
    /** Unknown keywords are dropped and long values cut, each with a mere log line. */
    readonly denaturalizeDataset: (dataset: NaturalDataset) => DicomElements;
  };

  export const data: {
    readonly DicomDict: typeof DicomDict;
    readonly DicomMessage: DicomMessage;
    readonly DicomMetaDictionary: DicomMetaDictionary;
  };

  type LogLevel = "trace" | "debug" | "info" | "warn" | "error" | "silent";

  type LogMethod = (...message: unknown[]) => void;

  /** A loglevel logger. */
  type Logger = {
    readonly getLogger: (name: string) => Logger;
    readonly getLevel: () => number;
    readonly setLevel: (level: LogLevel | number, persist?: boolean) => void;
    /** Assign, then call `rebuild()`, to catch the lines instead of printing them. */
    methodFactory: (methodName: string, level: number, loggerName: string | symbol) => LogMethod;
    readonly rebuild: () => void;
  };

  export const log: Logger;
}
