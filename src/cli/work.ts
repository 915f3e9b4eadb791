import { setPriority } from "node:os";
import type { Command } from "commander";
import { composeWorld } from "../compose.ts";
import { makeLog } from "../log.ts";
import { WORKER } from "../service.ts";
import { runWorker } from "../worker.ts";
import { settingsFor, stopSignal } from "./context.ts";

/** The child of `serve`; hidden, since nobody starts it by hand. */
export const describeWork = (command: Command): void => {
  command.action(async (_options, command: Command) => {
    const settings = settingsFor(command);
    const log = makeLog(settings.log.level, { process: "worker" });
    // An orphan must not go on beside its successor.
    const dieAsOrphan = (): never => process.exit(1);
    process.on("disconnect", dieAsOrphan);
    // The service may have died before anybody listened.
    if (process.connected === false) dieAsOrphan();
    // The service must answer while the network takes every core.
    setPriority(10);
    const world = composeWorld(settings, log);
    await runWorker(world, {
      owner: WORKER,
      leaseMs: settings.jobs.leaseSeconds * 1000,
      signal: stopSignal(),
      log,
      maxAttempts: settings.jobs.maxAttempts,
      executionProvider: world.models.executionProvider,
    });
    await world.models.close();
    await world.jobs.close();
    process.off("disconnect", dieAsOrphan);
    process.disconnect?.();
  });
};
