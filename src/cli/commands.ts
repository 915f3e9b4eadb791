import type { Command } from "commander";
import { refuseRepeats } from "./refuseRepeats.ts";

type Entry = {
  readonly name: string;
  readonly description: string;
  readonly hidden?: true;
  /** Gives the command its options and its action. */
  readonly describe: () => Promise<(command: Command) => void>;
};

/** Every command, in the order of the help; a command's file, and all that it needs, is imported when it is called. */
const commands: readonly Entry[] = [
  {
    name: "demo",
    description: "show the whole chain on synthetic patients: archive, service, refusals, results and a page",
    describe: async () => (await import("./demo.ts")).describeDemo,
  },
  {
    name: "serve",
    description: "watch the archive, segment what fits and store the results, until stopped",
    describe: async () => (await import("./serve.ts")).describeServe,
  },
  {
    name: "segment",
    description:
      "segment one series or volume and write mask.nii.gz, seg.dcm, sr.dcm, overview.png and result.json",
    describe: async () => (await import("./segment.ts")).describeSegment,
  },
  {
    name: "predict",
    description:
      "segment every case of a folder: <case>_0000.nii.gz becomes <case>.nii.gz, each series of DICOM studies a folder; goes on where it was stopped",
    describe: async () => (await import("./predict.ts")).describePredict,
  },
  {
    name: "explain",
    description:
      "say of every series of a folder, zip or study what would become of it, and why; nothing is run",
    describe: async () => (await import("./explain.ts")).describeExplain,
  },
  {
    name: "convert",
    description: "write every volume of every series as NIfTI, and report.json with what became of each",
    describe: async () => (await import("./convert.ts")).describeConvert,
  },
  {
    name: "model",
    description: "import, list and verify models",
    describe: async () => (await import("./model.ts")).describeModel,
  },
  {
    name: "evaluate",
    description: "compare masks with their references: cases.csv, summary.json and report.html with plots",
    describe: async () => (await import("./evaluate.ts")).describeEvaluate,
  },
  {
    name: "readers",
    description: "agreement of several readers and of their repeats: matrices of Dice and Cohen's kappa",
    describe: async () => (await import("./readers.ts")).describeReaders,
  },
  {
    name: "demo-evaluate",
    description: "a synthetic cohort of three centres, segmented and evaluated as the publication does",
    describe: async () => (await import("./demoEvaluate.ts")).describeDemoEvaluate,
  },
  {
    name: "report",
    description: "the volumes that the archive's structured reports of a study state, whoever wrote them",
    describe: async () => (await import("./report.ts")).describeReport,
  },
  {
    name: "audit-quality",
    description: "compare our segmentations with what people corrected of them, by month and scanner",
    describe: async () => (await import("./auditQuality.ts")).describeAuditQuality,
  },
  {
    name: "retract",
    description: "withdraw a stored result: a rejection note tells archives and readers not to use it",
    describe: async () => (await import("./retract.ts")).describeRetract,
  },
  {
    name: "jobs",
    description: "see and retry jobs",
    describe: async () => (await import("./jobs.ts")).describeJobs,
  },
  {
    name: "doctor",
    description: "check the program, models, execution provider, disk and archive",
    describe: async () => (await import("./doctor.ts")).describeDoctor,
  },
  {
    name: "config",
    description: "check or show the settings",
    describe: async () => (await import("./config.ts")).describeConfig,
  },
  {
    name: "work",
    hidden: true,
    description: "run jobs for a service that started this process",
    describe: async () => (await import("./work.ts")).describeWork,
  },
];

/** Gives the program its commands, by name alone. */
export const addCommands = (program: Command): void => {
  for (const { name, description, hidden = false } of commands)
    program.command(name, { hidden }).description(description);
  // Commander's own knows neither a command that was not imported nor one below another.
  program
    .helpCommand(false)
    .command("help [command...]")
    .description("display help for a command")
    .action(async (words: readonly string[]) => {
      const isKnown = words.length === 0 || commands.some(({ name }) => name === words[0]);
      await runCommand(program, isKnown ? [...words, "--help"] : words.slice(0, 1));
    });
};

/** Reads the words and runs the command that they call, once it has its options. */
export const runCommand = async (program: Command, words: readonly string[]): Promise<void> => {
  const [called] = program.parseOptions([...words]).operands;
  const entry = commands.find(({ name }) => name === called);
  const command = program.commands.find((each) => each.name() === called);
  // Not in a hook: commander settles the defaults of options such as --no-mirror before it calls any.
  if (entry !== undefined && command !== undefined) (await entry.describe())(command);
  refuseRepeats(program);
  await program.parseAsync([...words], { from: "user" });
};
