/** What a request is answered with. */
export type Answer = {
  readonly status: number;
  readonly contentType: string;
  readonly body: string | Iterable<Uint8Array>;
};

/** A status with a sentence; it never repeats what was sent. */
export const plainAnswer = (status: number, sentence: string): Answer => ({
  status,
  contentType: "text/plain; charset=utf-8",
  body: `${sentence}\n`,
});

export const notFound = (): Answer => plainAnswer(404, "There is no such thing here.");

export const jsonAnswer = (value: unknown): Answer => ({
  status: 200,
  contentType: "application/json; charset=utf-8",
  body: JSON.stringify(value),
});

export const dicomJsonAnswer = (value: unknown, status = 200): Answer => ({
  status,
  contentType: "application/dicom+json",
  body: JSON.stringify(value),
});
