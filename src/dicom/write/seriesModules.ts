import { sayMl } from "../../domain/millilitres.ts";
import { PHANTOM_NOTICE } from "../../domain/result.ts";
import { number } from "../file/header.ts";
import { modelVersion } from "./algorithm.ts";
import { shortText } from "./conform.ts";
import type { WriteContext } from "./context.ts";
import type { Dataset } from "./dataset.ts";
import { objectMoment } from "./moment.ts";
import { resultUids } from "./resultUids.ts";

/** The words, followed by the phantom mark where the model knows nothing but phantoms. */
export const markPhantom = (words: string, { model }: WriteContext): string =>
  model.isPhantomModel ? `${words} ${PHANTOM_NOTICE}` : words;

/** The number comes first: lists of series show little more than twenty characters. */
const seriesDescription = ({ holds, volumeMl }: SeriesKind, context: WriteContext): string => {
  const { volumeInDescription, seriesDescriptionSuffix } = context.settings;
  const words =
    volumeInDescription && volumeMl !== null
      ? `Pancreas ${sayMl(volumeMl)} (AI) ${holds}`
      : `AI Pancreas ${holds}`;
  return shortText(`${markPhantom(words, context)} ${seriesDescriptionSuffix}`);
};

const seriesNumber = (base: number, context: WriteContext): string => {
  const sourceNumber = number(context.source.header, "SeriesNumber");
  const follows =
    sourceNumber !== null && Number.isInteger(sourceNumber) && sourceNumber >= 1 && sourceNumber <= 999;
  return String(base + (follows ? sourceNumber : 0));
};

/** Enhanced General Equipment (PS3.3 section C.7.5.2); names software and model, never a host. */
const equipment = (context: WriteContext): Dataset => ({
  Manufacturer: shortText(context.settings.manufacturer),
  ManufacturerModelName: shortText(context.software.name),
  DeviceSerialNumber: resultUids(context).observer,
  SoftwareVersions: [
    shortText(context.software.version),
    `${shortText(context.model.id, 40)}@${modelVersion(context)}`,
  ],
});

type SeriesKind = {
  readonly modality: "SEG" | "SR" | "OT";
  /** What the series holds, e.g. "measurements". */
  readonly holds: string;
  /** Null where no pancreas was found. */
  readonly volumeMl: number | null;
  /** SeriesNumber is the base of the settings plus this plus the source's. */
  readonly numberOffset: number;
};

/** Series, equipment and dates, which SEG and SR have alike. */
export const seriesModules = (kind: SeriesKind, context: WriteContext): Dataset => {
  const { date, time } = objectMoment(context);
  return {
    StudyInstanceUID: context.source.studyUid,
    Modality: kind.modality,
    SeriesNumber: seriesNumber(context.settings.seriesNumberBase + kind.numberOffset, context),
    InstanceNumber: "1",
    SeriesDescription: seriesDescription(kind, context),
    SeriesDate: date,
    SeriesTime: time,
    ContentDate: date,
    ContentTime: time,
    InstanceCreationDate: date,
    InstanceCreationTime: time,
    ...equipment(context),
  };
};
