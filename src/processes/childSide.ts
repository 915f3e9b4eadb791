/** The other side of child.ts: what a command does that the service may have started. */
import { toFailure } from "../domain/failure.ts";
import type { Message } from "./child.ts";

/** For last words; what keeps a process longer than that keeps it for nothing. */
const LAST_MS = 1000;

/** Whoever started this process hears it; a person at a terminal has no such ear. */
export const tellParent = (message: Message): void => {
  if (process.connected) process.send?.(message);
};

/**
 * Run a command that the service starts as a child, or a person by hand. A child says why it fails, ends when the service
 * is gone, since a successor may be at work already, and ends when its work does: what a connection, a thread or a session
 * left open would keep alive is a child that does nothing and that nobody replaces.
 */
export const asChild = async (run: () => Promise<void>): Promise<void> => {
  const isChild = process.connected !== undefined;
  const dieAsOrphan = (): never => process.exit(1);
  if (isChild) process.on("disconnect", dieAsOrphan);
  // The service may have died before anybody listened.
  if (process.connected === false) dieAsOrphan();
  try {
    await run();
  } catch (error) {
    const { code, sentence } = toFailure(error);
    tellParent({ kind: "failed", code, sentence } as Message);
    throw error;
  } finally {
    process.off("disconnect", dieAsOrphan);
    if (process.connected) process.disconnect?.();
    if (isChild) setTimeout(() => process.exit(), LAST_MS).unref();
  }
};
