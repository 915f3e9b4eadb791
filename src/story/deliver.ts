/** Bring the objects of a result to every destination that wants them, and prove that they arrived. */
import { verifyStored } from "../dicom/verify/verifyStored.ts";
import { type Delivery, isDue } from "../domain/delivery.ts";
import {
  type Failure,
  type FailureCode,
  FailureError,
  failed,
  makeFailure,
  policyOf,
} from "../domain/failure.ts";
import type { Claim } from "../domain/job.ts";
import type { ResultSummary } from "../domain/result.ts";
import type { SeriesRef } from "../domain/series.ts";
import type { StepName } from "../domain/step.ts";
import type { Warning } from "../domain/warning.ts";
import type { Pacs } from "../ports/pacs.ts";
import type { Destination, Outage, Spooled } from "../ports/results.ts";
import type { Step, World } from "../ports/world.ts";
import { requireSource } from "./listing.ts";
import { type WrittenObject, withDelivery, writtenObjects } from "./results.ts";

/** What of the world a delivery needs. */
export type Carrier = Pick<
  World,
  "destinations" | "refusals" | "outages" | "nextTry" | "spool" | "log" | "clock"
> & {
  readonly jobs: Pick<World["jobs"], "startDeliveries" | "noteDelivery">;
  /** Where the series came from. */
  readonly pacs: Pick<Pacs, "describeStudy">;
};

/** What became of a result so far, and what is known of it now. */
export type Delivered = { readonly result: ResultSummary; readonly deliveries: readonly Delivery[] };

/**
 * Bring the objects to every destination whose turn it is, and record for each what became of it: all that it wants was read
 * back, it is tried again later, or not without a person. None waits for another. A class of objects that a destination
 * does not take is told of by a warning. Throws what is about the job and no destination: SERIES_GONE where the source was
 * deleted, of which nothing more is stored then.
 */
export const deliver = async (
  claim: Claim,
  spooled: Spooled,
  carrier: Carrier,
  step: Step,
): Promise<Delivered> => {
  const { job } = claim;
  const written = writtenObjects(spooled, job);
  const wanting = carrier.destinations.filter(({ outputs }) =>
    written.some(({ kind }) => outputs.includes(kind)),
  );
  let result = job.result ?? spooled.result;
  const retried = job.deliveries.filter(isRetried);
  const names = wanting.map(({ name }) => name);
  const deliveries = [...(await carrier.jobs.startDeliveries(claim, result, names))];
  const note = async (delivery: Delivery): Promise<void> => {
    deliveries[deliveries.findIndex((each) => each.destination === delivery.destination)] = delivery;
    await carrier.jobs.noteDelivery(claim, delivery, result);
  };
  for (const destination of wanting) {
    const delivery = deliveries.find((each) => each.destination === destination.name);
    if (delivery === undefined || !isDue(delivery, carrier.clock.nowMs())) continue;
    const retry = retried.find((each) => each.destination === destination.name);
    const outage = outageOf(destination, retry, carrier);
    if (outage !== null) await note({ ...delivery, failure: outage.failure, notBeforeMs: outage.untilMs });
    else
      try {
        const asking = retry === undefined ? carrier : { ...carrier, refusals: askedAnew(carrier.refusals) };
        const refused = await deliverTo(destination, job.key, spooled, job, asking, step);
        carrier.outages.passed(destination.name, job.id);
        const others = result.warnings.filter((warning) => !isRefusalBy(destination, warning));
        result = withDelivery({ ...result, warnings: others }, refused.map(asWarning), step);
        await note({ ...delivery, state: "delivered", failure: null });
      } catch (error) {
        await note(undelivered(delivery, atDestination(error, destination), job.id, carrier));
      }
  }
  for (const lacking of withoutTaker(result, deliveries, wanting, written)) await note(lacking);
  return { result, deliveries };
};

/** A person's retry leaves nothing of the tries before it: what the ledger holds of it was never tried since. */
const isRetried = ({ state, attempts, failure }: Delivery): boolean =>
  state === "waiting" && attempts === 0 && failure === null;

/** A person who has it tried again knows more than was found before. */
const askedAnew = (refusals: Carrier["refusals"]): Carrier["refusals"] => ({ ...refusals, find: () => null });

/**
 * Whether a destination is known to be away; what lies too far ahead was set before the clock went back. A person who
 * had the delivery tried again since may know better.
 */
const outageOf = (
  { name }: Destination,
  retry: Delivery | undefined,
  { outages, clock }: Carrier,
): Outage | null => {
  const outage = outages.find(name);
  if (outage !== null && retry !== undefined && retry.updatedAtMs > outage.foundMs) return null;
  const waitMs = outage === null ? 0 : outage.untilMs - clock.nowMs();
  return waitMs > 0 && waitMs <= LONGEST_OUTAGE_MS ? outage : null;
};

