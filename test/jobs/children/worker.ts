// Works until nothing is due, and says what it completed: argv file, owner, milliseconds per job, sign to begin. With a
// sign it waits for a second one, "<sign>.on", while it holds its first job: else one process may do all before another wakes.
import { LEASE, result, segmentation } from "../../contract/jobStoreBench.ts";
import { slowly } from "../../support/slowly.ts";
import { awaitSign } from "../support/awaitSign.ts";
import { say } from "../support/say.ts";
import { openStore } from "../support/store.ts";

const [file = "", owner = "", pause = "0", sign] = process.argv.slice(2);
awaitSign(sign);
const store = openStore(file);
say("ready");
for (let first = true; ; first = false) {
  const claim = await store.claim(owner, LEASE);
  if (claim === null) break;
  const { seriesUid, studyUid, kind, id } = claim.job;
  say("claimed", id);
  if (first && sign !== undefined) awaitSign(`${sign}.on`);
  if (pause !== "0") await slowly(Number(pause));
  if (kind === "segment") await store.complete(claim, result(seriesUid));
  else
    await store.completeExamination(claim, [{ ...segmentation(0, `key-${seriesUid}`), seriesUid, studyUid }]);
  say("completed", id);
}
await store.close();
