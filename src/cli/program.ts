/** The command line: what all commands share, and how a run ends. */
import { Command, CommanderError } from "commander";
import { RESEARCH_NOTICE } from "../domain/result.ts";
import { software } from "../settings/software.ts";
import { addCommands, runCommand } from "./commands.ts";
import { endQuietlyWithReader, printFailure, red, yellow } from "./output.ts";

const program = new Command("panseg")
  .description(
    `Segment the pancreas on CT and MRI and store SEG and SR beside the images.\n${RESEARCH_NOTICE}`,
  )
  .version(software.version)
  .option("-c, --config <file>", "settings file, YAML or JSON (environment: PANSEG_CONFIG)")
  .option("--verbose", "show where an unexpected error happened")
  .showHelpAfterError("(panseg --help shows the commands)")
  .exitOverride()
  .configureOutput({
    outputError: (text, write) => {
      const [sentence = "", ...hints] = text.trim().split("\n");
      write(
        [`${red("✗")} ${sentence.replace(/^error: /, "")} ${yellow("[USAGE]")}`, ...hints, ""].join("\n"),
      );
    },
  })
  .addHelpText(
    "after",
    `
Examples:
  panseg demo
  panseg model import ./Task109_Pancreas --modality CT
  panseg segment -i ./series -o ./out
  panseg convert -i ./study -o ./volumes
  panseg serve --config config/example.yaml
  panseg report 1.2.840.1 --config config/example.yaml

Exit codes: 0 ok, 1 failed, 2 usage or settings, 3 not eligible, 4 archive, 5 model, 130 interrupted.`,
  );

addCommands(program);
endQuietlyWithReader();

try {
  await runCommand(program, process.argv.slice(2));
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else process.exitCode = printFailure(error, { verbose: program.opts()["verbose"] === true });
}
