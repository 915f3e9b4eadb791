import { openPart10 } from "../../dicom/file/part10.ts";
import { type Answer, dicomJsonAnswer, notFound, plainAnswer } from "./answer.ts";
import { type DicomJson, readDicomJson } from "./dicomJson.ts";
import { readFrames } from "./frames.ts";
import type { Instance } from "./instance.ts";
import { multipartAnswer } from "./multipart.ts";
import { addressOf } from "./qido.ts";
import type { Shelf } from "./shelf.ts";

/** Every instance below an address, byte for byte as stored, whatever transfer syntax is asked for. */
export const retrieve = ({ catalogue, store }: Shelf, within: readonly string[]): Answer => {
  const found = catalogue.below(...within);
  if (found.length === 0) return notFound();
  return multipartAnswer(
    "application/dicom",
    found.map((each) => ({ contentType: "application/dicom", read: () => store.read(each) })),
  );
};

/** DICOM JSON of every instance below an address; pixels are named, not sent. */
export const readMetadata = (
  { catalogue, store }: Shelf,
  within: readonly string[],
  rootUrl: string,
): Answer => {
  const found = catalogue.below(...within);
  if (found.length === 0) return notFound();
  return dicomJsonAnswer(found.map((each) => metadataOf(store.read(each), each, rootUrl)));
};

const metadataOf = (bytes: Uint8Array, instance: Instance, rootUrl: string): DicomJson => {
  const part10 = openPart10(bytes);
  const dataset = readDicomJson(part10);
  if (part10.pixelData?.tag !== 0x7fe00010) return dataset;
  const BulkDataURI = `${addressOf(rootUrl, "instance", instance)}/bulk/7fe00010`;
  return { ...dataset, "7FE00010": { vr: part10.pixelData.vr ?? "OW", BulkDataURI } };
};

/** The named frames, counted from one, in the transfer syntax in which they are stored (PS3.18 10.4.1.1.6). */
export const retrieveFrames = (
  { catalogue, store }: Shelf,
  within: readonly string[],
  list: string,
): Answer => {
  if (!/^[1-9]\d{0,8}(,[1-9]\d{0,8}){0,9999}$/.test(list))
    return plainAnswer(400, "Frames are named by whole numbers from one on, with commas between them.");
  const [instance] = catalogue.below(...within);
  if (instance === undefined) return notFound();
  const { frames, transferSyntaxUid } = readFrames(store.read(instance));
  const wanted = list.split(",").flatMap((each) => frames[Number(each) - 1] ?? []);
  if (wanted.length < list.split(",").length)
    return plainAnswer(400, `The instance has ${frames.length} frames.`);
  return octets(wanted, transferSyntaxUid);
};

/** All pixel data: whole where they are native, else one part for each frame. */
export const retrievePixelData = ({ catalogue, store }: Shelf, within: readonly string[]): Answer => {
  const [instance] = catalogue.below(...within);
  if (instance === undefined) return notFound();
  const bytes = store.read(instance);
  const { pixelData, transferSyntaxUid } = openPart10(bytes);
  if (pixelData === null) return notFound();
  const { length, valueStart } = pixelData;
  if (length !== null) return octets([bytes.subarray(valueStart, valueStart + length)], transferSyntaxUid);
  return octets(readFrames(bytes).frames, transferSyntaxUid);
};

const octets = (values: readonly Uint8Array[], transferSyntaxUid: string): Answer =>
  multipartAnswer(
    "application/octet-stream",
    values.map((value) => ({
      contentType: `application/octet-stream; transfer-syntax=${transferSyntaxUid}`,
      read: () => value,
    })),
  );
