// A worker that a certain series kills: argv file, owner, series UID of the poison.
import { LEASE, result, segmentation } from "../../contract/jobStoreBench.ts";
import { say } from "../support/say.ts";
import { openStore } from "../support/store.ts";

const [file = "", owner = "", poison = ""] = process.argv.slice(2);
const store = openStore(file, 3);
for (;;) {
  const claim = await store.claim(owner, LEASE);
  if (claim === null) break;
  const { seriesUid, studyUid, kind } = claim.job;
  if (kind === "segment" && seriesUid === poison) process.kill(process.pid, "SIGKILL");
  if (kind === "segment") await store.complete(claim, result(seriesUid));
  else
    await store.completeExamination(claim, [{ ...segmentation(0, `key-${seriesUid}`), seriesUid, studyUid }]);
}
say("idle");
await store.close();
