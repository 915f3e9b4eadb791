// Brings the same events again and again, in an order of its own: argv file, series, times, seed.
import { say } from "../support/say.ts";
import { openStore } from "../support/store.ts";

const [file = "", series, times, seed] = process.argv.slice(2);
const store = openStore(file);
let state = Number(seed);
const random = (): number => {
  state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
  return state;
};
for (let round = 0; round < Number(times); round++) {
  const order = Array.from({ length: Number(series) }, (_, n) => ({ n, at: random() })).toSorted(
    (a, b) => a.at - b.at,
  );
  for (const { n } of order) {
    await store.arrive([{ studyUid: "1.2", seriesUid: `1.2.${n}`, instanceCount: null, isEvent: true }]);
  }
}
say("done");
await store.close();
