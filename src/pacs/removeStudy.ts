import { failed } from "../domain/failure.ts";
import { isDicomJson } from "./dicomJson.ts";
import type { Rest } from "./rest.ts";
import { assertUids } from "./uid.ts";

/**
 * Delete a study from Orthanc, by its own API, that holds nothing but the named instances; whether it was there. Throws
 * STORED_DIFFERS where there is more in it, which is somebody else's, UID_INVALID, PACS_*.
 */
export const removeStudy = async (
  rest: Rest,
  studyUid: string,
  sopInstanceUids: readonly string[],
): Promise<boolean> => {
  assertUids(studyUid);
  const ids = await rest.lookUp(studyUid);
  for (const id of ids)
    if (!(await rest.list(`/studies/${id}/instances`)).every((each) => sopInstanceUids.includes(uidOf(each))))
      throw failed("STORED_DIFFERS", "The study holds more than what was stored for the test.", { studyUid });
  for (const id of ids) await rest.remove(`/studies/${id}`);
  return ids.length > 0;
};

const uidOf = (instance: unknown): string => {
  const tags = isDicomJson(instance) ? instance["MainDicomTags"] : null;
  return isDicomJson(tags) ? String(tags["SOPInstanceUID"]) : "";
};
