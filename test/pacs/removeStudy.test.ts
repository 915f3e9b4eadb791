import assert from "node:assert/strict";
import { test } from "node:test";
import { removeStudy } from "../../src/pacs/removeStudy.ts";
import { makeRest } from "../../src/pacs/rest.ts";
import { startOrthanc } from "../support/orthanc.ts";
import { needsTool } from "../support/shared.ts";
import { bytesOf, isFailure, sopUidsOf } from "./fakeArchive.ts";
import { makeSlices, uidOf } from "./objects.ts";

test("D6: a study is deleted where it holds the named instances alone, and left where there is more in it", {
  skip: needsTool("Orthanc"),
}, async (t) => {
  const orthanc = await startOrthanc(t);
  const slices = makeSlices({ study: "s", series: "e" }, ["0", "1"]);
  const others = makeSlices({ study: "other", series: "e" }, ["0"]);
  await orthanc.stow(bytesOf([...slices, ...others]));
  const rest = makeRest({ restUrl: orthanc.restUrl, headers: orthanc.headers });
  const uids = sopUidsOf(slices);
  await assert.rejects(removeStudy(rest, uidOf("s"), uids.slice(1)), isFailure("STORED_DIFFERS"));
  assert.equal(((await orthanc.rest("/instances")) as unknown[]).length, 3);
  assert.equal(await removeStudy(rest, uidOf("s"), uids), true);
  assert.equal(((await orthanc.rest("/instances")) as unknown[]).length, 1);
  assert.equal(await removeStudy(rest, uidOf("s"), uids), false);
});
