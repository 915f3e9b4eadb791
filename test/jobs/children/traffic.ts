// Takes series in, works on them and spools results for ever; says what was acknowledged: argv folder, name.
import { openSpool } from "../../../src/jobs/files/spool.ts";
import { spooledOf } from "../../contract/jobStoreBench.ts";
import { say } from "../support/say.ts";
import { openStore, workOnce } from "../support/store.ts";

const [folder = "", name = ""] = process.argv.slice(2);
const store = openStore(`${folder}/jobs.db`);
const spool = openSpool(`${folder}/spool`);
say("ready");
for (let n = 0; ; n++) {
  const seriesUid = `1.2.${name}.${n}`;
  const seen = { studyUid: "1.2", seriesUid, instanceCount: 20, isEvent: true };
  await store.arrive([seen], { source: "orthanc", value: seriesUid });
  say("arrived", seriesUid);
  for (let i = 0; i < 2; i++) {
    const completed = await workOnce(store, name);
    if (completed) say("completed", completed);
  }
  spool.keep(seriesUid, spooledOf(seriesUid, { seg: Buffer.from(`SEG of ${seriesUid}`) }));
  say("kept", seriesUid);
}
