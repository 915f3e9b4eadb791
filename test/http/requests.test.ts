import assert from "node:assert/strict";
import { once } from "node:events";
import { request } from "node:http";
import { test } from "node:test";
import { getJson, hintSecret, localizer, refuse, seriesOf, startWorld } from "./world.ts";

const wrongQueries = [
  "/api/jobs?limit=1.5",
  "/api/jobs?limit=-1",
  "/api/jobs?limit=0",
  "/api/jobs?limit=",
  "/api/jobs?limit=1e2",
  "/api/jobs?limit=0x10",
  "/api/jobs?limit=%2010",
  "/api/jobs?limit=10%00",
  "/api/jobs?limit=1001",
  `/api/jobs?limit=${"9".repeat(400)}`,
  "/api/jobs?limit=NaN",
  "/api/jobs?limit=Infinity",
  "/api/jobs?limit=1&limit=2",
  "/api/jobs?limit[]=1",
  "/api/jobs?state=",
  "/api/jobs?state=dead%00",
  "/api/jobs?state=dead&state=done",
  "/api/jobs?state=__proto__",
  "/api/jobs?sate=dead",
  "/api/jobs?constructor=1",
  "/api/jobs/1?full=1",
  "/api/jobs/1/picture.png?size=9",
  "/api/jobs/1/seg.dcm?a=1",
  "/api/quality?month=1",
  "/api/studies/1.2.3/measurements?format=xml",
  "/api/studies/1.2.3/measurements?format=csv&format=json",
  "/api/studies/1.2.3/measurements?all=perhaps",
  "/api/studies/1.2.3/measurements?all=1&all=0",
  "/api/studies/1.2.3/measurements?patient=1",
] as const;

test("S7: a query that is wrong, given twice or unknown is 400 with a problem document, at every address", async (t) => {
  const world = await startWorld(t);
  await refuse(world, seriesOf("s", "scout"), localizer);
  for (const address of wrongQueries) {
    const { status, headers, json } = await getJson(world.url + address);
    assert.deepEqual([status, json["code"]], [400, "USAGE"], address);
    assert.match(headers.get("content-type") ?? "", /^application\/problem\+json/, address);
    assert.match(
      String(json["sentence"]),
      /more than once|no such parameter|is (one of|a whole number|1 or 0)/,
    );
  }
  assert.equal((await getJson(`${world.url}/api/jobs?limit=1&state=skipped`)).status, 200);
  assert.deepEqual(world.defects, []);
});

test("S7: an address whose parts are no id, number or UID, or no text at all, is refused and is no defect", async (t) => {
  const world = await startWorld(t);
  const { id } = await refuse(world, seriesOf("s", "scout"), localizer);
  const expected = {
    "/api/jobs/1.5": 404,
    "/api/jobs/%00": 404,
    "/api/jobs/1%00": 404,
    [`/api/jobs/${"9".repeat(5000)}`]: 404,
    [`/api/jobs/${id}/key-image-0.dcm`]: 404,
    [`/api/jobs/${id}/key-image-1.5.dcm`]: 404,
    [`/api/jobs/${id}/__proto__.dcm`]: 404,
    [`/api/jobs/${id}/key-image-%00.dcm`]: 404,
    "/api/jobs/%E0%A4%A": 400,
    "/%zz": 404,
    "/%00": 404,
    "/api/studies/../measurements": 404,
    "/api/studies/%2e%2e%2f/measurements": 400,
    "/api/studies/1.2.3%00/measurements": 400,
    [`/api/studies/${"1".repeat(65)}/measurements`]: 400,
    "/api/studies/.../measurements": 400,
  };
  for (const [address, status] of Object.entries(expected)) {
    const answer = await getJson(world.url + address);
    assert.equal(answer.status, status, address);
    assert.equal(typeof answer.json["code"], "string", address);
  }
  assert.deepEqual(world.defects, []);
});

