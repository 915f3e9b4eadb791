import type { Failure } from "./failure.ts";

/** Whether one destination has a result: a fact of its own beside that the result was computed. */
export type Delivery = {
  readonly destination: string;
  /** `delivered`: all that it wants was read back from it. `failed`: it is not tried again without a person. */
  readonly state: "waiting" | "delivered" | "failed";
  /** Tries that failed so far. */
  readonly attempts: number;
  /** Those of them that say something about the result, as the absence of a destination does not. */
  readonly countedAttempts: number;
  /** Why the last try failed; null after one that did not. */
  readonly failure: Failure | null;
  /** When the next try is due. */
  readonly notBeforeMs: number;
  readonly updatedAtMs: number;
};

export const isWaiting = ({ state }: Pick<Delivery, "state">): boolean => state === "waiting";

/** A moment that was set in the future was set before the clock went back: waiting for it could take years. */
export const isDue = (delivery: Delivery, nowMs: number): boolean =>
  isWaiting(delivery) && (delivery.notBeforeMs <= nowMs || delivery.updatedAtMs > nowMs);

/** Hours and minutes, where the words are read. */
const sayTime = (epochMs: number): string => {
  const moment = new Date(epochMs);
  return [moment.getHours(), moment.getMinutes()].map((value) => String(value).padStart(2, "0")).join(":");
};

/** "delivered to archive", "waiting for reading-room (next try 10:31)", "not delivered to backup". */
export const sayDelivery = ({ destination, state, failure, notBeforeMs }: Delivery): string => {
  if (state === "delivered") return `delivered to ${destination}`;
  if (state === "failed") return `not delivered to ${destination}`;
  return `waiting for ${destination}${failure === null ? "" : ` (next try ${sayTime(notBeforeMs)})`}`;
};
