/** Bring the objects of a result to every destination that wants them, and prove that they arrived. */
import { verifyStored } from "./dicom/write/verifyStored.ts";
import { type Failure, FailureError, failed } from "./domain/failure.ts";
import type { SeriesRef } from "./domain/series.ts";
import type { Warning } from "./domain/warning.ts";
import type { Destination, Spooled, Step, World } from "./ports.ts";
import { type WrittenObject, writtenObjects } from "./results.ts";

/**
 * Store every object, then read every one back and compare it with what was measured. A destination that does not take a
 * class of objects is told of by a warning and not asked again; the others still get theirs. Throws STORE_REJECTED where
 * none takes anything, STORED_DIFFERS, PACS_*.
 */
export const deliver = async (
  key: string,
  spooled: Spooled,
  series: SeriesRef,
  world: World,
  step: Step,
): Promise<readonly Warning[]> => {
  const written = writtenObjects(spooled, series);
  const refused: Refused[] = [];
  let stored = 0;
  for (const destination of world.destinations) {
    const wanted = written.filter(({ kind }) => destination.outputs.includes(kind));
    const taken: WrittenObject[] = [];
    for (const object of wanted) {
      const failure = await step(stepName("store", object, destination), () =>
        storeOnce(object, destination, world),
      );
      if (failure === null) taken.push(object);
      else refused.push({ object, destination, failure });
    }
    for (const object of taken)
      await step(stepName("verify", object, destination), () =>
        readBack(key, object, destination, spooled, world),
      );
    stored += taken.length;
  }
  const [first] = refused;
  if (stored === 0 && first !== undefined) throw new FailureError(first.failure);
  return refused.map(asWarning);
};

type Refused = {
  readonly object: WrittenObject;
  readonly destination: Destination;
  readonly failure: Failure;
};

const stepName = (verb: string, { name }: WrittenObject, { name: destination }: Destination): string =>
  destination === "archive" ? `${verb}-${name}` : `${verb}-${name}@${destination}`;

/**
 * Look before sending: a repeated STOW looks like success whatever the archive made of it. The failure where the
 * destination does not take such objects at all.
 */
const storeOnce = async (
  { ref, bytes, sopClassUid }: WrittenObject,
  { name, pacs }: Destination,
  { refusals, log }: World,
): Promise<Failure | null> => {
  const known = refusals.find(name, sopClassUid);
  if (known !== null) return known;
  if (await pacs.hasInstance(ref)) return null;
  try {
    await pacs.storeInstance(ref, bytes);
    return null;
  } catch (error) {
    if (!(error instanceof FailureError) || !refusesClass(error.failure)) throw error;
    refusals.note(name, sopClassUid, error.failure);
    log.error("destination refuses a class of objects", { destination: name, sopClassUid });
    return error.failure;
  }
};

/** PS3.18 table I.2-2: 0122, SOP class not supported; and the status for a content that is not taken. */
const refusesClass = ({ code, details }: Failure): boolean =>
  code === "STORE_REJECTED" && (details["failureReason"] === 0x0122 || details["status"] === 415);

const asWarning = ({ object, destination, failure }: Refused): Warning => ({
  code: "OUTPUT_REFUSED",
  sentence: `The ${destination.name} does not take objects of class ${object.sopClassUid}; the ${object.name} is not there.`,
  details: { destination: destination.name, sopClassUid: object.sopClassUid, ...failure.details },
});

const readBack = async (
  key: string,
  { name, kind, ref, bytes }: WrittenObject,
  { pacs }: Destination,
  { result }: Spooled,
  { spool }: World,
): Promise<void> => {
  const stored = await pacs.retrieveInstance(ref);
  try {
    verifyStored(kind, stored, bytes, result.measures);
  } catch (error) {
    if (!(error instanceof FailureError) || error.failure.code !== "STORED_DIFFERS") throw error;
    const { sentence, details } = error.failure;
    throw failed("STORED_DIFFERS", sentence, { ...details, kept: spool.keepDisputed(key, name, stored) });
  }
};
