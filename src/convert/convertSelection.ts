import { parseHeader, text } from "../dicom/file/header.ts";
import { type SelectOptions, selectVolumes } from "../dicom/select/selectVolumes.ts";
import type { VolumeChoice } from "../dicom/select/volumeChoice.ts";
import type { FailureCode } from "../domain/failure.ts";
import type { ModelClass } from "../domain/plan.ts";
import type { Header } from "../domain/series.ts";
import type { InstanceBytes } from "../ports/pacs.ts";

/** What the service would make of a volume: the class that it would segment it as, or the reason why it would not. */
export type Selection = {
  readonly modelClass: ModelClass | null;
  readonly score: number;
  readonly code: FailureCode | null;
  readonly reasons: readonly string[];
};

const selectionOf = (choice: VolumeChoice): Selection =>
  choice.kind === "accepted"
    ? { modelClass: choice.modelClass, score: choice.score, code: null, reasons: choice.reasons }
    : {
        modelClass: null,
        score: choice.score,
        code: choice.failure.code,
        reasons: [choice.failure.sentence],
      };

const uidOf = (header: Header): string => text(header, "SOPInstanceUID") ?? "";

/**
 * The selection of each volume of a series by the name of its part, for any order of the instances; null for a name that
 * headers alone do not give.
 */
export const selectParts = (
  instances: readonly InstanceBytes[],
  options: SelectOptions,
  onProgress: (share: number) => void,
): ((part: string) => Selection | null) => {
  const headers = instances.map((instance, n) => {
    onProgress(n / instances.length);
    return parseHeader(instance.read());
  });
  const sorted = headers.toSorted((a, b) => (uidOf(a) < uidOf(b) ? -1 : 1));
  const choices = selectVolumes(sorted, options);
  return (part) => {
    const choice = choices.find((each) => each.part === part);
    return choice === undefined ? null : selectionOf(choice);
  };
};
