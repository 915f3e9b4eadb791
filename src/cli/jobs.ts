import type { Command } from "commander";
import { counted } from "../domain/counted.ts";
import { isWaiting, sayDelivery } from "../domain/delivery.ts";
import { type FailureCode, failed } from "../domain/failure.ts";
import { type Job, type JobState, jobStates } from "../domain/job.ts";
import { roundedMl } from "../domain/millilitres.ts";
import { viewJob } from "../http/app.ts";
import type { JobStore } from "../ports/jobs.ts";
import { choice, day, failureCode, jobNumber, uid, wholeNumber } from "./arguments.ts";
import { settingsFor } from "./context.ts";
import { ledgerPath, openLedger } from "./ledger.ts";
import { note, print, printJson, table } from "./output.ts";

export const describeJobs = (jobs: Command): void => {
  jobs
    .command("list")
    .description("the newest jobs first")
    .option("--state <state>", "queued, running, computed, done, skipped or dead", choice(jobStates))
    .option("--limit <n>", "how many at most", wholeNumber({ least: 1, most: 1_000_000 }), 50)
    .option("--json", "print one JSON array")
    .addHelpText("after", "\nExample:\n  panseg jobs list --state dead")
    .action(async (options: { state?: JobState; limit: number; json?: boolean }, command: Command) => {
      await withJobs(command, async (store, ledger) => {
        const { state, limit } = options;
        const list = await store.list({ limit, ...(state && { state }) });
        if (options.json) return printJson(list.map(viewJob));
        print(list.length === 0 ? "no jobs" : table(columns, list.map(row)));
        note(`${state === undefined ? "" : `${state} `}jobs of ${ledger}`);
      });
    });

  jobs
    .command("show")
    .argument("<id>", "number of the job", jobNumber)
    .description("everything about one job, as JSON, below a line for people")
    .option("--json", "the JSON alone")
    .action(async (id: number, { json }: { json?: boolean }, command: Command) => {
      await withJobs(command, async (store) => {
        const job = await store.find(id);
        if (job === null) throw failed("JOB_NOT_FOUND", `There is no job ${id}.`);
        if (!json) note(`job ${id} is ${[job.state, ...job.deliveries.map(sayDelivery)].join(", ")}`);
        printJson(viewJob(job));
      });
    });

  jobs
    .command("retry")
    .argument("[id]", "number of the job", jobNumber)
    .description("queue a skipped or dead job again, or many; what waits for a destination is tried at once")
    .option("--all", "every dead job")
    .option("--code <code>", "with --all: every job, dead or skipped, that ended with this code", failureCode)
    .option("--json", "print one JSON object")
    .addHelpText(
      "after",
      "\nExamples:\n  panseg jobs retry 17\n  panseg jobs retry --all --code STORE_REJECTED",
    )
    .action(async (id: number | undefined, { all = false, code, json }: RetryOptions, command: Command) => {
      if (all === (id !== undefined)) throw failed("USAGE", "Give the number of one job, or --all.");
      if (!all && code !== undefined) throw failed("USAGE", "--code goes with --all.");
      await withJobs(command, (store) =>
        id === undefined ? retryAll(store, code ?? null, json) : retryOne(store, id, json),
      );
    });

  jobs
    .command("rerun")
    .description(
      "look at series again that were looked at before: for a new model, a new setting or a new version",
    )
    .option("--series <uid>", "only this series", uid)
    .option("--since <date>", "only what was looked at since, e.g. 2026-01-31", day)
    .addHelpText(
      "after",
      "\nWhat would give the same result is not done again.\n\nExample:\n  panseg jobs rerun --since 2026-01-31",
    )
    .action(async ({ series, since }: { series?: string; since?: string }, command: Command) => {
      const sinceMs = since === undefined ? 0 : Date.parse(since);
      await withJobs(command, async (store) => {
        let examined = 0;
        let queued = 0;
        let isKnown = series === undefined;
        for await (const job of store.each({ kind: "examine" })) {
          examined++;
          if (series !== undefined && job.seriesUid !== series) continue;
          isKnown = true;
          if (job.updatedAtMs >= sinceMs) queued += await store.arrive([{ ...job, isEvent: true }]);
        }
        if (!isKnown)
          throw failed("SERIES_NOT_FOUND", `No series ${series} was looked at, but ${examined} others.`);
        print(`${queued} of ${examined} series will be looked at again`);
      });
    });
};

type RetryOptions = { readonly all?: boolean; readonly code?: FailureCode; readonly json?: boolean };

const retryAll = async (store: JobStore, code: FailureCode | null, json = false): Promise<void> => {
  const queued = await store.retryAll(code);
  if (json) printJson({ code, queued });
  else print(`${counted(queued, "job")} queued again`);
};

const retryOne = async (store: JobStore, id: number, json = false): Promise<void> => {
  const before = await store.find(id);
  if (before === null) throw failed("JOB_NOT_FOUND", `There is no job ${id}.`);
  const { state, failure } = before;
  if (failure?.code === "RETRACTED")
    throw failed("NOT_RETRYABLE", `Job ${id} was withdrawn: ${failure.sentence}`);
  if (!["skipped", "dead", "computed"].includes(state))
    throw failed("NOT_RETRYABLE", `Job ${id} is ${state}.`);
  const job = await store.retry(id);
  if (json) printJson(viewJob(job));
  else print(`job ${job.id} is ${job.state}`);
};

const columns = ["id", "kind", "state", "step", "try", "ml", "why", "series"] as const;

const waitsFor = ({ deliveries }: Job): string => deliveries.filter(isWaiting).map(sayDelivery).join(", ");

const row = (job: Job): readonly string[] => [
  String(job.id),
  job.kind,
  job.state,
  job.state === "running" ? `${job.step} ${Math.round(job.progress * 100)}%` : job.step,
  String(job.attempts),
  job.result === null ? "" : roundedMl(job.result.measures.volumeMl),
  job.failure?.code ?? waitsFor(job),
  job.seriesUid,
];

const withJobs = async (
  command: Command,
  use: (store: JobStore, ledger: string) => Promise<void>,
): Promise<void> => {
  const settings = settingsFor(command);
  const store = openLedger(settings);
  try {
    await use(store, ledgerPath(settings));
  } finally {
    await store.close();
  }
};
