import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { failed } from "../domain/failure.ts";
import type { SeriesRef } from "../domain/series.ts";
import type { Encoding, InstanceBytes, InstanceRef } from "../ports/pacs.ts";
import type { Calls } from "./calls.ts";
import { inParallel } from "./inParallel.ts";
import type { ResolvedOptions } from "./options.ts";
import { statusFailure } from "./statusFailure.ts";
import { assertUids } from "./uid.ts";

/**
 * One instance as Part 10 bytes, in the transfer syntax in which the archive stores it unless `encoding` says otherwise.
 * Throws INCOMPLETE_RETRIEVAL when the archive does not have it, PACS_BAD_ANSWER when what comes is no DICOM object.
 */
export const retrieveInstance = async (
  calls: Calls,
  instance: InstanceRef,
  encoding: Encoding = "stored",
): Promise<Uint8Array> => {
  assertUids(instance.studyUid, instance.seriesUid, instance.sopInstanceUid);
  const call = encoding === "stored" ? calls.instance : calls.uncompressedInstance;
  const { value, xhr } = await call((client, request) =>
    client.retrieveInstance({
      studyInstanceUID: instance.studyUid,
      seriesInstanceUID: instance.seriesUid,
      sopInstanceUID: instance.sopInstanceUid,
      request,
    }),
  );
  if (xhr.status === 404 || xhr.status === 410)
    throw failed("INCOMPLETE_RETRIEVAL", "The archive does not hold an instance of the series any more.", {
      sopInstanceUid: instance.sopInstanceUid,
    });
  if (xhr.status !== 200) throw statusFailure(xhr.status, xhr.answer()?.headers ?? new Headers());
  if (!(value instanceof ArrayBuffer) || !isPart10(value))
    throw failed("PACS_BAD_ANSWER", "The archive's answer holds no whole DICOM object.", {
      sopInstanceUid: instance.sopInstanceUid,
    });
  return new Uint8Array(value);
};

/** PS3.10 7.1: the letters DICM after 128 bytes. */
const isPart10 = (bytes: ArrayBuffer): boolean =>
  bytes.byteLength > 132 && Buffer.from(bytes, 128, 4).toString("latin1") === "DICM";

/**
 * Retrieve the named instances into `folder` as 0.dcm, 1.dcm …, a few at a time; a file of that name is always whole.
 * The order is the one asked for. Throws as `retrieveInstance`, PACS_TOO_LARGE for too many, PACS_TIMEOUT when the
 * series as a whole takes too long.
 */
export const retrieveInstances = async (
  calls: Calls,
  options: ResolvedOptions,
  series: SeriesRef,
  sopInstanceUids: readonly string[],
  folder: string,
  onProgress: (share: number) => void,
  encoding: Encoding,
): Promise<readonly InstanceBytes[]> => {
  const total = sopInstanceUids.length;
  const limit = options.maxSeriesInstances;
  if (total > limit)
    throw failed("PACS_TOO_LARGE", `${total} instances are asked for; the limit is ${limit}.`, {
      instances: total,
      limit,
    });
  assertUids(series.studyUid, series.seriesUid, ...sopInstanceUids);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const deadlineMs = performance.now() + options.timeoutsMs.series;
  let finished = 0;
  return inParallel(sopInstanceUids, options.parallelInstances, async (sopInstanceUid, index) => {
    if (performance.now() > deadlineMs)
      throw failed(
        "PACS_TIMEOUT",
        `After ${options.timeoutsMs.series} ms ${finished} of ${total} instances had been retrieved.`,
        { finished, total },
      );
    const bytes = await retrieveInstance(calls, { ...series, sopInstanceUid }, encoding);
    const instance = keepInstance(folder, `${index}.dcm`, bytes);
    finished++;
    onProgress(finished / total);
    return instance;
  });
};

const keepInstance = (folder: string, name: string, bytes: Uint8Array): InstanceBytes => {
  const path = join(folder, name);
  writeFileSync(`${path}.part`, bytes, { mode: 0o600 });
  renameSync(`${path}.part`, path);
  return { name, read: () => readFileSync(path) };
};
