// One series from arrival to result, killed just after the verb with this number was acknowledged: argv file, number.
import { LEASE, result, segmentation } from "../../contract/jobStoreBench.ts";
import { say } from "../support/say.ts";
import { openStore } from "../support/store.ts";

const [file = "", last = ""] = process.argv.slice(2);
const store = openStore(file);
let verbs = 0;
const acknowledged = async <T>(verb: string, call: Promise<T>): Promise<T> => {
  const value = await call;
  say(verb);
  if (++verbs === Number(last)) process.kill(process.pid, "SIGKILL");
  return value;
};
const seen = { studyUid: "1.2", seriesUid: "1.2.1", instanceCount: 20, isEvent: false };
await acknowledged("arrive", store.arrive([seen], { source: "orthanc", value: "7" }));
const examination = await acknowledged("claim", store.claim("steps", LEASE));
if (examination === null) throw new Error("nothing to examine");
await acknowledged("heartbeat", store.heartbeat(examination, "examine", 0.5, LEASE));
const order = { ...segmentation(0, "key-1.2.1"), seriesUid: "1.2.1", studyUid: "1.2" };
await acknowledged("completeExamination", store.completeExamination(examination, [order]));
const job = await acknowledged("claim", store.claim("steps", LEASE));
if (job === null) throw new Error("nothing to segment");
await acknowledged("heartbeat", store.heartbeat(job, "store", 0.5, LEASE));
await acknowledged("complete", store.complete(job, result("1.2.1")));
await store.close();
say("finished");
