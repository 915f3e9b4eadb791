import { buildSeg } from "../../src/dicom/write/buildSeg.ts";
import type { Dataset } from "../../src/dicom/write/dataset.ts";
import type { Mask } from "../../src/domain/grid.ts";
import type { SourceSeries } from "../../src/domain/series.ts";
import { voxelToLps } from "../../src/geometry/vector.ts";
import { makeContext, makeSource, maskOf } from "../dicom/write/sources.ts";
import { makeSlices, uidOf } from "../pacs/objects.ts";
import { type ForeignSeg, writeForeignSeg } from "../support/foreignSeg.ts";

export type Made = {
  readonly study: string;
  readonly studyDate?: string;
  readonly modality?: "CT" | "MR";
  readonly scanner?: string;
};

const dates = { ours: Date.UTC(2025, 2, 4, 10), later: Date.UTC(2025, 10, 1, 10) } as const;

/** The series "ct" of a study, of voxels of 4×2×1 mm. */
export const sourceOf = ({
  study,
  studyDate = "20250301",
  modality = "CT",
  scanner = "Ring 3",
}: Made): SourceSeries => ({
  ...makeSource({
    modality,
    shape: [5, 6, 30],
    spacingMm: [4, 2, 1],
    header: { PatientID: `patient of ${study}`, StudyDate: studyDate, ManufacturerModelName: scanner },
  }),
  studyUid: uidOf(study),
  seriesUid: uidOf(`${study}/ct`),
});

/** A bar of ten voxels along x on two slices; against one moved by n voxels its Dice is 1 − n/10. */
export const bar = (source: SourceSeries, moved = 0, slices: readonly number[] = [1, 2]): Mask =>
  maskOf(
    source.grid,
    slices.flatMap((z) => Array.from({ length: 10 }, (_, x) => [z, 2, 5 + moved + x] as const)),
  );

/** The image that gives the source series its modality in the archive's lists. */
export const imageOf = ({ study, studyDate = "20250301", modality = "CT" }: Made): Uint8Array => {
  const [image] = makeSlices({ study, series: "ct", modality, studyDate }, ["1"]);
  if (image === undefined) throw new Error("no image was made");
  return image.bytes;
};

export const ourSeg = (made: Made, when: keyof typeof dates = "ours") => {
  const source = sourceOf(made);
  return buildSeg(
    bar(source),
    makeContext(source, {
      resultKey: Buffer.from(`${made.study} ${when}`).toString("hex"),
      orderedAtMs: dates[when],
    }),
  );
};

type Correction = {
  readonly name: string;
  readonly moved?: number;
  readonly slices?: readonly number[];
  readonly label?: string;
  readonly typeCode?: ForeignSeg["segments"][number]["typeCode"];
  readonly algorithmType?: string;
  readonly header?: Dataset;
  /** Beside the voxels of the source, in mm. */
  readonly offsetMm?: number;
};

export const pancreas = ["15776009", "SCT", "Pancreas"] as const;
const liver = ["10200004", "SCT", "Liver"] as const;

/** A person's SEG on the source series, by another program, frames from the top down. */
export const correctionOf = (made: Made, correction: Correction): Uint8Array => {
  const { name, moved = 0, label = "Pancreas", algorithmType = "MANUAL", offsetMm = 0 } = correction;
  const source = sourceOf(made);
  const { grid } = source;
  const [slices, rows, columns] = grid.shape;
  const mask = bar(source, moved, correction.slices);
  const frames = Array.from({ length: slices }, (_, z) => slices - 1 - z).flatMap((z) => {
    const pixels = mask.voxels.slice(z * rows * columns, (z + 1) * rows * columns);
    const [x, y, level] = voxelToLps(grid, z, 0, 0);
    return pixels.includes(1) ? [{ segment: 1, position: [x + offsetMm, y, level], pixels }] : [];
  });
  return writeForeignSeg({
    type: "BINARY",
    rows,
    columns,
    orientation: [1, 0, 0, 0, 1, 0],
    pixelSpacingMm: [2, 1],
    sliceSpacingMm: 4,
    segments: [{ number: 1, label, typeCode: correction.typeCode ?? pancreas, algorithmType }],
    frames,
    header: {
      SpecificCharacterSet: "ISO_IR 192",
      PatientID: `patient of ${made.study}`,
      PatientName: "Canary^Patient",
      StudyDate: made.studyDate ?? "20250301",
      StudyInstanceUID: source.studyUid,
      SeriesInstanceUID: uidOf(`${made.study}/${name}`),
      SOPInstanceUID: uidOf(`${made.study}/${name}/1`),
      ReferencedSeriesSequence: [{ SeriesInstanceUID: source.seriesUid }],
      FrameOfReferenceUID: source.frameOfReferenceUid,
      ...correction.header,
    },
  });
};

/**
 * An archive with two corrected series (Dice 0.8 in CT, 0.6 in MR), and beside them everything that is no correction:
 * ours alone, a liver, another algorithm's, an earlier draft, one of nothing of ours, one beside the voxels, a broken one.
 */
export const correctedArchive = () => {
  const ct: Made = { study: "corrected ct" };
  const mr: Made = { study: "corrected mr", modality: "MR", scanner: "Coil 7", studyDate: "20250610" };
  const alone: Made = { study: "ours alone" };
  const beside: Made = { study: "beside" };
  const foreign: Made = { study: "foreign alone" };
  const shown = ourSeg(ct);
  return {
    ct,
    mr,
    shown: shown.object.sopInstanceUid,
    files: [
      ...[ct, mr, alone].map(imageOf),
      shown.bytes,
      ourSeg(ct, "later").bytes,
      correctionOf(ct, { name: "by hand", moved: 2 }),
      correctionOf(ct, { name: "draft", moved: 5, header: { ContentDate: "20250605" } }),
      correctionOf(ct, { name: "liver", label: "Liver", typeCode: liver }),
      correctionOf(ct, { name: "algorithm", algorithmType: "AUTOMATIC", moved: 1 }),
      correctionOf(ct, { name: "broken", header: { Rows: 600 } }),
      ourSeg(mr).bytes,
      correctionOf(mr, {
        name: "by hand",
        moved: 4,
        label: "Organ",
        algorithmType: "SEMIAUTOMATIC",
        header: { ContentDate: "20250702" },
      }),
      ourSeg(alone).bytes,
      ourSeg(beside).bytes,
      correctionOf(beside, { name: "by hand", offsetMm: 0.4 }),
      correctionOf(foreign, { name: "one" }),
      correctionOf(foreign, { name: "two", header: { ReferencedSeriesSequence: [] } }),
    ],
  };
};
