// Claims one job with a short lease, and tries to complete it on its return from a freeze: argv file.
import { once } from "node:events";
import { toFailure } from "../../../src/domain/failure.ts";
import { result } from "../../contract/jobStoreBench.ts";
import { inTime } from "../../support/eventually.ts";
import { say } from "../support/say.ts";
import { openStore } from "../support/store.ts";

const store = openStore(process.argv[2] ?? "");
const claim = await store.claim("partitioned", 200);
if (claim === null) throw new Error("nothing is due");
const thawed = once(process, "SIGCONT");
say("claimed", claim.job.id);
// A signal listener alone does not keep a process alive; nor does a frozen one notice the time.
await inTime("this process is thawed", thawed);
for (const write of [
  () => store.heartbeat(claim, "late", 1, 200),
  () => store.complete(claim, result("late")),
]) {
  say(
    "answer",
    await write().then(
      () => "ok",
      (error) => toFailure(error).code,
    ),
  );
}
await store.close();
