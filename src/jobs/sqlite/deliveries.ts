import type { Delivery } from "../../domain/delivery.ts";
import type { Claim, Job } from "../../domain/job.ts";
import type { ResultSummary } from "../../domain/result.ts";
import { writeHeld } from "./claims.ts";
import type { Database } from "./database.ts";
import * as sql from "./queries.ts";
import { toJob, toJson } from "./rows.ts";

const deliveriesOf = (database: Database, id: number): readonly Delivery[] => {
  const row = database.first(sql.FIND, { id });
  return row === null ? [] : toJob(row).deliveries;
};

/** Inside the caller's transaction. Throws LEASE_LOST. */
export function startDeliveries(
  database: Database,
  claim: Claim,
  result: ResultSummary,
  destinations: readonly string[],
  now: number,
): readonly Delivery[] {
  const { id } = claim.job;
  writeHeld(database, claim, sql.KEEP_RESULT, { result: toJson(result), now });
  for (const { destination } of deliveriesOf(database, id))
    if (!destinations.includes(destination)) database.run(sql.FORGET_DELIVERY, { id, destination });
  for (const [place, destination] of destinations.entries())
    database.run(sql.START_DELIVERY, { id, destination, place, now });
  return deliveriesOf(database, id);
}

/** Inside the caller's transaction. Throws LEASE_LOST. */
export function noteDelivery(
  database: Database,
  claim: Claim,
  { destination, state, attempts, countedAttempts, failure, notBeforeMs }: Omit<Delivery, "updatedAtMs">,
  result: ResultSummary,
  now: number,
): void {
  writeHeld(database, claim, sql.KEEP_RESULT, { result: toJson(result), now });
  database.run(sql.NOTE_DELIVERY, {
    id: claim.job.id,
    destination,
    state,
    attempts,
    countedAttempts,
    failure: toJson(failure),
    notBefore: Math.ceil(notBeforeMs),
    now,
  });
}

/**
 * Make a job work again, inside the caller's transaction: what is computed and not everywhere is brought and not computed
 * again, the rest begins anew.
 */
export function queueAgain(database: Database, { id, state, deliveries }: Job, now: number): void {
  const isUndelivered = deliveries.some((delivery) => delivery.state !== "delivered");
  if (state === "computed" || (state === "dead" && isUndelivered)) {
    database.run(sql.DELIVER_AGAIN, { id, now });
    database.run(sql.QUEUE_COMPUTED, { id, now });
  } else {
    database.run(sql.FORGET_DELIVERIES, { id });
    database.run(sql.QUEUE_AFRESH, { id, now });
  }
}
