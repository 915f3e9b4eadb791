import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Log } from "../ports/world.ts";
import { type Service, startService } from "../processes/serve.ts";
import { type Settings, settingsSchema } from "../settings/settingsSchema.ts";
import { startArchive } from "./archive/startArchive.ts";
import { prepareOrthanc } from "./orthanc.ts";

/** An archive and the service that watches it, on free loopback ports. */
export type Stage = {
  readonly settings: Settings;
  readonly archiveName: string;
  readonly service: Service;
  readonly stop: () => Promise<void>;
};

type RunningArchive = {
  readonly name: string;
  readonly pacs: Record<string, unknown>;
  readonly stop: () => Promise<void>;
};

const smallArchive = async (folder: string, log: Log): Promise<RunningArchive> => {
  const archive = await startArchive({ folder, stableMs: 700, log });
  return {
    name: "small demonstration archive",
    pacs: { kind: "orthanc", dicomwebUrl: archive.url, orthancUrl: archive.restUrl },
    stop: archive.stop,
  };
};

const debianOrthanc = async (folder: string): Promise<RunningArchive> => {
  const orthanc = await prepareOrthanc({ folder });
  process.once("exit", orthanc.kill);
  await orthanc.start();
  return {
    name: "Orthanc",
    pacs: {
      kind: "orthanc",
      dicomwebUrl: orthanc.url,
      orthancUrl: orthanc.restUrl,
      username: orthanc.user,
      password: orthanc.password,
    },
    stop: () => orthanc.end("SIGTERM"),
  };
};

/** Start archive and service below `folder`, which already holds the models. Throws USAGE where there is no Orthanc. */
export const setStage = async (
  folder: string,
  options: { readonly orthanc: boolean; readonly logLevel: Settings["log"]["level"] },
  program: string,
  log: Log,
): Promise<Stage> => {
  const archiveFolder = join(folder, "archive");
  const archive = await (options.orthanc ? debianOrthanc(archiveFolder) : smallArchive(archiveFolder, log));
  const settings = settingsSchema.parse({
    dataFolder: join(folder, "data"),
    log: { level: options.logLevel },
    http: { port: 0 },
    pacs: archive.pacs,
    watch: { everySeconds: 1 },
    models: { folder: join(folder, "models") },
  });
  const settingsFile = join(folder, "settings.json");
  writeFileSync(settingsFile, JSON.stringify(settings), { mode: 0o600 });
  try {
    const service = await startService(settings, { program, arguments: ["--config", settingsFile] }, log);
    return {
      settings,
      archiveName: archive.name,
      service,
      stop: async () => {
        await service.stop();
        await archive.stop();
      },
    };
  } catch (error) {
    await archive.stop();
    throw error;
  }
};