const LONGEST_OUTAGE_MS = 3_600_000;

/** The failure with the destination's name in it. Throws again what says nothing of a destination: of the job, or of the series. */
const atDestination = (error: unknown, { name }: Destination): Failure => {
  if (!(error instanceof FailureError)) throw error;
  const { failure } = error;
  if (!isOfDestination(failure.code)) throw error;
  return { ...failure, details: { ...failure.details, destination: name } };
};

/** What an archive answers or does not; the rest is about the job, which may be ours no longer, the series or this machine. */
const isOfDestination = (code: FailureCode): boolean => {
  // What was stored a moment ago is not there to be read back.
  if (code === "INCOMPLETE_RETRIEVAL") return true;
  const { about } = policyOf(code);
  return about === "archive" || about === "answer" || about === "destination";
};

/** While a destination is away, results that met it first come last, so that one that it cannot take keeps none from it. */
const undelivered = (delivery: Delivery, failure: Failure, jobId: number, carrier: Carrier): Delivery => {
  const { nextTry, outages, clock, log } = carrier;
  const { destination } = delivery;
  const attempts = delivery.attempts + 1;
  const next = nextTry(failure, {
    counted: delivery.countedAttempts + 1,
    failuresInRow: Math.max(attempts, (outages.find(destination)?.failuresInRow ?? 0) + 1),
    failsAlone: outages.failsAlone(destination, jobId),
  });
  log.error("destination failed", { destination, code: failure.code });
  if (next === null) return { ...delivery, state: "failed", attempts, failure };
  const foundMs = clock.nowMs();
  const untilMs = foundMs + next.delayMs;
  const isAway = !next.usesAttempt && policyOf(failure.code).about !== "destination";
  if (isAway) outages.note(destination, { foundMs, untilMs, failure });
  const countedAttempts = delivery.countedAttempts + (next.usesAttempt ? 1 : 0);
  return { ...delivery, attempts, countedAttempts, failure, notBeforeMs: untilMs + 1 };
};

/**
 * Deliveries that count as failed after all: no destination took the SEG, which the reports speak of, or anything. A result
 * is done where at least one holds it.
 */
const withoutTaker = (
  { warnings }: ResultSummary,
  deliveries: readonly Delivery[],
  destinations: readonly Destination[],
  written: readonly WrittenObject[],
): readonly Delivery[] => {
  if (!deliveries.every(({ state }) => state === "delivered")) return [];
  const refusalOf = (destination: Destination, { sopClassUid }: WrittenObject): Warning | undefined =>
    warnings.find(
      (warning) => isRefusalBy(destination, warning) && warning.details?.["sopClassUid"] === sopClassUid,
    );
  const wanted = destinations.flatMap((destination) =>
    written
      .filter(({ kind }) => destination.outputs.includes(kind))
      .map((object) => ({ kind: object.kind, destination, refusal: refusalOf(destination, object) })),
  );
  const isLacking = (some: typeof wanted): boolean =>
    some.length > 0 && some.every(({ refusal }) => refusal !== undefined);
  const segs = wanted.filter(({ kind }) => kind === "seg");
  const lacking = isLacking(segs) ? segs : isLacking(wanted) ? wanted : [];
  return deliveries.flatMap((delivery) => {
    const found = lacking.find(({ destination }) => destination.name === delivery.destination)?.refusal;
    if (found === undefined) return [];
    const failure = makeFailure("STORE_REJECTED", found.sentence, found.details);
    return [{ ...delivery, state: "failed", attempts: delivery.attempts + 1, failure } as const];
  });
};

/** SEG first, each object in a request of its own: archives judge a request as a whole. */
const deliverTo = async (
  destination: Destination,
  key: string,
  spooled: Spooled,
  series: SeriesRef,
  carrier: Carrier,
  step: Step,
): Promise<readonly Refused[]> => {
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
  return refused;
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
  carrier: Carrier,
): Promise<Failure | null> => {
  const { refusals, log } = carrier;
  const known = refusals.find(name, sopClassUid);
  if (known !== null) return known;
  if (await pacs.hasInstance(ref)) return null;
  await requireSourceFor(name, series, carrier);
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

/** While the archive that a series came from is away nobody can tell whether it was deleted: that holds no other destination. */
const requireSourceFor = async (destination: string, series: SeriesRef, carrier: Carrier): Promise<void> => {
  try {
    await requireSource(series, carrier);
  } catch (error) {
    const isAway = error instanceof FailureError && isOfDestination(error.failure.code);
    if (!isAway || destination === "archive") throw error;
  }
};

const isRefusalBy = ({ name }: Destination, { code, details }: Warning): boolean =>
  code === "OUTPUT_REFUSED" && details?.["destination"] === name;

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
