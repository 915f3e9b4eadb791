/** `node claimer.ts <ledger> work --owner <id>`: a worker that claims once when it is told to look, and holds what it has. */
import { openSqliteJobStore } from "../../../src/jobs/sqlite/sqlite.ts";
import { slowly } from "../../support/slowly.ts";

const [, , file = "", , , owner = ""] = process.argv;
const jobs = openSqliteJobStore({ file, clock: { nowMs: () => Date.now() }, maxAttempts: 3 });

process.on("disconnect", () => process.exit(0));
process.on("SIGTERM", () => process.exit(0));
process.on("message", async (message: { readonly kind: string }) => {
  if (message.kind === "look") await jobs.claim(owner, 3_600_000);
});
process.send?.({ kind: "started" });
for (;;) {
  process.send?.({ kind: "looking" });
  await slowly(200);
}
