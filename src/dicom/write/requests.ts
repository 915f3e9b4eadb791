import type { Header, SourceSeries } from "../../domain/series.ts";
import { text } from "../file/header.ts";
import { copyAttributes, copyCodes } from "./copied.ts";
import type { Dataset } from "./dataset.ts";

const orderNumbers = [
  "PlacerOrderNumberImagingServiceRequest",
  "FillerOrderNumberImagingServiceRequest",
] as const;

/** Of a request, present even when nothing is known of it (type 2). */
const always = ["AccessionNumber", ...orderNumbers, "RequestedProcedureID", "RequestedProcedureDescription"];

/** What makes an item more than the empty shell that de-identifiers leave. */
const identifying = ["RequestedProcedureID", "AccessionNumber", "RequestedProcedureDescription"];

const referencedRequest = (item: Header, { header, studyUid }: SourceSeries): Dataset => ({
  ...Object.fromEntries(always.map((keyword) => [keyword, null])),
  ...copyAttributes(header, orderNumbers),
  ...copyAttributes(item, [...always, "IssuerOfAccessionNumberSequence"]),
  StudyInstanceUID: text(item, "StudyInstanceUID") ?? studyUid,
  ReferencedStudySequence: [],
  ...copyAttributes(item, ["ReferencedStudySequence"]),
  RequestedProcedureCodeSequence: copyCodes(item, "RequestedProcedureCodeSequence"),
});

/**
 * The requests that the source's images fulfil, and with them a report about them: ReferencedRequestSequence of the SR
 * Document General module (PS3.3 section C.17.2, type 1C) from the series' RequestAttributesSequence (table 10-9).
 * Nothing where it names none, nor where the
 * identity was removed: requests lead back to the patient, and profiles of de-identification take them away (PS3.15 table
 * E.1-1), whatever was left of them.
 */
export const copyRequests = (source: SourceSeries): Dataset => {
  if (text(source.header, "PatientIdentityRemoved") === "YES") return {};
  const items = source.header["RequestAttributesSequence"];
  const requests = (Array.isArray(items) ? (items as readonly Header[]) : []).filter((item) =>
    identifying.some((keyword) => text(item, keyword) !== null),
  );
  return requests.length === 0
    ? {}
    : { ReferencedRequestSequence: requests.map((item) => referencedRequest(item, source)) };
};
