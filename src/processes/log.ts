import winston from "winston";
import type { Log } from "../ports/world.ts";

export type LogLevel = "debug" | "info" | "warn" | "error" | "silent";

/**
 * One JSON object per line on stderr: time, level, event and fields. Standard output stays free for data.
 * Fields carry UIDs, codes and numbers, never patient text.
 */
export const makeLog = (level: LogLevel, common: Readonly<Record<string, unknown>> = {}): Log => {
  const logger = winston.createLogger({
    level: level === "silent" ? "error" : level,
    silent: level === "silent",
    format: winston.format.combine(winston.format.timestamp(), winston.format.json()),
    defaultMeta: common,
    transports: [new winston.transports.Console({ stderrLevels: ["error", "warn", "info", "debug"] })],
  });
  return {
    info: (event, fields = {}) => void logger.info(event, fields),
    warn: (event, fields = {}) => void logger.warn(event, fields),
    error: (event, fields = {}) => void logger.error(event, fields),
  };
};
