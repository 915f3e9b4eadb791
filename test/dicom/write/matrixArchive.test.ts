import assert from "node:assert/strict";
import test from "node:test";
import type { SourceSeries } from "../../../src/domain/series.ts";
import type { Orthanc } from "../../support/orthanc.ts";
import { startOrthanc } from "../../support/orthanc.ts";
import { needsTool } from "../../support/shared.ts";
import { allOf, eachResult, type MatrixObjects, objectsOf } from "./matrixObjects.ts";

const skip = needsTool("Orthanc");

/** One for all cases: in a real archive, too, they live together. */
const archive = skip === false ? startOrthanc(test) : null;

const running = async (): Promise<Orthanc> => {
  assert.ok(archive !== null);
  return archive;
};

type Json = Readonly<Record<string, { readonly Value?: readonly unknown[] } | undefined>>;

const getJson = async ({ url, headers }: Orthanc, path: string): Promise<readonly Json[]> => {
  const response = await fetch(`${url}${path}`, {
    headers: { ...headers, accept: "application/dicom+json" },
  });
  assert.equal(response.status, 200, path);
  return (await response.json()) as readonly Json[];
};

type Reference = { readonly seriesUid: string; readonly sopInstanceUid: string };

const pathOf = ({ studyUid }: SourceSeries, { seriesUid, sopInstanceUid }: Reference): string =>
  `/studies/${studyUid}/series/${seriesUid}/instances/${sopInstanceUid}`;

/** The one part of a multipart answer. */
const getBytes = async ({ url, headers }: Orthanc, path: string): Promise<Uint8Array> => {
  const accept = 'multipart/related; type="application/dicom"; transfer-syntax=*';
  const response = await fetch(`${url}${path}`, { headers: { ...headers, accept } });
  assert.equal(response.status, 200, path);
  const answer = Buffer.from(await response.arrayBuffer());
  return new Uint8Array(answer.subarray(answer.indexOf("\r\n\r\n") + 4, answer.lastIndexOf("\r\n--")));
};

const series = { uid: "0020000E", modality: "00080060", instances: "00201209" };

/** Series UID, modality and number of instances of every series of the study. */
const seriesOf = async (orthanc: Orthanc, { studyUid }: SourceSeries): Promise<readonly string[]> => {
  const found = await getJson(orthanc, `/studies/${studyUid}/series?includefield=${series.instances}`);
  const value = (json: Json, tag: string): unknown => json[tag]?.Value?.[0];
  return found
    .map((json) =>
      [value(json, series.uid), value(json, series.modality), value(json, series.instances)].join(" "),
    )
    .sort();
};

const expectedSeries = (
  { source, seg, sr, text, keyImages }: MatrixObjects,
  images: number,
): readonly string[] => [
  `${source.seriesUid} ${source.modality} ${images}`,
  `${seg.object.seriesUid} SEG 1`,
  `${sr.object.seriesUid} SR 1`,
  `${text.object.seriesUid} SR 1`,
  `${keyImages[0]?.object.seriesUid} OT ${keyImages.length}`,
];

const statistics = async (orthanc: Orthanc): Promise<unknown> => {
  const {
    TotalDiskSizeMB: _,
    TotalUncompressedSizeMB: __,
    ...counts
  } = (await orthanc.rest("/statistics")) as Record<string, unknown>;
  return counts;
};

/** Names and study description as the server tells them. */
const textTags = { PatientName: "00100010", StudyDescription: "00081030", PatientID: "00100020" };

const groups = ["Alphabetic", "Ideographic", "Phonetic"];

const inGroups = (name: string): unknown =>
  Object.fromEntries(name.split("=").map((group, n) => [groups[n], group]));

eachResult((matrixCase, type) => {
  const { title, images } = matrixCase;
  test(`VAL-7: Orthanc takes the ${type} SEG and the reports of ${title} once, and gives them back as they were`, {
    skip,
  }, async () => {
    const orthanc = await running();
    const objects = await objectsOf(matrixCase, type);
    const { source } = objects;
    const files = allOf(objects).map(({ bytes }) => bytes);
    const sent = [...new Set(images.files)];
    await orthanc.stow(sent);
    await orthanc.stow(files);
    const found = await seriesOf(orthanc, source);
    for (const expected of expectedSeries(objects, sent.length))
      assert.ok(found.includes(expected), expected);
    for (const { bytes, object } of allOf(objects))
      assert.deepEqual(await getBytes(orthanc, pathOf(source, object)), bytes);
    const before = await statistics(orthanc);
    await orthanc.stow(files);
    assert.deepEqual(await statistics(orthanc), before);
    assert.deepEqual(await seriesOf(orthanc, source), found);
  });

  test(`VAL-7, SEG-2: Orthanc tells one patient for ${title} and what was made of it, ${type}`, {
    skip,
  }, async () => {
    const orthanc = await running();
    const objects = await objectsOf(matrixCase, type);
    const { source, seg, sr } = objects;
    const first = { seriesUid: source.seriesUid, sopInstanceUid: source.frames[0]?.sopInstanceUid ?? "" };
    const told = await Promise.all(
      [first, seg.object, sr.object, objects.text.object].map(async (reference) => {
        const [json] = await getJson(orthanc, `${pathOf(source, reference)}/metadata`);
        return Object.fromEntries(
          Object.entries(textTags).map(([keyword, tag]) => [keyword, json?.[tag]?.Value?.[0]]),
        );
      }),
    );
    const [ofSource, ...ofResults] = told;
    for (const ofResult of ofResults) assert.deepEqual(ofResult, ofSource);
    for (const [keyword, expected] of Object.entries(matrixCase.text))
      assert.deepEqual(ofSource?.[keyword], keyword === "PatientName" ? inGroups(expected) : expected);
  });
});
