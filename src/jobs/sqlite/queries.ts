import type { JobKind, JobState } from "../../domain/job.ts";

const NEXT_SEQ = "(SELECT coalesce(max(seq), 0) + 1 FROM job)";

/** What a row becomes when it is work anew: last in the queue, with all attempts before it. */
const AFRESH = `
  state = 'queued', seq = ${NEXT_SEQ}, step = '', progress = 0, attempts = 0, failure_json = NULL, result_json = NULL,
  queued_at = $now, not_before = $now, updated_at = $now`;

/** Of a job's row, what became of its result at each destination, as one column. */
const DELIVERIES = `(
  SELECT json_group_array(json_object('destination', destination, 'place', place, 'state', delivery.state,
    'attempts', delivery.attempts, 'countedAttempts', counted_attempts, 'failure', delivery.failure_json,
    'notBeforeMs', delivery.not_before, 'updatedAtMs', delivery.updated_at))
  FROM delivery WHERE job_id = job.id) AS deliveries_json`;

/** Where a job waits that is given back: a result that is computed is not computed again. */
const WAITING =
  "CASE WHEN EXISTS (SELECT 1 FROM delivery WHERE job_id = job.id) THEN 'computed' ELSE 'queued' END";

const NO_LEASE = "lease_owner = NULL, lease_token = NULL, lease_ms = NULL, lease_until = NULL";

export const INSERT_EXAMINATION = `
  INSERT INTO job (seq, kind, key, study_uid, series_uid, state, instance_count, queued_at, not_before, created_at, updated_at)
  VALUES (${NEXT_SEQ}, 'examine', $seriesUid, $studyUid, $seriesUid, 'queued', $instanceCount, $now, $now, $now, $now)
  ON CONFLICT (kind, key) DO NOTHING`;

export const INSERT_SEGMENTATION = `
  INSERT INTO job (seq, kind, key, study_uid, series_uid, state, instance_count, order_json, queued_at, not_before, created_at, updated_at)
  VALUES (${NEXT_SEQ}, 'segment', $key, $studyUid, $seriesUid, 'queued', $instanceCount, $order, $now, $now, $now, $now)
  ON CONFLICT (kind, key) DO NOTHING`;

/** Only the computed are looked through: they are few, and have an index. */
export const END_OUTDATED = `
  UPDATE job SET state = 'skipped', failure_json = $failure, updated_at = $now
  WHERE state = 'computed' AND kind = 'segment' AND series_uid = $seriesUid
    AND json_extract(order_json, '$.part') = $part AND json_extract(order_json, '$.instancesDigest') <> $instancesDigest
    AND NOT EXISTS (SELECT 1 FROM delivery WHERE job_id = job.id AND delivery.state = 'delivered')
  RETURNING id, key`;

export const FIND_EXAMINATION = "SELECT * FROM job WHERE kind = 'examine' AND key = $seriesUid";

/** A series can move to another study. Leaves queued_at alone: it still tells when not_before was set. */
export const NOTE_ARRIVAL = `
  UPDATE job SET study_uid = $studyUid, instance_count = coalesce($instanceCount, instance_count) WHERE id = $id`;

export const NOTE_ARRIVED_AGAIN = "UPDATE job SET arrived_again = 1 WHERE id = $id AND arrived_again = 0";

export const QUEUE_AFRESH = `UPDATE job SET ${AFRESH} WHERE id = $id`;

/** What a person withdrew would only be found in the archive again. */
export const ENDED_WITH = `
  SELECT id FROM job WHERE state IN ('dead', 'skipped') AND json_extract(failure_json, '$.code') = $code
    AND $code <> 'RETRACTED' ORDER BY seq`;

export const ALL_DEAD = "SELECT id FROM job WHERE state = 'dead' ORDER BY seq";

export const SAVE_CURSOR = `
  INSERT INTO cursor (source, value) VALUES ($source, $value) ON CONFLICT (source) DO UPDATE SET value = $value`;

export const READ_CURSOR = "SELECT value FROM cursor WHERE source = $source";

/** A time limit that was set in the future was set before the clock went back: waiting for it could take years. */
const IS_DUE = "(not_before <= $now OR queued_at > $now)";

/** What is computed goes before what is not: bringing it takes seconds, and while a destination is away it is not due. */
export const DUE = `
  SELECT id FROM (SELECT coalesce(
    (SELECT id FROM job WHERE state = 'computed' AND ${IS_DUE} ORDER BY not_before, seq LIMIT 1),
    (SELECT id FROM job WHERE state = 'queued' AND ${IS_DUE} ORDER BY seq LIMIT 1)) AS id) WHERE id IS NOT NULL`;

export const IS_RUNNING = "SELECT id FROM job WHERE state = 'running' LIMIT 1";

export const CLAIM = `
  UPDATE job SET state = 'running', attempts = attempts + 1, progress = 0, arrived_again = 0,
    lease_owner = $owner, lease_token = $token, lease_ms = $leaseMs, lease_until = $now + $leaseMs, updated_at = $now
  WHERE id = (${DUE})
  RETURNING *, ${DELIVERIES}`;

const HELD = "id = $id AND state = 'running' AND lease_token = $token";

