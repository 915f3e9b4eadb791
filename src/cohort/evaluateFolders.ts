import { basename, resolve } from "node:path";
import { failed } from "../domain/failure.ts";
import type { SoftwareIdentity } from "../domain/result.ts";
import { summariseCohort } from "../evaluate/summariseCohort.ts";
import { type AssessmentOptions, assessFolders } from "./assessFolders.ts";
import type { CohortReport } from "./cohortReport.ts";
import { compareMethods } from "./compareMethods.ts";
import { requireImages } from "./galleryImage.ts";
import { listMasks, type MaskList } from "./listMasks.ts";
import { groupsNote } from "./matchGroups.ts";
import { paperTable } from "./paperTable.ts";
import { drawWorstCases } from "./worstCases.ts";

export type EvaluationOptions = AssessmentOptions & {
  readonly references: string;
  readonly predictions: string;
  /** Another method's masks of the same cases. */
  readonly against: string | null;
  /** Images for the gallery. */
  readonly images: string | null;
  readonly galleryCases: number;
  readonly withPaper: boolean;
  readonly software: SoftwareIdentity;
  readonly nowMs: number;
  readonly onProgress: (what: string, share: number) => void;
};

const nameOf = (path: string): string => basename(resolve(path));

/**
 * The story of an evaluation: pair the masks → put each pair on one grid → agreement of each case → statistics of each
 * group → another method beside it → the worst cases to look at. Throws USAGE where a folder holds no masks or no images, and where no
 * case can be compared.
 */
export const evaluateFolders = async (options: EvaluationOptions): Promise<CohortReport> => {
  const { references, predictions, against, images, onProgress } = options;
  // Everything that is named is looked at before hours of comparing.
  const ours = listMasks(references);
  const theirs = listMasks(predictions);
  const rivals = against === null ? null : { name: nameOf(against), masks: listMasks(against) };
  if (images !== null) requireImages(images);
  const assess = (masks: MaskList) =>
    assessFolders(ours, masks, options, (name, share) => onProgress(`comparing ${name}`, share));
  const own = await assess(theirs);
  const [first] = own.leftOut;
  if (own.cases.length === 0)
    throw failed(
      "USAGE",
      `None of ${own.leftOut.length} cases can be compared; ${first?.name}: ${first?.failure.sentence}`,
    );
  const other = rivals === null ? null : { name: rivals.name, ...(await assess(rivals.masks)) };
  onProgress("statistics", 0);
  const groups = summariseCohort(own.cases);
  onProgress("pictures", 0.5);
  const { gallery, remarks } = await drawWorstCases(own, options.galleryCases, images, options);
  return {
    madeAt: new Date(options.nowMs).toISOString(),
    software: options.software,
    referenceName: nameOf(references),
    predictionName: nameOf(predictions),
    toleranceMm: options.toleranceMm,
    cases: own.cases,
    leftOut: own.leftOut,
    groups,
    remarks: [
      ...own.remarks,
      ...(other?.remarks ?? []).map(({ sentence, ...rest }) => ({
        ...rest,
        sentence: `${other?.name}: ${sentence}`,
      })),
      ...remarks,
    ],
    groupsTable: groupsNote(options.groups, own.matched),
    comparison: other === null ? null : compareMethods({ name: nameOf(predictions), ...own }, other),
    paper: options.withPaper ? paperTable(groups) : null,
    gallery,
  };
};
