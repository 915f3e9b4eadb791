import type { SeriesArrival } from "../../domain/job.ts";
import type { Database } from "./database.ts";
import * as sql from "./queries.ts";
import { toJob } from "./rows.ts";

/** Record one arrival inside the caller's transaction; whether it became work. */
export function recordArrival(database: Database, arrival: SeriesArrival, now: number): boolean {
  const { studyUid, seriesUid, instanceCount, isEvent } = arrival;
  if (database.run(sql.INSERT_EXAMINATION, { studyUid, seriesUid, instanceCount, now }) === 1) return true;

  const row = database.first(sql.FIND_EXAMINATION, { seriesUid });
  if (row === null) return false;
  const known = toJob(row);
  const isCountNew = instanceCount !== null && instanceCount !== known.instanceCount;
  if (!isEvent && !isCountNew) return false;
  database.run(sql.NOTE_ARRIVAL, { id: known.id, studyUid, instanceCount });

  switch (known.state) {
    case "queued":
      return false;
    case "running":
      return database.run(sql.NOTE_ARRIVED_AGAIN, { id: known.id }) === 1;
    default:
      return database.run(sql.QUEUE_AFRESH, { id: known.id, now }) === 1;
  }
}
