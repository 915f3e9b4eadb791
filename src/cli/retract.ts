import type { Command } from "commander";
import { clock, composeDestinations, composePacs, software } from "../compose.ts";
import { buildRejection } from "../dicom/write/buildRejection.ts";
import { failed, makeFailure } from "../domain/failure.ts";
import type { ObjectRef } from "../domain/history.ts";
import type { Job } from "../domain/job.ts";
import type { Destination } from "../ports/results.ts";
import { makeLog } from "../processes/log.ts";
import type { Settings } from "../settings/settingsSchema.ts";
import { choice, jobNumber } from "./arguments.ts";
import { settingsFor } from "./context.ts";
import { openLedger } from "./ledger.ts";
import { print, printJson } from "./output.ts";

type RetractOptions = {
  readonly reason: "quality" | "safety";
  readonly dryRun?: boolean;
  readonly json?: boolean;
};

export const describeRetract = (command: Command): void => {
  command
    .argument("<job>", "number of the job", jobNumber)
    .option("--reason <reason>", "quality or safety", choice(["quality", "safety"]), "quality")
    .option("--dry-run", "say what would be withdrawn, store nothing")
    .option("--json", "print one JSON object")
    .addHelpText(
      "after",
      "\nThe objects themselves stay: deleting them is the archive's business (IHE Imaging Object Change Management).\n\nExample:\n  panseg retract 42 --reason quality",
    )
    .action(async (id: number, options: RetractOptions, command: Command) => {
      const settings = settingsFor(command);
      const { reason } = options;
      const jobs = openLedger(settings);
      try {
        const job = await jobs.find(id);
        if (job === null) throw failed("JOB_NOT_FOUND", `There is no job ${id}.`);
        const objects = objectsOf(job);
        if (objects.length === 0)
          throw failed("NOT_RETRACTABLE", `Job ${id} has no result that could be withdrawn.`);
        const told = options.dryRun ? [] : await rejectEverywhere(job, objects, reason, settings);
        if (!options.dryRun)
          await jobs.retract(
            job.id,
            makeFailure("RETRACTED", `The result was withdrawn for ${reason}.`, { reason }),
          );
        report(job, objects, told, options);
      } finally {
        await jobs.close();
      }
    });
};

/** The report first, then what it is about. */
const objectsOf = ({ result, studyUid, state }: Job): readonly ObjectRef[] => {
  if (result === null || (state !== "done" && state !== "skipped")) return [];
  const reportFirst = result.objects.toSorted((a, b) => Number(b.kind === "sr") - Number(a.kind === "sr"));
  return reportFirst.map(({ object: { seriesUid, sopClassUid, sopInstanceUid } }) => ({
    studyUid,
    seriesUid,
    sopClassUid,
    sopInstanceUid,
  }));
};

/** Names of the destinations that hold something of it, which now hold the note too. */
const rejectEverywhere = async (
  job: Job,
  objects: readonly ObjectRef[],
  reason: "quality" | "safety",
  settings: Settings,
): Promise<readonly string[]> => {
  const log = makeLog("silent");
  const told: string[] = [];
  for (const destination of composeDestinations(settings, composePacs(settings, log), log)) {
    const held = await heldBy(destination, objects);
    const [first] = held;
    if (first === undefined) continue;
    const note = buildRejection(
      {
        objects: held,
        reason,
        resultKey: job.key,
        rejectedAtMs: clock.nowMs(),
        manufacturer: settings.output.manufacturer,
        seriesNumberBase: settings.output.seriesNumberBase,
        software,
      },
      await destination.pacs.retrieveInstance(first),
    );
    const ref = { ...note.object, studyUid: job.studyUid };
    if (!(await destination.pacs.hasInstance(ref))) await destination.pacs.storeInstance(ref, note.bytes);
    told.push(destination.name);
  }
  return told;
};

const heldBy = async (
  { pacs }: Destination,
  objects: readonly ObjectRef[],
): Promise<readonly ObjectRef[]> => {
  const held: ObjectRef[] = [];
  for (const object of objects) if (await pacs.hasInstance(object)) held.push(object);
  return held;
};

const report = (
  { id }: Job,
  objects: readonly ObjectRef[],
  told: readonly string[],
  { dryRun, json }: RetractOptions,
): void => {
  if (json) printJson({ job: id, withdrawn: objects, told });
  else if (dryRun) print(`job ${id}: ${objects.length} object(s) would be withdrawn`);
  else
    print(
      `job ${id}: ${objects.length} object(s) withdrawn, told to ${told.join(", ") || "nobody: none is stored"}`,
    );
};
