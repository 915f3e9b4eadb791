import assert from "node:assert/strict";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const recipes = fileURLToPath(new URL("../../../models/phantom", import.meta.url));

const bytesIn = (folder: string): number =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);

for (const name of ["ct", "t1", "t2"])
  test(`the demo model ${name} is no larger than 4 MB`, () => {
    const bytes = bytesIn(join(recipes, name));
    assert.ok(bytes > 1e6 && bytes <= 4e6, `${bytes} bytes`);
  });
