import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import { software } from "../compose.ts";
import { makeCast } from "../demo/cast.ts";
import { keepCast, openKeepFolder } from "../demo/keepCast.ts";
import { importDemoModels } from "../demo/models.ts";
import { type DemoEvent, runDemo } from "../demo/runDemo.ts";
import { setStage } from "../demo/stage.ts";
import { makeTemporaryFolder } from "../disk/temporaryFolder.ts";
import { PHANTOM_NOTICE, RESEARCH_NOTICE } from "../domain/result.ts";
import { makeLog } from "../processes/log.ts";
import { wholeNumber } from "./arguments.ts";
import { interruptSignal } from "./context.ts";
import { demoExitCode, summary, verdictLine } from "./demoTable.ts";
import { bold, note, print, printJson } from "./output.ts";
import { outputFolder } from "./paths.ts";
import { makeProgressLine, type ProgressLine } from "./progress.ts";

type DemoCommandOptions = {
  readonly orthanc?: boolean;
  readonly once?: boolean;
  readonly studies: number;
  readonly seed: number;
  readonly keep?: string;
  readonly json?: boolean;
};

export const describeDemo = (command: Command): void => {
  command
    .option("--orthanc", "store in Debian's Orthanc instead of the small archive")
    .option("--once", "end after the table; exit code 1 where something is not as expected")
    .option("--studies <n>", "how many studies to send", wholeNumber({ least: 1, most: 1_000_000 }), 3)
    .option(
      "--seed <n>",
      "first seed of the synthetic patients",
      wholeNumber({ least: 0, most: 1_000_000 }),
      19,
    )
    .option(
      "--keep <folder>",
      "write the series there too: DICOM, and image and true label as NIfTI",
      outputFolder,
    )
    .option("--json", "print one JSON object instead of the table")
    .addHelpText("after", "\nExample:\n  panseg demo --once --studies 3")
    .action(async (options: DemoCommandOptions) => {
      const { studies, seed: firstSeed } = options;
      if (options.keep !== undefined) openKeepFolder(options.keep);
      const log = makeLog(command.optsWithGlobals()["verbose"] === true ? "info" : "silent");
      const { path: folder, remove: removeFolder } = makeTemporaryFolder();
      process.once("exit", removeFolder);
      const signal = interruptSignal();
      // A log of a run wants what became of each series, not a line at every tenth.
      const line = makeProgressLine(options.json === true || !process.stderr.isTTY);
      const startedMs = performance.now();
      note(`${bold("panseg demo")} · synthetic patients, ${PHANTOM_NOTICE}S · ${RESEARCH_NOTICE}`);
      await importDemoModels(join(folder, "models"), software.version, (share) =>
        line.update("importing the models", share),
      );
      const cast = makeCast(studies, firstSeed, (name, share) => line.update(`synthesising ${name}`, share));
      if (options.keep !== undefined) keepCast(cast, options.keep);
      const stage = await setStage(
        folder,
        {
          orthanc: options.orthanc === true,
          logLevel: command.optsWithGlobals()["verbose"] === true ? "info" : "error",
        },
        fileURLToPath(new URL("./main.ts", import.meta.url)),
        log,
      );
      try {
        const page = `http://127.0.0.1:${stage.service.port}/`;
        line.end();
        note(`  archive: ${stage.archiveName} · page: ${page}`);
        const onEvent = (event: DemoEvent): void => showEvent(event, line);
        const verdicts = await runDemo(stage, cast, { signal, onEvent }, log);
        line.end();
        const seconds = (performance.now() - startedMs) / 1000;
        if (options.json) printJson({ notice: RESEARCH_NOTICE, page, seconds, verdicts });
        else print(summary(verdicts, seconds));
        process.exitCode = demoExitCode(verdicts);
        if (options.once !== true) await keepRunning(page, signal);
      } catch (error) {
        if (!signal.aborted) throw error;
        process.exitCode = 130;
      } finally {
        line.end();
        await stage.stop();
        removeFolder();
      }
    });
};

const keepRunning = async (page: string, signal: AbortSignal): Promise<void> => {
  note(`\nLook: ${bold(page)} (Ctrl-C ends the demo)`);
  if (!signal.aborted) await once(signal, "abort");
};

const showEvent = (event: DemoEvent, line: ProgressLine): void => {
  if (event.kind === "judged") {
    line.end();
    note(verdictLine(event.verdict));
  } else line.update(`${event.name}: ${event.kind === "sent" ? "sending" : event.step}`, event.share);
};
