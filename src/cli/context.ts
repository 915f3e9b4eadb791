import { readFileSync } from "node:fs";
import type { Command } from "commander";
import { failed } from "../domain/failure.ts";
import { readSettings, type Settings } from "../settings.ts";

/** The settings file named by --config or PANSEG_CONFIG, or null. */
export const settingsFile = (command: Command): string | null =>
  (command.optsWithGlobals()["config"] as string | undefined) ?? process.env["PANSEG_CONFIG"] ?? null;

export const settingsFor = (command: Command): Settings => readSettings(settingsFile(command), process.env);

/** A signal for Ctrl-C and SIGTERM; a second one ends the process at once. */
export const stopSignal = (): AbortSignal => {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort();
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  return controller.signal;
};

/** An option's value, if it is one of these words. Throws USAGE. */
export const oneOf = <const T extends string>(value: string, allowed: readonly T[], option: string): T => {
  const found = allowed.find((word) => word === value);
  if (found === undefined) throw failed("USAGE", `${option} is one of ${allowed.join(", ")}.`);
  return found;
};

/** An option's value as a finite number of at least `least`, whole where asked for. Throws USAGE. */
export const numberOf = (
  text: string,
  option: string,
  { least, isWhole = false }: { readonly least: number; readonly isWhole?: boolean },
): number => {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (Number.isFinite(value) && value >= least && (!isWhole || Number.isSafeInteger(value))) return value;
  throw failed("USAGE", `${option} is a ${isWhole ? "whole " : ""}number of at least ${least}.`);
};

/** The text of a file that an option names. Throws USAGE where it cannot be read. */
export const textOfFile = (path: string, option: string): string => {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const reason = error instanceof Error && "code" in error ? String(error.code) : "unreadable";
    throw failed("USAGE", `${option}: ${path} cannot be read (${reason}).`, {}, error);
  }
};
