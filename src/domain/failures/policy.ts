/**
 * `refused`: nothing is wrong with us, this is not for us; a normal end, with a reason.
 * `transient`: it passes, by itself or by somebody's hand, and says nothing about the job that met it.
 * `ambiguous`: it may lie in what was asked for or in who was asked; only another try tells.
 * `permanent`: the same try never succeeds until a person changes something.
 */
export type FailureClass = "refused" | "transient" | "ambiguous" | "permanent";

/** What a failure speaks of. An `answer` is one of an archive's: it may be the fault of the archive or of what was asked for. */
export type FailureSubject =
  | "series"
  | "model"
  | "archive"
  | "answer"
  | "destination"
  | "machine"
  | "program"
  | "job"
  | "request";

/**
 * How a job that met it is tried again. `never`; `atOnce`, as if nothing had been; `uncounted`: later, as often as it takes;
 * `counted`: later, for as many attempts as a job has; `judged`: uncounted while others fail alike, counted where a job fails
 * alone.
 */
export type FailureRetry = "never" | "atOnce" | "uncounted" | "counted" | "judged";

export type FailurePolicy = {
  readonly class: FailureClass;
  readonly about: FailureSubject;
  readonly retry: FailureRetry;
  /** Of the command line: 1 failed, 2 usage, 3 not eligible, 4 archive, 5 model; 130 stopped by a signal. */
  readonly exitCode: number;
  /** Of an answer over HTTP that ends so. */
  readonly httpStatus: number;
  /** What the reader can do about it. */
  readonly remedy: string;
};

const exitCodes = {
  series: 3,
  model: 5,
  archive: 4,
  answer: 4,
  destination: 1,
  machine: 1,
  program: 1,
  job: 1,
  request: 2,
} as const satisfies Record<FailureSubject, number>;

const ofArchive = (about: FailureSubject): boolean =>
  about === "archive" || about === "answer" || about === "destination";

/** A series, or an object of one, that is not for us. */
export const refused = (remedy: string): FailurePolicy => ({
  class: "refused",
  about: "series",
  retry: "never",
  exitCode: 3,
  httpStatus: 422,
  remedy,
});

export const transient = (about: FailureSubject, remedy: string): FailurePolicy => ({
  class: "transient",
  about,
  retry: "uncounted",
  exitCode: exitCodes[about],
  httpStatus: ofArchive(about) ? 502 : 503,
  remedy,
});

export const ambiguous = (about: FailureSubject, remedy: string): FailurePolicy => ({
  class: "ambiguous",
  about,
  retry: ofArchive(about) ? "judged" : "counted",
  exitCode: exitCodes[about],
  httpStatus: ofArchive(about) ? 502 : 500,
  remedy,
});

export const permanent = (about: FailureSubject, remedy: string): FailurePolicy => ({
  class: "permanent",
  about,
  retry: "never",
  exitCode: exitCodes[about],
  httpStatus: ofArchive(about) ? 502 : 500,
  remedy,
});

/** Words that name nothing that is there, or contradict each other. */
export const misused = (remedy: string): FailurePolicy => ({
  ...permanent("request", remedy),
  exitCode: 2,
  httpStatus: 400,
});
