import { availableParallelism } from "node:os";
import cron from "node-cron";
import { z } from "zod";
import type { OutputSetting } from "../domain/outputs.ts";
import { certificates, credentials, httpUrl } from "./archiveSettings.ts";
import { decimalNumber, positiveNumber, wholeNumber } from "./bounds.ts";

/** Node's timers take no longer time than 2^31 ms, and end at once instead. */
const DAY_SECONDS = 86_400;
/** Days that are counted back from today, so that there is such a date. */
const CENTURY_DAYS = 36_525;

const isDay = (text: string): boolean =>
  /^\d{4}-\d{2}-\d{2}$/.test(text) && new Date(`${text}T00:00:00Z`).toJSON()?.startsWith(text) === true;

/** Which results an archive gets. */
const wanted = {
  seg: z.boolean().default(true),
  sr: z.boolean().default(true),
  /** An Enhanced SR in words too, for viewers that show no measurement groups. */
  textReport: z.boolean().default(true),
  /** Key slices with the contour as Secondary Captures too, the only form that every viewer shows. */
  keyImages: z.boolean().default(true),
} satisfies Readonly<Record<OutputSetting, z.ZodType>>;

/** Every key, its unit in its name and its default. config/README.md is checked against this schema by a test. */
export const settingsSchema = z.strictObject({
  dataFolder: z.string().default("data"),
  log: z
    .strictObject({ level: z.enum(["debug", "info", "warn", "error", "silent"]).default("info") })
    .prefault({}),
  http: z
    .strictObject({
      host: z.enum(["127.0.0.1", "::1", "localhost"]).default("127.0.0.1"),
      port: wholeNumber(0, 65_535).default(8090),
      /** Lets the archive say that there is news, by POST /webhook; null: nobody may. */
      webhookSecret: z.string().min(16).nullable().default(null),
      /** Bounds within which a request must come; nobody may hold the service up by being slow or large. */
      headersTimeoutSeconds: positiveNumber(600).default(10),
      requestTimeoutSeconds: positiveNumber(3600).default(30),
      maxConnections: wholeNumber(1, 1_000_000).default(4096),
      maxHeaderKilobytes: wholeNumber(1, 1024).default(16),
      maxBodyKilobytes: wholeNumber(1, 1_048_576).default(64),
    })
    .prefault({}),
  pacs: z
    .strictObject({
      kind: z.enum(["orthanc", "dicomweb"]).default("orthanc"),
      /** Root of QIDO-RS, WADO-RS and STOW-RS. */
      dicomwebUrl: httpUrl.default("http://127.0.0.1:8042/dicom-web"),
      /** Root of Orthanc's own API, for its change log. */
      orthancUrl: httpUrl.default("http://127.0.0.1:8042"),
      ...credentials,
      ...certificates,
      parallelInstances: wholeNumber(1, 32).default(4),
      maxSeriesInstances: wholeNumber(1, 1_000_000).default(2000),
      maxInstanceMegabytes: positiveNumber(65_536).default(512),
      requestTimeoutSeconds: positiveNumber(DAY_SECONDS).default(60),
    })
    .prefault({}),
  watch: z
    .strictObject({
      enabled: z.boolean().default(true),
      everySeconds: wholeNumber(1, 59).default(5),
      /** A series without new instances for this long counts as complete (servers without a stable event). */
      stableSeconds: positiveNumber(DAY_SECONDS).default(60),
      sweepCron: z
        .string()
        .refine((text) => cron.validate(text), "is no time that cron understands")
        .default("7 * * * *"),
      /** Study dates that a sweep covers; null: all. */
      sweepDays: wholeNumber(1, CENTURY_DAYS).nullable().default(14),
      /** When everything that the archive holds is listed, whatever its date; null: never. */
      fullSweepCron: z
        .preprocess(
          // From the environment, where a setting that is text by default stays text.
          (value) => (value === "null" ? null : value),
          z
            .string()
            .refine((text) => cron.validate(text), "is no time that cron understands")
            .nullable(),
        )
        .default("37 2 * * *"),
      fullSweepPageSize: wholeNumber(1, 1000).default(100),
      /** Rest after every question of that listing. */
      fullSweepPauseSeconds: decimalNumber(0, 60).default(0.2),
      /** What the first of them finds is work from this study date on; null: none of it is, it was there before us. */
      since: z
        .string()
        .refine((text) => text === "all" || isDay(text), 'is neither "all" nor a day such as 2026-01-31')
        .nullable()
        .default(null),
    })
    .prefault({}),
  models: z
    .strictObject({
      folder: z.string().default("models"),
      CT: z.string().nullable().default(null),
      T1: z.string().nullable().default(null),
      T2: z.string().nullable().default(null),
      /** Let a demo model, which knows only synthetic phantoms, run on series that are none. */
      allowPhantomModel: z.boolean().default(false),
    })
    .prefault({}),
  inference: z
    .strictObject({
      executionProvider: z.enum(["auto", "cuda", "cpu"]).default("auto"),
      float16: z.boolean().default(false),
      threads: wholeNumber(1, 1024).default(availableParallelism()),
      /** Average over the eight mirrorings, as published; off is eight times faster and a little less exact. */
      mirror: z.boolean().default(true),
      /** Distance between tiles as a share of the patch. */
      tileStride: decimalNumber(0.1, 1).default(0.5),
    })
    .prefault({}),
  /** What a folder or zip archive given to the command line may hold. */
  input: z
    .strictObject({
      maxFiles: wholeNumber(1, 1_000_000_000).default(1_000_000),
      maxZipEntries: wholeNumber(1, 1_000_000_000).default(50_000),
      maxUnpackedMegabytes: positiveNumber(1_000_000_000).default(16_384),
      maxEntryMegabytes: positiveNumber(1_000_000_000).default(2048),
      maxZipRatio: positiveNumber(1_000_000).default(200),
    })
    .prefault({}),
  series: z
    .strictObject({
      minSlices: wholeNumber(1, 999_999).default(5),
      maxVoxels: wholeNumber(1, 2_000_000_000).default(1_000_000_000),
      /** Application entities whose series are segmented, as Orthanc noted them; "" for those that came by HTTP. */
      allowedRemoteAets: z.array(z.string().max(16)).nullable().default(null),
      /** Rules of this site, after those of config/series-rules.yaml; the same form. */
      rulesFile: z.string().nullable().default(null),
      /** Of several volumes of one class in one series: the best by score, or all. */
      choose: z.enum(["best", "all"]).default("best"),
      /** What is made regular for the network instead of being refused; every such result says so. */
      repairs: z
        .strictObject({
          /** So many isolated slices may be missing. */
          missingSlices: wholeNumber(0, 10).default(0),
          gantryTilt: z.boolean().default(false),
          variableSpacing: z.boolean().default(false),
        })
        .prefault({}),
    })
    .prefault({}),
  jobs: z
    .strictObject({
      maxAttempts: wholeNumber(1, 1000).default(3),
      leaseSeconds: positiveNumber(DAY_SECONDS).default(300),
      /** While the disk of the data folder has less free, no job is begun. */
      reserveMegabytes: wholeNumber(0, 1_048_576).default(1024),
    })
    .prefault({}),
  pictures: z
    .strictObject({
      /** Pictures of results on this machine's disk; they show a patient without naming one. */
      keepDays: positiveNumber(CENTURY_DAYS).default(30),
    })
    .prefault({}),
  quality: z
    .strictObject({
      /** When the service audits corrected results; null: never. */
      schedule: z
        .string()
        .refine((text) => cron.validate(text), "is no time that cron understands")
        .nullable()
        .default(null),
      /** Study dates that an audit covers; null: all. */
      days: wholeNumber(1, CENTURY_DAYS).nullable().default(null),
      /** Surface distance that counts as agreement. */
      toleranceMm: decimalNumber(0, 1000).default(2),
      /** How many first corrected cases say what is usual. */
      baselineCases: wholeNumber(5, 1_000_000).default(20),
      /** Compare also with segmentations of other algorithms that no person touched. */
      includeAutomatic: z.boolean().default(false),
      /** Codes and names of this site for the pancreas, after those of config/pancreas-names.yaml; the same form. */
      namesFile: z.string().nullable().default(null),
    })
    .prefault({}),
  output: z
    .strictObject({
      manufacturer: z.string().min(1).max(64).default("panseg (research software)"),
      seriesDescriptionSuffix: z.string().max(20).default("(research)"),
      /** SEG at this plus the source's SeriesNumber; report, words, pictures and withdrawals follow in thousands. */
      seriesNumberBase: wholeNumber(0, 1_000_000).default(9000),
      segmentationType: z.enum(["BINARY", "LABELMAP", "FRACTIONAL"]).default("BINARY"),
      srClass: z.enum(["comprehensive3d", "comprehensive", "enhanced"]).default("comprehensive3d"),
      volumeInLabel: z.boolean().default(false),
      /** Series descriptions begin with the volume, for lists that show nothing else. */
      volumeInDescription: z.boolean().default(true),
      ...wanted,
      /** Store a report also where no pancreas was found. */
      emptyReport: z.boolean().default(false),
      /** Compare with earlier results of the patient that the archive holds. */
      trend: z.boolean().default(true),
      /** `study` takes the study's date for our objects: a real date beside a shifted one would betray the shift. */
      dates: z.enum(["now", "study"]).default("now"),
    })
    .prefault({}),
  /** Further archives that get results, beside the one that the series came from. */
  destinations: z
    .array(
      z.strictObject({
        name: z
          .string()
          .regex(/^[a-z0-9][a-z0-9-]{0,31}$/, "is no name of small letters, digits and hyphens"),
        dicomwebUrl: httpUrl,
        ...credentials,
        ...certificates,
        /** File that holds the password, which the environment cannot give to a list. */
        passwordFile: z.string().nullable().default(null),
        ...wanted,
      }),
    )
    .refine(
      (list) => new Set(["archive", ...list.map(({ name }) => name)]).size === list.length + 1,
      'must have different names, and none "archive"',
    )
    .default([]),
});

export type Settings = z.infer<typeof settingsSchema>;
