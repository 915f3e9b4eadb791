import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { data } from "dcmjs";
import { type ArchiveOptions, startArchive } from "../../../src/demo/archive/startArchive.ts";
import { makeDicomwebPacs } from "../../../src/pacs/dicomweb.ts";
import type { PacsOptions } from "../../../src/pacs/options.ts";
import { keepLog, temporaryFolder } from "../../pacs/fakeArchive.ts";
import type { TestInstance } from "../../pacs/objects.ts";

export type Served = {
  readonly url: string;
  readonly restUrl: string;
  readonly headers: Readonly<Record<string, string>>;
};

/** A demo archive that ends with the test, and its folder only after it. */
export const startDemo = async (owner: TestContext, options: Partial<ArchiveOptions> = {}) => {
  let stop = async (): Promise<void> => {};
  owner.after(() => stop());
  const folder = options.folder ?? temporaryFolder(owner);
  const archive = await startArchive({ stableMs: 50, ...options, folder });
  stop = archive.stop;
  return { ...archive, headers: {}, folder };
};

export const INSTANCE_ACCEPT = 'multipart/related; type="application/dicom"; transfer-syntax=*';
export const FRAME_ACCEPT = 'multipart/related; type="application/octet-stream"; transfer-syntax=*';

type Json = Readonly<Record<string, unknown>>;
type ChangePage = { Changes: { ChangeType: string; Seq: number }[]; Done: boolean; Last: number };

export const pacsOf = (served: Served, options: Partial<PacsOptions> = {}) =>
  makeDicomwebPacs(
    { url: served.url, restUrl: served.restUrl, headers: served.headers, ...options },
    keepLog(),
  );

export const firstOf = (instances: readonly TestInstance[]): TestInstance => {
  const [first] = instances;
  assert.ok(first);
  return first;
};

export const instancePath = ({ studyUid, seriesUid, sopInstanceUid }: TestInstance): string =>
  `/studies/${studyUid}/series/${seriesUid}/instances/${sopInstanceUid}`;

export const valuesOf = (dataset: Json | undefined, tag: string): unknown[] =>
  (dataset?.[tag] as { Value?: unknown[] } | undefined)?.Value ?? [];

export const firstValue = (dataset: Json | undefined, tag: string): unknown => valuesOf(dataset, tag)[0];

/** The same image with one element set. */
export const withElement = (
  image: TestInstance,
  tag: string,
  vr: string,
  values: unknown[],
): TestInstance => {
  const dict = data.DicomMessage.readFile(new Uint8Array(image.bytes).buffer);
  dict.upsertTag(tag, vr, values);
  return { ...image, bytes: new Uint8Array(dict.write()) };
};

export const get = async (served: Served, path: string, accept = "*/*") => {
  const response = await fetch(`${served.url}${path}`, { headers: { ...served.headers, accept } });
  const contentType = response.headers.get("content-type") ?? "";
  return { status: response.status, contentType, body: Buffer.from(await response.arrayBuffer()) };
};

export const getJson = async (served: Served, path: string) => {
  const { status, contentType, body } = await get(served, path, "application/dicom+json");
  assert.equal(status, 200, path);
  return { contentType, json: JSON.parse(body.toString()) as Json[] };
};

/** The parts of a multipart answer, read without our own code. */
export const getParts = async (served: Served, path: string, accept = "*/*") => {
  const { status, contentType, body } = await get(served, path, accept);
  assert.equal(status, 200, path);
  const boundary = /boundary="?([^";]+)/.exec(contentType)?.[1];
  assert.ok(boundary, contentType);
  const text = body.toString("latin1");
  const parts = `\r\n${text}`.split(`\r\n--${boundary}`);
  assert.match(parts.at(-1) ?? "", /^--/);
  return parts.slice(1, -1).map((part) => {
    const end = part.indexOf("\r\n\r\n");
    return { head: part.slice(0, end), bytes: Buffer.from(part.slice(end + 4), "latin1") };
  });
};

export const stow = async (served: Served, files: readonly Uint8Array[], path = "/studies") => {
  const boundary = "between-the-parts";
  const parts = files.flatMap((file) => [
    Buffer.from(`--${boundary}\r\nContent-Type: application/dicom\r\n\r\n`),
    file,
    Buffer.from("\r\n"),
  ]);
  const response = await fetch(`${served.url}${path}`, {
    method: "POST",
    headers: {
      ...served.headers,
      accept: "application/dicom+json",
      "content-type": `multipart/related; type="application/dicom"; boundary=${boundary}`,
    },
    body: Buffer.concat([...parts, Buffer.from(`--${boundary}--`)]),
  });
  const answer = (await response.json()) as Json;
  const items = (tag: string) => valuesOf(answer, tag) as Json[];
  return {
    status: response.status,
    stored: items("00081199").map((item) => firstValue(item, "00081155")),
    failed: items("00081198").map((item) => ["00081155", "00081197"].map((tag) => firstValue(item, tag))),
  };
};

export const readChanges = async (served: Served, query: string): Promise<ChangePage> => {
  const response = await fetch(`${served.restUrl}/changes?${query}`, { headers: served.headers });
  assert.equal(response.status, 200);
  return (await response.json()) as ChangePage;
};

export const newestChange = async (served: Served): Promise<number> =>
  (await readChanges(served, "last")).Last;

export const changesSince = async (served: Served, since: number) =>
  (await readChanges(served, `since=${since}&limit=1000`)).Changes;
