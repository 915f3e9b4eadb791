#!/usr/bin/env node
/** The start of every process of the program. Imports nothing of it before the cache of compiled code is in place. */
import { enableCompileCache } from "node:module";
import { canBeMade, compileCacheFolder } from "./compileCache.ts";
import { refuseOldNode } from "./nodeVersion.js";

if (!refuseOldNode()) {
  const folder = compileCacheFolder(process.env);
  if (folder !== null && canBeMade(folder)) enableCompileCache(folder);
  await import("./program.ts");
}