export const HEARTBEAT = `
  UPDATE job SET step = $step, progress = $progress, lease_ms = $leaseMs, lease_until = $now + $leaseMs, updated_at = $now
  WHERE ${HELD}`;

export const END_CLAIM = `
  UPDATE job SET state = $state, failure_json = $failure, result_json = coalesce($result, result_json), updated_at = $now, ${NO_LEASE}
  WHERE ${HELD}
  RETURNING *`;

export const KEEP_RESULT = `UPDATE job SET result_json = $result, updated_at = $now WHERE ${HELD}`;

export const START_DELIVERY = `
  INSERT INTO delivery (job_id, destination, place, not_before, updated_at) VALUES ($id, $destination, $place, $now, $now)
  ON CONFLICT (job_id, destination) DO UPDATE SET place = $place`;

export const FORGET_DELIVERY =
  "DELETE FROM delivery WHERE job_id = $id AND destination = $destination AND state <> 'delivered'";

export const FORGET_DELIVERIES = "DELETE FROM delivery WHERE job_id = $id";

export const NOTE_DELIVERY = `
  UPDATE delivery SET state = $state, attempts = $attempts, counted_attempts = $countedAttempts, failure_json = $failure,
    not_before = $notBefore, updated_at = $now
  WHERE job_id = $id AND destination = $destination`;

/** Of a job that ended: nobody brings it any more. */
export const GIVE_UP_DELIVERIES = `
  UPDATE delivery SET state = 'failed', failure_json = $failure, updated_at = $now WHERE job_id = $id AND state = 'waiting'`;

export const AWAIT_DELIVERIES = `
  UPDATE job SET state = 'computed', attempts = attempts - 1, failure_json = NULL, queued_at = $now, updated_at = $now,
    not_before = (SELECT min(not_before) FROM delivery WHERE job_id = $id AND delivery.state = 'waiting'), ${NO_LEASE}
  WHERE ${HELD}`;

/** Every destination that has not got the result is tried at once. */
export const DELIVER_AGAIN = `
  UPDATE delivery SET state = 'waiting', attempts = 0, counted_attempts = 0, failure_json = NULL, not_before = $now, updated_at = $now
  WHERE job_id = $id AND state <> 'delivered'`;

export const QUEUE_COMPUTED = `
  UPDATE job SET state = 'computed', seq = ${NEXT_SEQ}, attempts = 0, failure_json = NULL, queued_at = $now, not_before = $now,
    updated_at = $now
  WHERE id = $id`;

/** The claim that ended here had begun before the series arrived again, so that it may have seen less than there is now. */
export const QUEUE_IF_ARRIVED_AGAIN = `UPDATE job SET ${AFRESH}, arrived_again = 0 WHERE id = $id AND arrived_again = 1`;

export const RETRY_LATER = `
  UPDATE job SET state = ${WAITING}, attempts = attempts - $attemptsBack, failure_json = $failure,
    queued_at = $now, not_before = $notBefore, updated_at = $now, ${NO_LEASE}
  WHERE ${HELD}`;

export const HELD_BY_OWNER =
  "SELECT * FROM job WHERE state = 'running' AND lease_owner = $owner ORDER BY seq";

export const OWNERS = "SELECT lease_owner FROM job WHERE state = 'running'";

export const LEASES_EXPIRED =
  "SELECT * FROM job WHERE state = 'running' AND lease_until <= $now ORDER BY seq";

/** A lease that was given in the future is counted anew from now, for the same length. */
export const RESTART_FUTURE_LEASES = `
  UPDATE job SET lease_until = $now + lease_ms WHERE state = 'running' AND lease_until > $now + lease_ms`;

export const RELEASE = `
  UPDATE job SET state = ${WAITING}, attempts = attempts - $attemptsBack, queued_at = $now, not_before = $now, updated_at = $now, ${NO_LEASE}
  WHERE ${HELD}`;

/** The result stays: it tells what was stored. */
export const RETRACT = `
  UPDATE job SET state = 'skipped', failure_json = $failure, updated_at = $now
  WHERE id = $id AND kind = 'segment' AND state IN ('done', 'skipped') AND result_json IS NOT NULL`;

export const FIND = `SELECT *, ${DELIVERIES} FROM job WHERE id = $id`;

export const COUNT = "SELECT kind, state, count(*) AS jobs FROM job GROUP BY kind, state";

type Filter = { readonly state?: JobState; readonly kind?: JobKind };

/**
 * Newest first; only the filters given become conditions, so that each form can walk an index. The kind alone has none that
 * is in the queue's order; the plus keeps SQLite from sorting what it found by another.
 */
const select = ({ kind, state }: Filter, ...more: readonly string[]): string => {
  const conditions = [
    ...(kind === undefined ? [] : [`${state === undefined ? "+" : ""}kind = $kind`]),
    ...(state === undefined ? [] : ["state = $state"]),
    ...more,
  ];
  const where = conditions.length === 0 ? "" : `WHERE ${conditions.join(" AND ")}`;
  return `SELECT *, ${DELIVERIES} FROM job ${where} ORDER BY seq DESC LIMIT $limit`;
};

export const listQuery = (filter: Filter): string => select(filter);

/** What comes after a place in the queue. */
export const pageQuery = (filter: Filter): string => select(filter, "seq < $before");
