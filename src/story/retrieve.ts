/** Fetch the instances of a job in an encoding that we can read. */
import { join } from "node:path";
import { openPart10 } from "../dicom/file/part10.ts";
import { pixelCoding } from "../dicom/file/transferSyntax.ts";
import { FailureError, isOfAnswer } from "../domain/failure.ts";
import type { SeriesRef } from "../domain/series.ts";
import type { InstanceBytes } from "../ports/pacs.ts";
import type { World } from "../ports/world.ts";

/** What is no DICOM object is for the reader to refuse. */
const isReadable = ({ read }: InstanceBytes): boolean => {
  try {
    return pixelCoding(openPart10(read()).transferSyntaxUid) !== null;
  } catch (error) {
    if (error instanceof FailureError) return true;
    throw error;
  }
};

/**
 * The named instances of a series, in the order asked for. Those in a transfer syntax for which there is no decoder are
 * asked for once more, uncompressed (P2). Throws PACS_*, INCOMPLETE_RETRIEVAL.
 */
export const retrieveReadable = async (
  series: SeriesRef,
  sopInstanceUids: readonly string[],
  { pacs, workFolder }: Pick<World, "pacs" | "workFolder">,
  progress: (share: number) => void,
): Promise<readonly InstanceBytes[]> => {
  const stored = await pacs.retrieveInstances(series, sopInstanceUids, workFolder, progress);
  const foreign = sopInstanceUids.filter((_, n) => !isReadable(stored[n] as InstanceBytes));
  if (foreign.length === 0) return stored;
  try {
    const folder = join(workFolder, "uncompressed");
    const decoded = await pacs.retrieveInstances(series, foreign, folder, progress, "uncompressed");
    return sopInstanceUids.map((uid, n) => decoded[foreign.indexOf(uid)] ?? (stored[n] as InstanceBytes));
  } catch (error) {
    // The archive cannot or will not decode; the reader then refuses the series by the name of its transfer syntax.
    if (isOfAnswer(error)) return stored;
    throw error;
  }
};
