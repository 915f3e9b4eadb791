import { FailureError } from "../../domain/failure.ts";
import { type Answer, dicomJsonAnswer, plainAnswer } from "./answer.ts";
import { type DicomJson, jsonElement } from "./dicomJson.ts";
import { type Instance, readInstance } from "./instance.ts";
import { decodeParts, dicomBoundary } from "./multipart.ts";
import { addressOf } from "./qido.ts";

/** PS3.18 table I.2-2, processing failure: what Orthanc says of an instance of another study. */
const WRONG_STUDY = 272;

/**
 * Every part judged by itself (PS3.18 10.5.3). As Orthanc does, a part that is no DICOM file is listed nowhere and makes
 * the status 400 although its neighbours are kept, and an instance of another study than the address names makes it 409.
 */
export const storeParts = (
  take: (instance: Instance, bytes: Uint8Array) => void,
  studyUid: string | undefined,
  contentType: string,
  body: Buffer,
  rootUrl: string,
): Answer => {
  const boundary = dicomBoundary(contentType);
  if (boundary === null)
    return plainAnswer(415, 'Only multipart/related; type="application/dicom" is taken.');
  const parts = decodeParts(body, boundary);
  if (parts === null) return plainAnswer(400, "The multipart body does not come to its end.");
  const stored: Instance[] = [];
  const refused: Instance[] = [];
  let unreadable = 0;
  for (const part of parts) {
    const instance = readOrNull(part);
    if (instance === null) unreadable++;
    else if (studyUid !== undefined && instance.studyUid !== studyUid) refused.push(instance);
    else {
      take(instance, part);
      stored.push(instance);
    }
  }
  const status = unreadable > 0 ? 400 : refused.length > 0 ? 409 : 200;
  return dicomJsonAnswer(verdicts(stored, refused, rootUrl), status);
};

const readOrNull = (bytes: Uint8Array): Instance | null => {
  try {
    return readInstance(bytes);
  } catch (error) {
    if (error instanceof FailureError) return null;
    throw error;
  }
};

const verdicts = (stored: readonly Instance[], refused: readonly Instance[], rootUrl: string): DicomJson => {
  const [first] = stored;
  return {
    "00080005": jsonElement("CS", "ISO_IR 192"),
    ...(first === undefined ? {} : { "00081190": jsonElement("UR", addressOf(rootUrl, "study", first)) }),
    "00081198": jsonElement(
      "SQ",
      ...refused.map((each) => ({ ...reference(each), "00081197": jsonElement("US", WRONG_STUDY) })),
    ),
    "00081199": jsonElement(
      "SQ",
      ...stored.map((each) => ({
        ...reference(each),
        "00081190": jsonElement("UR", addressOf(rootUrl, "instance", each)),
      })),
    ),
  };
};

const reference = ({ sopClassUid, sopInstanceUid }: Instance): DicomJson => ({
  "00081150": jsonElement("UI", sopClassUid),
  "00081155": jsonElement("UI", sopInstanceUid),
});
