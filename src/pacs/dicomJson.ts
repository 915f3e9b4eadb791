/** One data set of the DICOM JSON model (PS3.18 annex F). */
export type DicomJson = Readonly<Record<string, unknown>>;

export const tags = {
  instanceCreationDate: "00080012",
  instanceCreationTime: "00080013",
  sopClassUid: "00080016",
  sopInstanceUid: "00080018",
  studyDate: "00080020",
  contentDate: "00080023",
  contentTime: "00080033",
  modality: "00080060",
  modalitiesInStudy: "00080061",
  seriesDescription: "0008103E",
  warningReason: "00081196",
  failureReason: "00081197",
  failedSopSequence: "00081198",
  referencedSopSequence: "00081199",
  referencedSopInstanceUid: "00081155",
  patientId: "00100020",
  issuerOfPatientId: "00100021",
  studyUid: "0020000D",
  seriesUid: "0020000E",
  seriesNumber: "00200011",
  seriesInStudy: "00201206",
  instancesInStudy: "00201208",
  instancesInSeries: "00201209",
  numberOfFrames: "00280008",
  rows: "00280010",
  columns: "00280011",
} as const;

export const isDicomJson = (value: unknown): value is DicomJson =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The values of an element; none when it is absent or empty. */
export const readValues = (dataset: DicomJson, tag: string): readonly unknown[] => {
  const element = dataset[tag];
  const values = isDicomJson(element) ? element["Value"] : undefined;
  return Array.isArray(values) ? values : [];
};

/** First value as text without padding, or null. */
export const readText = (dataset: DicomJson, tag: string): string | null => {
  const value = readValues(dataset, tag)[0];
  // biome-ignore lint/suspicious/noControlCharactersInRegex: some archives leave the NUL padding of UIDs in place
  return typeof value === "string" ? value.replace(/[\s\u0000]+$/, "") : null;
};

/** First value as a number, or null; some archives write IS and US values as text. */
export const readNumber = (dataset: DicomJson, tag: string): number | null => {
  const value = readValues(dataset, tag)[0];
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : null;
};

/** The items of a sequence. */
export const readItems = (dataset: DicomJson, tag: string): readonly DicomJson[] =>
  readValues(dataset, tag).filter(isDicomJson);