test("S7: an unknown parameter is named with those that the address knows; pages and probes ignore it", async (t) => {
  const world = await startWorld(t);
  const { json } = await getJson(`${world.url}/api/jobs?sate=dead`);
  assert.equal(
    json["sentence"],
    "sate is no such parameter; did you mean state? This address knows state, limit.",
  );
  const none = await getJson(`${world.url}/api/quality?month=1`);
  assert.equal(none.json["sentence"], "month is no such parameter; this address knows none.");
  const strange = await getJson(`${world.url}/api/jobs?${encodeURIComponent("<b>Doe^Jane")}=1`);
  assert.equal(strange.status, 400);
  assert.ok(!JSON.stringify(strange.json).includes("Doe"));
  for (const address of ["/?utm_source=mail", "/quality?month=1", "/livez?t=1", "/readyz?t=1"])
    assert.equal((await fetch(world.url + address)).status, 200, address);
});

test("S7: a study that is named by no UID is refused before the archive is asked", async (t) => {
  const world = await startWorld(t);
  for (const uid of ["1..2", ".1.2", "1.2.", "1.2..", "1.2 ", "1,2"]) {
    const { status, json } = await getJson(`${world.url}/api/studies/${uid}/measurements`);
    assert.deepEqual([status, json["code"]], [400, "UID_INVALID"], uid);
  }
});

test("S7: a list that is not asked for a whole number of jobs is refused by the store itself", async (t) => {
  const { jobs } = await startWorld(t);
  for (const limit of [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 60])
    await assert.rejects(jobs.list({ limit }), /USAGE/, String(limit));
});

test("S7, D10: a defect is logged under the id that the answer bears, without the words of the error", async (t) => {
  const world = await startWorld(t);
  const job = await refuse(world, seriesOf("s", "scout"), localizer);
  Object.assign(world.jobs, {
    find: async () => {
      throw new Error("Doe^Jane\n    at Doe^Jane (her address)");
    },
  });
  const { status, json } = await getJson(`${world.url}/api/jobs/${job.id}`);
  assert.equal(status, 500);
  const [defect] = world.defects;
  assert.equal(world.defects.length, 1);
  assert.equal(defect?.["id"], json["id"]);
  assert.equal(defect?.["route"], "/api/jobs/:id");
  assert.equal(defect?.["error"], "Error");
  assert.match(String((defect?.["frames"] as string[] | undefined)?.[0]), /requests\.test\.ts/);
  assert.ok(!JSON.stringify([defect, json]).includes("Doe"));
});

/** Send a body with or without saying its length before; the answer's status, and how much was taken. */
const post = async (url: string, bytes: number, headers: Readonly<Record<string, string>>) => {
  const sending = request(`${url}/webhook`, { method: "POST", headers });
  const gone = new Promise<void>((resolve) => sending.once("close", () => resolve()));
  const answered = once(sending, "response").then(([response]) => {
    response.resume();
    return response.statusCode as number;
  });
  answered.catch(() => {});
  let sent = 0;
  const chunk = Buffer.alloc(Math.min(bytes, 65_536));
  sending.once("error", () => {});
  while (sent < bytes && !sending.destroyed) {
    const isFlowing = sending.write(chunk.subarray(0, bytes - sent));
    sent += chunk.length;
    if (!isFlowing)
      await Promise.race([once(sending, "drain").catch(() => {}), gone, answered.catch(() => {})]);
    if (
      await Promise.race([
        answered.then(() => true).catch(() => true),
        new Promise<false>((resolve) => setImmediate(resolve, false)),
      ])
    )
      break;
  }
  sending.end();
  const status = await answered;
  sending.destroy();
  return { status, sent };
};

test("S7: the webhook takes a small body and no large one, whether its length is announced or not", async (t) => {
  const world = await startWorld(t);
  const authorization = `Bearer ${hintSecret}`;
  const large = 20 * 2 ** 20;
  assert.equal((await post(world.url, 65_536, { authorization })).status, 202);
  assert.equal(world.hints.looks, 1);
  const announced = await post(world.url, large, { authorization, "content-length": String(large) });
  assert.equal(announced.status, 413);
  const streamed = await post(world.url, large, { authorization });
  assert.equal(streamed.status, 413);
  assert.ok(announced.sent < large && streamed.sent < large, "twenty megabytes were taken");
  assert.equal(world.hints.looks, 1, "a hint with a body that is too large was taken");
  const stranger = await post(world.url, large, {});
  assert.equal(stranger.status, 401);
  assert.ok(stranger.sent < large);
});
