import { buildSeg } from "../../src/dicom/write/buildSeg.ts";
import { buildSr } from "../../src/dicom/write/buildSr.ts";
import { buildTextReport } from "../../src/dicom/write/buildTextReport.ts";
import { measureMask } from "../../src/measure/measureMask.ts";
import { asymmetricMask, makeContext, makeSource } from "../dicom/write/sources.ts";
import { uidOf } from "../pacs/objects.ts";
import { dcmqiReport, keyObjects, names, reportOf } from "./foreignReports.ts";
import { num, sopClass } from "./srDocument.ts";

/**
 * Studies with every kind of document, as an archive holds them: our SEG, SR and report in words; of the same patient,
 * a later study with a report of dcmqi, one that was rejected with its note, and a damaged one; and another patient's.
 */
export const reportedStudies = () => {
  const source = makeSource({ shape: [6, 7, 8], spacingMm: [50, 7.5, 7.25] });
  const context = makeContext(source);
  const mask = asymmetricMask(source.grid);
  const measures = measureMask(mask, { grid: source.grid, voxels: Float32Array.from(mask.voxels) });
  const seg = buildSeg(mask, context);
  const sr = buildSr(measures, seg.object, context);
  const words = buildTextReport(measures, seg.object, context);

  const later = uidOf("later");
  const at = (name: string, patientId = "P-1", studyUid = later) => ({
    studyUid,
    seriesUid: uidOf(`series ${name}`),
    sopInstanceUid: uidOf(`document ${name}`),
    header: { PatientID: patientId, StudyDate: "20240601" },
  });
  const rejected = reportOf([num(names.volume, "99", names.cm3)], at("rejected"));
  const note = keyObjects(
    "113001|DCM|Rejected for Quality Reasons",
    [[sopClass.comprehensive3d, uidOf("document rejected")]],
    at("note"),
  );
  return {
    ownStudy: source.studyUid,
    ownReport: sr.object.sopInstanceUid,
    laterStudy: later,
    laterReport: uidOf("document dcmqi"),
    rejectedReport: uidOf("document rejected"),
    otherStudy: uidOf("other"),
    files: [
      seg.bytes,
      sr.bytes,
      words.bytes,
      dcmqiReport(at("dcmqi")),
      rejected,
      note,
      reportOf([num(names.volume, "50", names.cm3)], at("other", "P-10", uidOf("other"))),
    ],
  };
};
