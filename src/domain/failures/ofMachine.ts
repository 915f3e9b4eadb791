/** What is said of this machine, of a job in hand, or of this program. */
import { ambiguous, misused, permanent, transient } from "./policy.ts";

export const ofMachine = {
  PROVIDER_UNAVAILABLE: permanent(
    "machine",
    "The execution provider asked for cannot be loaded; use auto or cpu.",
  ),
  INFERENCE_FAILED: ambiguous("machine", "The network did not run; see the log."),
  LEASE_LOST: { ...transient("job", "Another worker took the job over."), retry: "atOnce" },
  STOPPING: { ...transient("job", "The job goes on after the next start."), retry: "atOnce", exitCode: 130 },
  INTERRUPTED: {
    ...permanent("job", "Give the same command again; what it had finished stays."),
    exitCode: 130,
  },
  WORKER_DIED: permanent(
    "machine",
    "The worker died three times on this job; see the log and retry by hand.",
  ),
  DATA_DIR_LOCKED: {
    ...misused("Another service owns this data folder; stop it or use another folder."),
    about: "machine",
    httpStatus: 503,
  },
  DATA_FOLDER_LOST: transient(
    "machine",
    "Bring the data folder back, or make it anew: the service then goes on by itself and rebuilds its jobs from the archive.",
  ),
  MODELS_LOST: transient("machine", "Bring the models folder back; the service then goes on by itself."),
  LEDGER_BUSY: transient(
    "machine",
    "Another process holds the job ledger, as a backup does; what waits for it goes on when it is free.",
  ),
  JOBS_NOT_CLAIMED: transient(
    "machine",
    "The log says what the process that runs jobs is doing; one that ended is started again at least every 30 s.",
  ),
  DISK_LOW: transient("machine", "Free space on the disk of the data folder."),
  WORKER_CANNOT_START: permanent(
    "machine",
    "The log says why the process that runs jobs ends; it is started again at least every 30 s.",
  ),
  FOLDER_UNWRITABLE: {
    ...misused(
      "Name another folder, or let this user write there (dataFolder for the service, TMPDIR for unpacked files).",
    ),
    about: "machine",
    httpStatus: 503,
  },
  PORT_IN_USE: {
    ...misused("Choose another http.port, or stop the program that listens there."),
    about: "machine",
  },
  BUSY: transient("machine", "Come back later: others are being served."),
  TIMEOUT: {
    ...transient("machine", "Ask again when this machine and the archive have less to do."),
    httpStatus: 504,
  },
  STORAGE: permanent("machine", "Make room, or let this user write there; then give the same command again."),
  INTERNAL: ambiguous("program", "This is a defect of the program; please report it with the log."),
} as const;
