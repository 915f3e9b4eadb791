import { appendFileSync, existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import type { Instance } from "./instance.ts";

/** One row of Orthanc's change log. */
type Change = {
  readonly ChangeType: "NewInstance" | "NewSeries" | "NewStudy" | "StableSeries";
  readonly Date: string;
  readonly ID: string;
  readonly Path: string;
  readonly ResourceType: "Instance" | "Series" | "Study";
  readonly Seq: number;
};

type ChangePage = { readonly Changes: readonly Change[]; readonly Done: boolean; readonly Last: number };

export type Changes = {
  /** Log what is new with this instance; its series is stable once nothing more came for the quiet time. */
  readonly announce: (instance: Instance) => void;
  /** Number of the row that announced an instance; infinite where none did. */
  readonly arrivalOf: (instance: Instance) => number;
  readonly isStable: (seriesId: string) => boolean;
  readonly since: (since: number, limit: number) => ChangePage;
  readonly newest: () => ChangePage;
  readonly stop: () => void;
};

/**
 * The change log in a file. Announcing every instance again after a restart logs nothing twice, and waits anew for the
 * series whose quiet time the archive's end cut short.
 */
export const openChanges = (file: string, stableMs: number): Changes => {
  const rows = readRows(file);
  const seqs = new Map(rows.map((row) => [keyOf(row), row.Seq]));
  const waiting = new Map<string, NodeJS.Timeout>();

  const log = (ChangeType: Change["ChangeType"], ID: string): void => {
    const { ResourceType, folder } = resources[ChangeType];
    const row = {
      ChangeType,
      Date: orthancDate(Date.now()),
      ID,
      Path: `/${folder}/${ID}`,
      ResourceType,
      Seq: (rows.at(-1)?.Seq ?? 0) + 1,
    };
    appendFileSync(file, `${JSON.stringify(row)}\n`, { mode: 0o600 });
    rows.push(row);
    seqs.set(keyOf(row), row.Seq);
  };
  const logOnce = (ChangeType: Change["ChangeType"], ID: string): void => {
    if (!seqs.has(keyOf({ ChangeType, ID }))) log(ChangeType, ID);
  };
  const waitFor = (seriesId: string): void => {
    clearTimeout(waiting.get(seriesId));
    const becomeStable = () => {
      waiting.delete(seriesId);
      try {
        log("StableSeries", seriesId);
      } catch {
        // The disk is full or gone; who stores is told, and the series waits once more.
        waitFor(seriesId);
      }
    };
    waiting.set(seriesId, setTimeout(becomeStable, stableMs));
  };

  return {
    announce: ({ ids }) => {
      logOnce("NewInstance", ids.self);
      logOnce("NewSeries", ids.series);
      logOnce("NewStudy", ids.study);
      const cameAt = seqs.get(keyOf({ ChangeType: "NewInstance", ID: ids.self })) ?? 0;
      const stableAt = seqs.get(keyOf({ ChangeType: "StableSeries", ID: ids.series })) ?? 0;
      if (cameAt > stableAt) waitFor(ids.series);
    },
    arrivalOf: ({ ids }) =>
      seqs.get(keyOf({ ChangeType: "NewInstance", ID: ids.self })) ?? Number.POSITIVE_INFINITY,
    isStable: (seriesId) => !waiting.has(seriesId),
    since: (since, limit) => {
      const start = rows.findIndex(({ Seq }) => Seq > since);
      const found = start === -1 ? [] : rows.slice(start, start + limit);
      const newest = rows.at(-1)?.Seq ?? 0;
      const Last = found.at(-1)?.Seq ?? newest;
      return { Changes: found, Done: Last === newest, Last };
    },
    newest: () => ({ Changes: rows.slice(-1), Done: true, Last: rows.at(-1)?.Seq ?? 0 }),
    stop: () => {
      for (const timer of waiting.values()) clearTimeout(timer);
      waiting.clear();
    },
  };
};

const series = { ResourceType: "Series", folder: "series" } as const;
const resources = {
  NewInstance: { ResourceType: "Instance", folder: "instances" },
  NewSeries: series,
  NewStudy: { ResourceType: "Study", folder: "studies" },
  StableSeries: series,
} as const;

const keyOf = ({ ChangeType, ID }: Pick<Change, "ChangeType" | "ID">): string => `${ChangeType} ${ID}`;

/** Orthanc's way to write a time: UTC, 20240229T101500. */
const orthancDate = (ms: number): string => new Date(ms).toISOString().slice(0, 19).replace(/[-:]/g, "");

/** Whole rows only: a crash may have cut the last one, which is then removed from the file. */
const readRows = (file: string): Change[] => {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, "utf8").split("\n").slice(0, -1);
  const rows: Change[] = [];
  for (const line of lines) {
    const row = readRow(line);
    if (row === null || row.Seq <= (rows.at(-1)?.Seq ?? 0)) break;
    rows.push(row);
  }
  writeFileSync(`${file}.part`, rows.map((row) => `${JSON.stringify(row)}\n`).join(""), { mode: 0o600 });
  renameSync(`${file}.part`, file);
  return rows;
};

const readRow = (line: string): Change | null => {
  try {
    const row = JSON.parse(line) as Partial<Change> | null;
    return row !== null && Number.isSafeInteger(row.Seq) && typeof row.ID === "string"
      ? (row as Change)
      : null;
  } catch {
    return null;
  }
};
