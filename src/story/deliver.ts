/** Bring the objects of a result to every destination that wants them, and prove that they arrived. */
import { verifyStored } from "../dicom/verify/verifyStored.ts";
import { type Failure, FailureError, failed, policyOf } from "../domain/failure.ts";
import type { SeriesRef } from "../domain/series.ts";
import type { StepName } from "../domain/step.ts";
import type { Warning } from "../domain/warning.ts";
import type { Pacs } from "../ports/pacs.ts";
import type { Destination, Spooled } from "../ports/results.ts";
import type { Step, World } from "../ports/world.ts";
import { requireSource } from "./listing.ts";
import { type WrittenObject, writtenObjects } from "./results.ts";

/** What of the world a delivery needs. */
export type Carrier = Pick<World, "destinations" | "refusals" | "spool" | "log"> & {
  /** Where the series came from. */
  readonly pacs: Pick<Pacs, "describeStudy">;
};

/**
 * Store every object, then read every one back and compare it with what was measured. A destination that, asked twice,
 * does not take a class of objects is told of by a warning; whatever else goes wrong at one of them ends the story only
 * after the others got theirs. Throws STORE_REJECTED where none takes the SEG, or anything; STORED_DIFFERS, STORE_FAILED,
 * CLASS_REFUSED, PACS_*; SERIES_GONE where the source was deleted, of which nothing more is stored then.
 */
export const deliver = async (
  key: string,
  spooled: Spooled,
  series: SeriesRef,
  carrier: Carrier,
  step: Step,
): Promise<readonly Warning[]> => {
  const refused: Refused[] = [];
  const failures: FailureError[] = [];
  const stored: WrittenObject[] = [];
  for (const destination of carrier.destinations) {
    try {
      const answer = await deliverTo(destination, key, spooled, series, carrier, step);
      refused.push(...answer.refused);
      stored.push(...answer.stored);
    } catch (error) {
      if (!(error instanceof FailureError) || endsStory(error)) throw error;
      const { name } = destination;
      const { code, details } = error.failure;
      carrier.log.error("destination failed", { destination: name, code });
      const failure = { ...error.failure, details: { ...details, destination: name } };
      failures.push(new FailureError(failure, { cause: error }));
    }
  }
  // What may pass comes first: the job is tried again, and what is permanent is still there then.
  const [failure] = failures.toSorted((a, b) => Number(mayPass(b)) - Number(mayPass(a)));
  if (failure !== undefined) throw failure;
  // The reports speak of the SEG: without one they are no result.
  const withoutSeg = refused.find(({ object }) => object.kind === "seg");
  const hasSeg = stored.some(({ kind }) => kind === "seg");
  const lacking =
    withoutSeg !== undefined && !hasSeg ? withoutSeg : stored.length === 0 ? refused[0] : undefined;
  if (lacking !== undefined) throw new FailureError(lacking.failure);
  return refused.map(asWarning);
};

/** Says nothing of a destination: the job is no longer ours, or its series is no longer there. */
const endsStory = ({ failure }: FailureError): boolean =>
  ["job", "series"].includes(policyOf(failure.code).about);

const mayPass = ({ failure }: FailureError): boolean => policyOf(failure.code).retry !== "never";

/** SEG first, each object in a request of its own: archives judge a request as a whole. */
const deliverTo = async (
  destination: Destination,
  key: string,
  spooled: Spooled,
  series: SeriesRef,
  carrier: Carrier,
  step: Step,
): Promise<{ readonly stored: readonly WrittenObject[]; readonly refused: readonly Refused[] }> => {
  const taken: WrittenObject[] = [];
  const refused: Refused[] = [];
  const written = writtenObjects(spooled, series);
  for (const object of written.filter(({ kind }) => destination.outputs.includes(kind))) {
    const failure = await step(stepName("store", object, destination), () =>
      storeOnce(object, series, destination, carrier),
    );
    if (failure === null) taken.push(object);
    else refused.push({ object, destination, failure });
  }
  for (const object of taken)
    await step(stepName("verify", object, destination), () =>
      readBack(key, object, destination, spooled, carrier),
    );
  return { stored: taken, refused };
};

type Refused = {
  readonly object: WrittenObject;
  readonly destination: Destination;
  readonly failure: Failure;
};

/** The object's name, and the destination's unless it is the archive that the series came from. */
const nameAt = ({ name }: WrittenObject, { name: destination }: Destination): string =>
  destination === "archive" ? name : `${name}@${destination}`;

const stepName = (verb: "store" | "verify", object: WrittenObject, destination: Destination): StepName =>
  `${verb}-${nameAt(object, destination)}`;

/**
 * Look before sending: a repeated STOW looks like success whatever the archive made of it, and a series that was deleted
 * while it was worked on must not return with our results on it. The failure where the
 * destination does not take such objects at all. Throws CLASS_REFUSED where it said so for the first time.
 */
const storeOnce = async (
  { ref, bytes, sopClassUid }: WrittenObject,
  series: SeriesRef,
  { name, pacs }: Destination,
  { refusals, log, ...source }: Carrier,
): Promise<Failure | null> => {
  const known = refusals.find(name, sopClassUid);
  if (known !== null) return known;
  if (await pacs.hasInstance(ref)) return null;
  await requireSource(series, source);
  try {
    await pacs.storeInstance(ref, bytes);
    refusals.forget(name, sopClassUid);
    return null;
  } catch (error) {
    if (!(error instanceof FailureError) || error.failure.code !== "CLASS_REFUSED") throw error;
    const settled = refusals.note(name, sopClassUid, error.failure);
    if (settled === null) throw error;
    log.error("destination refuses a class of objects", { destination: name, sopClassUid });
    return settled;
  }
};

const asWarning = ({ object, destination, failure }: Refused): Warning => ({
  code: "OUTPUT_REFUSED",
  sentence: `The ${destination.name} does not take objects of class ${object.sopClassUid}; the ${object.name} is not there.`,
  details: { destination: destination.name, sopClassUid: object.sopClassUid, ...failure.details },
});

const readBack = async (
  key: string,
  object: WrittenObject,
  destination: Destination,
  { result }: Spooled,
  { spool }: Carrier,
): Promise<void> => {
  const { kind, ref, bytes } = object;
  const stored = await destination.pacs.retrieveInstance(ref);
  try {
    verifyStored(kind, stored, bytes, result.measures);
  } catch (error) {
    if (!(error instanceof FailureError) || error.failure.code !== "STORED_DIFFERS") throw error;
    const { sentence, details } = error.failure;
    const kept = spool.keepDisputed(key, nameAt(object, destination), stored);
    throw failed("STORED_DIFFERS", sentence, { ...details, kept });
  }
};
