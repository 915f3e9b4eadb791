import type { ListedSeries, ListedStudy, ListingProgress, Listings } from "../../ports/listings.ts";
import { type Database, openDatabase } from "./database.ts";
import { migrate } from "./schema.ts";

/** As the schema of the jobs: a released step is never edited. */
const migrations: readonly string[] = [
  `
  CREATE TABLE study (
    study_uid      TEXT    PRIMARY KEY,
    series_count   INTEGER,
    instance_count INTEGER,
    listing        INTEGER NOT NULL,
    is_asked       INTEGER NOT NULL CHECK (is_asked IN (0, 1))
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE series (
    study_uid      TEXT    NOT NULL,
    series_uid     TEXT    NOT NULL,
    instance_count INTEGER,
    is_work        INTEGER NOT NULL CHECK (is_work IN (0, 1)),
    PRIMARY KEY (study_uid, series_uid)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE progress (
    source     TEXT    PRIMARY KEY,
    listing    INTEGER NOT NULL,
    place_json TEXT    CHECK (json_valid(place_json))
  ) STRICT;
  `,
];

const KEEP_STUDY = `
  INSERT INTO study (study_uid, series_count, instance_count, listing, is_asked)
  VALUES ($studyUid, $seriesCount, $instanceCount, $listing, $isAsked)
  ON CONFLICT (study_uid) DO UPDATE SET
    series_count = $seriesCount, instance_count = $instanceCount, listing = $listing, is_asked = $isAsked`;
const DROP_SERIES = "DELETE FROM series WHERE study_uid = $studyUid";
const KEEP_SERIES = `
  INSERT INTO series (study_uid, series_uid, instance_count, is_work)
  VALUES ($studyUid, $seriesUid, $instanceCount, $isWork)`;
const KEEP_PROGRESS = `
  INSERT INTO progress (source, listing, place_json) VALUES ($source, $listing, $place)
  ON CONFLICT (source) DO UPDATE SET listing = $listing, place_json = $place`;

/**
 * Listings in an SQLite file of their own, beside the jobs: they grow with the archive, and can be made anew from it.
 * `source` names the archive: of another one nothing is known yet. Throws as `openSqliteJobStore`.
 */
export function openListings(file: string, source: string): Listings {
  const database = openDatabase(file);
  try {
    migrate(database, file, migrations);
    forgetOthers(database, source);
  } catch (error) {
    database.close();
    throw error;
  }
  return {
    readProgress: async () => readProgress(database, source),
    find: async (studyUid) => findStudy(database, studyUid),
    keep: async (studies, { listing, place }) =>
      database.transaction(() => {
        for (const study of studies) keepStudy(database, study);
        database.run(KEEP_PROGRESS, {
          source,
          listing,
          place: place === null ? null : JSON.stringify(place),
        });
      }),
    close: async () => database.close(),
  };
}

/** Else everything in the new archive would look as if it had just arrived. */
function forgetOthers(database: Database, source: string): void {
  if (database.first("SELECT 1 FROM progress WHERE source <> $source", { source }) === null) return;
  database.transaction(() => {
    for (const table of ["study", "series", "progress"]) database.run(`DELETE FROM ${table}`);
  });
}

function readProgress(database: Database, source: string): ListingProgress {
  const row = database.first("SELECT * FROM progress WHERE source = $source", { source });
  if (row === null) return { listing: 0, place: null };
  const place = row["place_json"];
  return {
    listing: Number(row["listing"]),
    place: typeof place === "string" ? (JSON.parse(place) as ListingProgress["place"]) : null,
  };
}

function findStudy(database: Database, studyUid: string): ListedStudy | null {
  const row = database.first("SELECT * FROM study WHERE study_uid = $studyUid", { studyUid });
  if (row === null) return null;
  return {
    studyUid,
    seriesCount: toCount(row["series_count"]),
    instanceCount: toCount(row["instance_count"]),
    listing: Number(row["listing"]),
    series: row["is_asked"] === 1 ? readSeries(database, studyUid) : null,
  };
}

const readSeries = (database: Database, studyUid: string): ReadonlyMap<string, ListedSeries> =>
  new Map(
    database
      .all("SELECT * FROM series WHERE study_uid = $studyUid", { studyUid })
      .map((row) => [
        String(row["series_uid"]),
        { instanceCount: toCount(row["instance_count"]), isWork: row["is_work"] === 1 },
      ]),
  );

function keepStudy(database: Database, study: ListedStudy): void {
  const { studyUid, seriesCount, instanceCount, listing, series } = study;
  database.run(KEEP_STUDY, {
    ...{ studyUid, seriesCount, instanceCount, listing },
    isAsked: series === null ? 0 : 1,
  });
  database.run(DROP_SERIES, { studyUid });
  for (const [seriesUid, { instanceCount, isWork }] of series ?? [])
    database.run(KEEP_SERIES, { studyUid, seriesUid, instanceCount, isWork: isWork ? 1 : 0 });
}

const toCount = (value: unknown): number | null => (value === null ? null : Number(value));
