import { failed } from "../domain/failure.ts";
import type { InstanceRef } from "../ports/pacs.ts";
import type { Calls } from "./calls.ts";
import { statusFailure } from "./statusFailure.ts";
import { assertUids } from "./uid.ts";

/**
 * Pixels of one frame, counted from 1, in the transfer syntax in which the archive holds them (WADO-RS, PS3.18 10.4).
 * Throws PACS_ERROR with the status where the archive does not serve it, PACS_BAD_ANSWER for an answer without pixels.
 */
export const retrieveFrame = async (
  calls: Calls,
  { studyUid, seriesUid, sopInstanceUid }: InstanceRef,
  frame: number,
): Promise<Uint8Array> => {
  assertUids(studyUid, seriesUid, sopInstanceUid);
  const { value, xhr } = await calls.frames((client, request) =>
    client.retrieveInstanceFrames({
      studyInstanceUID: studyUid,
      seriesInstanceUID: seriesUid,
      sopInstanceUID: sopInstanceUid,
      frameNumbers: [frame],
      request,
    }),
  );
  if (xhr.status === 404)
    throw failed("PACS_ERROR", "The archive has no such frame (status 404).", { status: 404 });
  if (xhr.status !== 200) throw statusFailure(xhr.status, xhr.answer()?.headers ?? new Headers());
  const pixels: unknown = Array.isArray(value) ? value[0] : value;
  if (!(pixels instanceof ArrayBuffer) || pixels.byteLength === 0)
    throw failed("PACS_BAD_ANSWER", "The archive's answer holds no pixels.", { frame });
  return new Uint8Array(pixels);
};
