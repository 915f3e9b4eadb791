import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { eventually } from "../support/eventually.ts";
import { panseg, serve } from "../support/panseg.ts";
import { needsTool } from "../support/shared.ts";

const folder = mkdtempSync(join(tmpdir(), "panseg-leftovers-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
const skip = needsTool("python3");

const temporary = (name: string): string => {
  const path = join(folder, name);
  mkdirSync(path);
  return path;
};

const environmentOf = (temp: string) => ({
  TMPDIR: temp,
  PANSEG__DATAFOLDER: join(temp, "..", "data"),
  PANSEG__MODELS__FOLDER: join(temp, "..", "models"),
  PANSEG__WATCH__ENABLED: "false",
});

const unpackedIn = (temp: string): number =>
  readdirSync(temp, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".dcm")).length;

/** Kill a command as soon as it has unpacked something of an archive that takes a while. */
const killWhileUnpacking = async (command: readonly string[], temp: string): Promise<void> => {
  const child = spawn(process.execPath, [main, ...command], {
    env: { ...process.env, ...environmentOf(temp) },
    stdio: "ignore",
  });
  const exited = once(child, "exit");
  await eventually("something is unpacked", async () => (unpackedIn(temp) > 20 ? true : null));
  child.kill("SIGKILL");
  await exited;
  assert.ok(unpackedIn(temp) > 0, "nothing was left to remove");
};

const zip = (): string => {
  const path = join(folder, "study.zip");
  execFileSync("python3", [
    "-c",
    `import zipfile\nz = zipfile.ZipFile(${JSON.stringify(path)}, 'w')\nfor n in range(20000): z.writestr(str(n), b'x' * 2000)\nz.close()`,
  ]);
  return path;
};

test("S6: what a killed segment, convert or explain unpacked is removed by the next command and by the service's start", {
  skip,
}, async (t) => {
  const input = zip();
  const output = join(folder, "out");
  const commands = [
    ["segment", "-i", input, "-o", output, "--allow-phantom-model"],
    ["convert", "-i", input, "-o", output],
    ["explain", input],
  ];
  for (const [n, command] of commands.entries()) {
    const temp = temporary(`temp-${n}`);
    await killWhileUnpacking(command, temp);
    if (n < 2) {
      const empty = join(temp, "..", `nothing-${n}`);
      mkdirSync(empty);
      assert.equal((await panseg(["explain", empty], environmentOf(temp))).code, 3);
    } else {
      const service = await serve(environmentOf(temp));
      t.after(() => service.kill());
      await service.waitForLine(({ message }) => message === "files of dead processes removed");
      await service.stop();
    }
    assert.deepEqual(readdirSync(temp), [], command[0]);
  }
});

test("S6: the service's start removes what a killed service left in its data folder", async (t) => {
  const temp = temporary("temp-data");
  const data = join(folder, "data");
  for (const left of ["work", "spool/unfinished-1-x", "pictures"])
    mkdirSync(join(data, left), { recursive: true });
  // Process 1 always lives: that its number stands here says nothing about whose this is.
  writeFileSync(join(data, "spool/unfinished-1-x", "seg.dcm"), "half");
  writeFileSync(join(data, "work", "0.dcm.part"), "half");
  writeFileSync(join(data, "pictures", "abc.png.part"), "half");
  const service = await serve(environmentOf(temp));
  t.after(() => service.kill());
  assert.deepEqual(readdirSync(join(data, "spool")), []);
  assert.deepEqual(readdirSync(join(data, "pictures")), []);
  assert.equal(readdirSync(data).includes("work") && readdirSync(join(data, "work")).length > 0, false);
});
