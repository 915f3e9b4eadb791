import { failed } from "../../domain/failure.ts";
import type { Located } from "./describe.ts";

const nameOf = ({ sopInstanceUid, frameNumber }: Located): string => `${sopInstanceUid} ${frameNumber ?? ""}`;

/**
 * What the scanner says of the number of its images (S4): geometry cannot tell that the first or the last are missing.
 * It counts over all volumes of the acquisition, and over all of the series where that has several acquisitions: some
 * scanners number every slice as one. `others` are images of the series that are no slices. Throws INCOMPLETE_RETRIEVAL.
 */
export const requireAll = (images: readonly Located[], others: number): void => {
  const announced = Math.max(0, ...images.map(({ traits }) => traits.imagesInAcquisition ?? 0));
  const present = new Set(images.map(nameOf)).size + others;
  if (present >= announced) return;
  throw failed(
    "INCOMPLETE_RETRIEVAL",
    `The scanner speaks of ${announced} images in this acquisition, here are ${present}.`,
    { announced, present },
  );
};
