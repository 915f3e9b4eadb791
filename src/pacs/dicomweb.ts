import { failed } from "../domain/failure.ts";
import type { Pacs } from "../ports/pacs.ts";
import type { Log } from "../ports/world.ts";
import { type Calls, makeCalls } from "./calls.ts";
import { describeStudy } from "./describeStudy.ts";
import { findDocuments } from "./findDocuments.ts";
import { findInstances } from "./findInstances.ts";
import { findSegmentations, findSegmentationsOf } from "./findSegmentations.ts";
import { findSeries } from "./findSeries.ts";
import { listSeries, listStudies } from "./listStudies.ts";
import { readSeriesMetadata } from "./metadata.ts";
import { type PacsOptions, type ResolvedOptions, resolveOptions } from "./options.ts";
import { readRemoteAet } from "./remoteAet.ts";
import { makeRest } from "./rest.ts";
import { retrieveInstance, retrieveInstances } from "./retrieve.ts";
import { retrieveFrame } from "./retrieveFrame.ts";
import { readDatasets } from "./searches.ts";
import { statusFailure } from "./statusFailure.ts";
import { hasInstance, storeInstance } from "./store.ts";
import { assertUids } from "./uid.ts";

/**
 * A DICOMweb archive (PS3.18) as the story knows it. Addresses come from the options alone: no redirect, RetrieveURL or
 * BulkDataURI is followed. Throws SETTINGS_INVALID for options that cannot be used.
 */
export const makeDicomwebPacs = (options: PacsOptions, log: Log): Pacs => {
  const resolved = resolveOptions(options);
  const calls = makeCalls(resolved);
  return {
    findSeries: (days) => findSeries(calls, resolved.pageSize, days, log),
    listStudies: (page) => listStudies(calls, page, log),
    listSeries: (studyUid) => listSeries(calls, resolved.pageSize, studyUid, log),
    describeStudy: (studyUid) => describeStudy(calls, resolved.pageSize, studyUid),
    findDocuments: (studyUid, scope) => findDocuments(calls, resolved.pageSize, studyUid, scope, log),
    findSegmentations: (since) => findSegmentations(calls, resolved.pageSize, since, log),
    findSegmentationsOf: (studyUid) => findSegmentationsOf(calls, resolved.pageSize, studyUid, log),
    seriesMetadata: async (series) => {
      assertUids(series.studyUid, series.seriesUid);
      return readSeriesMetadata(calls, series, resolved);
    },
    findInstances: (series) => findInstances(calls, resolved, series),
    retrieveInstances: (series, sopInstanceUids, folder, onProgress = () => {}, encoding = "stored") =>
      retrieveInstances(calls, resolved, series, sopInstanceUids, folder, onProgress, encoding),
    hasInstance: (instance) => hasInstance(calls, instance),
    retrieveInstance: (instance) => retrieveInstance(calls, instance),
    retrieveFrame: (instance, frame) => retrieveFrame(calls, instance, frame),
    storeInstance: (instance, bytes) => storeInstance(calls, instance, bytes, log),
    remoteAet: async (series) =>
      resolved.restUrl === null
        ? null
        : readRemoteAet(makeRest({ ...resolved, restUrl: resolved.restUrl }), series),
    ping: () => ping(calls, resolved),
  };
};

/** A search for one study answers as soon as address, credentials and index are right. */
const ping = async (calls: Calls, options: ResolvedOptions) => {
  const startMs = performance.now();
  const hits = await readDatasets(calls.search, (client, request) =>
    client.searchForStudies({ queryParams: { limit: 1 }, request }),
  );
  if (hits === null) throw statusFailure(404, new Headers());
  const milliseconds = performance.now() - startMs;
  return { milliseconds, software: await readSoftware(options) };
};

const readSoftware = async (options: ResolvedOptions): Promise<string> => {
  if (options.restUrl === null) return "DICOMweb archive";
  const rest = makeRest({ ...options, restUrl: options.restUrl });
  const version = (await rest.get("/system"))?.["Version"];
  if (typeof version !== "string")
    throw failed("PACS_BAD_ANSWER", "Orthanc's own API does not name its version.");
  return `Orthanc ${version}`;
};
