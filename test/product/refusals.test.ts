import assert from "node:assert/strict";
import { test } from "node:test";
import type { ProxyAnswer } from "../support/proxy.ts";
import { seriesOf } from "./arrivals.ts";
import { heldBy, simulate } from "./simulation.ts";
import { phantomSeries } from "./world.ts";

const segClass = "1.2.840.10008.5.1.4.1.1.66.4";

const isStore = (method: string, path: string, body: Buffer): boolean =>
  method === "POST" && path.endsWith("/studies") && fileMetaOf(body).includes(segClass);

/** The beginning of the one part, where its own class stands and none that it refers to. */
const fileMetaOf = (body: Buffer): string => body.subarray(0, 800).toString("latin1");

/** An answer that names the SEG of this request and says why it was not stored. */
const refusal = (status: number, reason: number | null, body: Buffer): ProxyAnswer => {
  // Media Storage SOP Instance UID, in the file meta information of the part.
  const uid = /2\.25\.\d+/.exec(fileMetaOf(body))?.[0];
  const item = {
    "00081150": { vr: "UI", Value: [segClass] },
    "00081155": { vr: "UI", Value: [uid] },
    "00081197": { vr: "US", Value: [reason] },
  };
  return {
    status,
    headers: { "content-type": "application/dicom+json" },
    body: Buffer.from(reason === null ? "" : JSON.stringify({ "00081198": { vr: "SQ", Value: [item] } })),
  };
};

test("D3: 415 once, and once 0110 for a database that was locked: the SEG is stored in the end, and the job done only then", async (t) => {
  const answers: (readonly [number, number | null])[] = [
    [415, null],
    [409, 0x0110],
  ];
  const service = await simulate(t, () => ({
    before: async (method, path, body) => {
      const answer = isStore(method, path, body) ? answers.shift() : undefined;
      return answer === undefined || refusal(...answer, body);
    },
  }));
  const files = phantomSeries(19);
  await service.stow(files);
  await service.jobs.arrive([seriesOf(files)]);
  const ended = await service.untilDone();
  assert.deepEqual(answers, []);
  const segmentation = ended.find(({ kind }) => kind === "segment");
  assert.deepEqual([segmentation?.state, segmentation?.failure], ["done", null]);
  assert.deepEqual(
    segmentation?.result?.warnings.filter(({ code }) => code === "OUTPUT_REFUSED"),
    [],
  );
  const { SEG, SR } = await heldBy(service.archive);
  assert.ok(SEG === 1 && (SR ?? 0) > 0);
});

test("D3: an archive that takes no SEG, asked again and again, has no result: the job is dead and says why", async (t) => {
  let refused = 0;
  const service = await simulate(t, () => ({
    before: async (method, path, body) => {
      if (!isStore(method, path, body)) return true;
      refused++;
      return refusal(415, null, body);
    },
  }));
  const files = phantomSeries(19);
  await service.stow(files);
  await service.jobs.arrive([seriesOf(files)]);
  const ended = await service.untilDone();
  const segmentation = ended.find(({ kind }) => kind === "segment");
  assert.deepEqual([segmentation?.state, segmentation?.failure?.code], ["dead", "STORE_REJECTED"]);
  assert.equal(refused, 2);
});
