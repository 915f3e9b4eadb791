import type { Delivery } from "../../domain/delivery.ts";
import type { Failure } from "../../domain/failure.ts";
import type { Job, JobKind, JobState, SegmentOrder } from "../../domain/job.ts";
import type { ResultSummary } from "../../domain/result.ts";
import type { Row } from "./database.ts";

/** A row of table `job` as the world knows it; the table's own checks vouch for kinds, states and JSON. */
export const toJob = (row: Row): Job => ({
  id: Number(row["id"]),
  kind: row["kind"] as JobKind,
  key: String(row["key"]),
  studyUid: String(row["study_uid"]),
  seriesUid: String(row["series_uid"]),
  state: row["state"] as JobState,
  step: String(row["step"]),
  progress: Number(row["progress"]),
  attempts: Number(row["attempts"]),
  order: fromJson<SegmentOrder>(row["order_json"]),
  instanceCount: row["instance_count"] === null ? null : Number(row["instance_count"]),
  failure: fromJson<Failure>(row["failure_json"]),
  result: fromJson<ResultSummary>(row["result_json"]),
  deliveries: toDeliveries(row["deliveries_json"]),
  createdAtMs: Number(row["created_at"]),
  updatedAtMs: Number(row["updated_at"]),
  notBeforeMs: Number(row["not_before"]),
});

type DeliveryRow = Omit<Delivery, "failure"> & { readonly place: number; readonly failure: string | null };

/** Of a row that was read without them, there are none. */
const toDeliveries = (text: unknown): readonly Delivery[] =>
  (fromJson<readonly DeliveryRow[]>(text) ?? [])
    .toSorted((a, b) => a.place - b.place)
    .map(({ place: _, failure, ...delivery }) => ({ ...delivery, failure: fromJson<Failure>(failure) }));

export const toJson = (value: Failure | ResultSummary | SegmentOrder | null | undefined): string | null =>
  value === null || value === undefined ? null : JSON.stringify(value);

const fromJson = <T>(text: unknown): T | null => (typeof text === "string" ? (JSON.parse(text) as T) : null);
