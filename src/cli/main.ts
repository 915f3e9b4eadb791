#!/usr/bin/env node
import { Command, CommanderError } from "commander";
import { software } from "../compose.ts";
import { RESEARCH_NOTICE } from "../domain/result.ts";
import { addAuditQualityCommand } from "./auditQuality.ts";
import { addConfigCommand } from "./config.ts";
import { addConvertCommand } from "./convert.ts";
import { addDemoCommand } from "./demo.ts";
import { addDemoEvaluateCommand } from "./demoEvaluate.ts";
import { addDoctorCommand } from "./doctor.ts";
import { addEvaluateCommand } from "./evaluate.ts";
import { addExplainCommand } from "./explain.ts";
import { addJobsCommand } from "./jobs.ts";
import { addModelCommand } from "./model.ts";
import { printFailure } from "./output.ts";
import { addPredictCommand } from "./predict.ts";
import { addReadersCommand } from "./readers.ts";
import { addReportCommand } from "./report.ts";
import { addRetractCommand } from "./retract.ts";
import { addSegmentCommand } from "./segment.ts";
import { addServeCommand } from "./serve.ts";
import { addWorkCommand } from "./work.ts";

const program = new Command("panseg")
  .description(
    `Segment the pancreas on CT and MRI and store SEG and SR beside the images.\n${RESEARCH_NOTICE}`,
  )
  .version(software.version)
  .option("-c, --config <file>", "settings file, YAML or JSON (environment: PANSEG_CONFIG)")
  .option("--verbose", "show where an unexpected error happened")
  .showHelpAfterError("(panseg --help shows the commands)")
  .exitOverride()
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

for (const add of [
  addDemoCommand,
  addServeCommand,
  addSegmentCommand,
  addPredictCommand,
  addExplainCommand,
  addConvertCommand,
  addModelCommand,
  addEvaluateCommand,
  addReadersCommand,
  addDemoEvaluateCommand,
  addReportCommand,
  addAuditQualityCommand,
  addRetractCommand,
  addJobsCommand,
  addDoctorCommand,
  addConfigCommand,
  addWorkCommand,
])
  add(program);

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else process.exitCode = printFailure(error, { verbose: program.opts()["verbose"] === true });
}
