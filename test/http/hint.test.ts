import assert from "node:assert/strict";
import { test } from "node:test";
import { hintSecret, startWorld } from "./world.ts";

const post = (url: string, headers: Readonly<Record<string, string>>, path = "/webhook") =>
  fetch(`${url}${path}`, { method: "POST", headers, body: "1.2.840.1" });

test("WEB-14: a hint that bears the secret makes the service look, whatever else it says", async (t) => {
  const world = await startWorld(t);
  const response = await post(world.url, { authorization: `Bearer ${hintSecret}` });
  assert.equal(response.status, 202);
  assert.equal(await response.text(), "");
  assert.equal(world.hints.looks, 1);
});

test("WEB-14: a hint without the secret, or to another address, is refused and changes nothing", async (t) => {
  const world = await startWorld(t);
  for (const headers of [
    {},
    { authorization: "Bearer wrong" },
    { authorization: `Basic ${hintSecret}` },
    { authorization: "Bearer " },
  ] as Readonly<Record<string, string>>[])
    assert.equal((await post(world.url, headers)).status, 401);
  assert.equal((await post(world.url, { authorization: `Bearer ${hintSecret}` }, "/")).status, 405);
  assert.equal(world.hints.looks, 0);
});
