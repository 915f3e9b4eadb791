import { readFileSync } from "node:fs";
import type { Command } from "commander";
import { type FailureError, failed } from "../domain/failure.ts";
import { readSettings } from "../settings/readSettings.ts";
import type { Settings } from "../settings/settingsSchema.ts";

/** The settings file named by --config or PANSEG_CONFIG, or null. */
export const settingsFile = (command: Command): string | null =>
  (command.optsWithGlobals()["config"] as string | undefined) ?? process.env["PANSEG_CONFIG"] ?? null;

export const settingsFor = (command: Command): Settings => readSettings(settingsFile(command), process.env);

/**
 * A signal for Ctrl-C and SIGTERM; a second one ends the process at once. What is stopped by it ends with `reason`: a
 * command that a person called, with INTERRUPTED; the service and its worker say STOPPING of their own.
 */
export const stopSignal = (reason?: FailureError): AbortSignal => {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort(reason);
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  return controller.signal;
};

/** `stopSignal` for a command that a person called. */
export const interruptSignal = (): AbortSignal =>
  stopSignal(failed("INTERRUPTED", "Stopped before the end, as asked."));

/** The bytes of a file that an option names. Throws USAGE where it cannot be read. */
export const bytesOfFile = (path: string, option: string): Uint8Array => {
  try {
    return readFileSync(path);
  } catch (error) {
    const reason = error instanceof Error && "code" in error ? String(error.code) : "unreadable";
    throw failed("USAGE", `${option}: ${path} cannot be read (${reason}).`, {}, error);
  }
};
