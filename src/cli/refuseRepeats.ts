import type { Command } from "commander";

/**
 * Of an option that takes one value and is given twice, commander keeps the last in silence. Of all such options of a command
 * and of those below it, a second value ends as a wrong argument does, and both are named.
 */
export const refuseRepeats = (command: Command): void => {
  for (const option of command.options) {
    if (option.variadic || !(option.required || option.optional)) continue;
    let before: string | null = null;
    command.on(`option:${option.name()}`, (value: string | null) => {
      if (before !== null)
        command.error(
          `error: option '${option.flags}' argument '${value ?? ""}' is invalid. It was given before, as '${before}'; give one.`,
          { code: "commander.invalidArgument" },
        );
      before = value ?? "";
    });
  }
  for (const below of command.commands) refuseRepeats(below);
};
