import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import { makeLog } from "../processes/log.ts";
import { startService } from "../processes/serve.ts";
import { settingsFile, settingsFor, stopSignal } from "./context.ts";

export const describeServe = (command: Command): void => {
  command
    .addHelpText("after", "\nExample:\n  panseg serve --config config/example.yaml")
    .action(async (_options, command: Command) => {
      const settings = settingsFor(command);
      const log = makeLog(settings.log.level, { process: "service" });
      const file = settingsFile(command);
      const service = await startService(
        settings,
        {
          program: fileURLToPath(new URL("./main.ts", import.meta.url)),
          arguments: [...(file === null ? [] : ["--config", file])],
        },
        log,
      );
      const signal = stopSignal();
      if (!signal.aborted) await once(signal, "abort");
      log.info("stopping");
      await service.stop();
      log.info("stopped");
    });
};
