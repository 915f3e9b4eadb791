import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { readSegPlanes } from "../../src/dicom/segmentation/readSegPlanes.ts";
import { readSr } from "../../src/dicom/verify/readSr.ts";
import type { ResultSummary } from "../../src/domain/result.ts";
import { voxelToLps } from "../../src/geometry/vector.ts";
import { readNifti } from "../../src/nifti/readNifti.ts";
import { eventually } from "../support/eventually.ts";
import { panseg, type RunningService, serve } from "../support/panseg.ts";
import { needsShared, needsTool } from "../support/shared.ts";
import {
  complaintsOf,
  countOf,
  download,
  importCtModel,
  oneResult,
  oneSmallResult,
  seriesFiles,
  seriesFolder,
  serviceSettings,
  startArchive,
  storedResults,
  temporaryFolder,
  untilAllIsRead,
} from "./world.ts";

const skip = needsShared("vectors", "ct") || needsTool("Orthanc", "dciodvfy", "dsrdump");

type JobList = { readonly jobs: readonly { kind: string; state: string }[] };

describe("a CT series in Orthanc becomes a SEG and an SR in Orthanc", { skip }, () => {
  test("serve, told nothing else, stores one valid pair; the same as panseg segment; and never twice", {}, async (t) => {
    const folder = temporaryFolder(t);
    const models = await importCtModel(folder);
    const orthanc = await startArchive(t);
    const data = join(folder, "data");
    mkdirSync(data);
    const settings = serviceSettings(orthanc, models, data);
    let service = await serve(settings);
    t.after(() => service.kill());

    await orthanc.stow(seriesFiles());
    const stalls = await stallsUntil(t, service, async () => {
      const { jobs } = (await (await fetch(`${service.url}/api/jobs`)).json()) as JobList;
      return jobs.some(({ kind, state }) => kind === "segment" && state === "done");
    });
    t.diagnostic(`slowest answer of /livez while the job ran: ${stalls.slowestMs.toFixed(1)} ms`);
    t.diagnostic(`slowest in excess of a bare server beside it: ${stalls.excessMs.toFixed(1)} ms`);
    assert.ok(stalls.excessMs < 100);

    const results = await storedResults(orthanc);
    assert.deepEqual(countOf(results), oneResult);
    const [seg, sr] = await Promise.all(
      ["SEG", "SR"].map(async (kind) => {
        const found = results.find((result) => result.kind === kind);
        assert.ok(found);
        const bytes = await download(orthanc, found);
        writeFileSync(join(folder, `${kind}.dcm`), bytes);
        assert.deepEqual(complaintsOf(join(folder, `${kind}.dcm`)), []);
        return bytes;
      }),
    );
    assert.ok(seg && sr);
    assert.match(
      execFileSync("dsrdump", [join(folder, "SR.dcm")], { encoding: "utf8" }),
      /Comprehensive 3D SR/,
    );

    const out = join(folder, "out");
    const run = await panseg(["segment", "-i", seriesFolder, "-o", out, "--json"], settings);
    assert.equal(run.code, 0, run.stderr);
    const result = JSON.parse(run.stdout) as ResultSummary;
    const mask = readNifti(readFileSync(join(out, "mask.nii.gz")));
    assert.deepEqual(pointsOfSeg(seg), pointsOfMask(mask));

    const planes = readSegPlanes(seg);
    const voxels = planes.planes.reduce((sum, plane) => sum + plane.voxels.filter((v) => v === 1).length, 0);
    const [rowSpacing, columnSpacing] = planes.pixelSpacingMm;
    const popcountMl = (voxels * rowSpacing * columnSpacing * (planes.sliceSpacingMm ?? Number.NaN)) / 1000;
    const { volumeMl } = readSr(sr);
    t.diagnostic(
      `SR ${volumeMl} ml, popcount × spacing ${popcountMl} ml, panseg segment ${result.measures.volumeMl} ml`,
    );
    assert.ok(Math.abs(volumeMl - popcountMl) <= 1e-4 * popcountMl);

    assert.equal(await service.stop(), 0);
    service = await serve(settings);
    await orthanc.stow(seriesFiles());
    await service.waitForLine(({ message }) => message === "sweep.done");
    await untilAllIsRead(orthanc, data);
    assert.deepEqual(await storedResults(orthanc), results);
    assert.deepEqual(
      [...new Set(service.lines.map((line) => line["step"]))].filter((step) => step === "infer"),
      [],
    );
    assert.equal(await service.stop(), 0);
  });

  test("any other DICOMweb server is polled by QIDO-RS, and neither patient text (P1) nor a credential comes into log or API", {}, async (t) => {
    const folder = temporaryFolder(t);
    const models = await importCtModel(folder);
    const orthanc = await startArchive(t);
    const data = join(folder, "data");
    mkdirSync(data);
    const service = await serve({
      ...serviceSettings(orthanc, models, data),
      PANSEG__PACS__KIND: "dicomweb",
      PANSEG__INFERENCE__MIRROR: "false",
    });
    t.after(() => service.kill());
    await orthanc.stow(seriesFiles());
    const api = await eventually("the job is done", async () => {
      const answer = await (await fetch(`${service.url}/api/jobs`)).text();
      const { jobs } = JSON.parse(answer) as JobList;
      return jobs.some(({ kind, state }) => kind === "segment" && state === "done") ? answer : null;
    });
    assert.deepEqual(countOf(await storedResults(orthanc)), oneSmallResult);
    assert.equal(await service.stop(), 0);
    const log = service.lines.map((line) => JSON.stringify(line)).join("\n");
    const secrets = [orthanc.password, ...Object.values(orthanc.headers).map((value) => value.split(" ")[1])];
    for (const [where, text] of Object.entries({ api, log })) {
      assert.doesNotMatch(text, /canary/i, where);
      for (const secret of secrets) assert.ok(!text.includes(String(secret)), where);
    }
    const inferred = service.lines.filter(({ step }) => step === "infer");
    assert.equal(inferred.length, 1);
    assert.equal(inferred[0]?.["executionProvider"], "cpu");
    assert.ok(Number(inferred[0]?.["jobId"]) > 0 && Number(inferred[0]?.["seconds"]) > 0);
  });
});

/** A server that does nothing but answer, in a process of its own. */
const startBareServer = async (t: TestContext) => {
  const program = `require("node:http").createServer((_, answer) => answer.end("ok"))
    .listen(0, "127.0.0.1", function () { console.log(this.address().port); })`;
  const child = spawn(process.execPath, ["-e", program], { stdio: ["ignore", "pipe", "inherit"] });
  t.after(() => child.kill("SIGKILL"));
  const [port] = (await once(child.stdout, "data")) as [Buffer];
  return { url: `http://127.0.0.1:${port.toString().trim()}/`, pid: child.pid };
};

/** What the main thread of a process has worked, ms of the processor (schedstat of the kernel). */
const workedMs = (pid: number | undefined): number =>
  Number(readFileSync(`/proc/${pid ?? process.pid}/schedstat`, "utf8").split(" ")[0]) / 1e6;

/** How long an answer took, and how much of it the server's main thread worked. */
const answer = async (url: string, pid: number | undefined) => {
  const [startedMs, before] = [performance.now(), workedMs(pid)];
  await (await fetch(url)).text();
  return { ms: performance.now() - startedMs, workMs: workedMs(pid) - before };
};

/**
 * Ask /livez every few milliseconds until something holds, and a bare server at the same time: what both suffer is
 * the machine's, and of the excess that is the event loop's for which its thread worked: one that has to wait for a core
 * or a disk does not work.
 */
const stallsUntil = async (t: TestContext, service: RunningService, holds: () => Promise<boolean>) => {
  const bare = await startBareServer(t);
  const livez = `${service.url}/livez`;
  const stalls = { slowestMs: 0, excessMs: 0 };
  let looks = 0;
  const lookAgain = async (): Promise<boolean> => {
    const [asked, beside] = await Promise.all([
      answer(livez, service.process.pid),
      answer(bare.url, bare.pid),
    ]);
    stalls.slowestMs = Math.max(stalls.slowestMs, asked.ms);
    stalls.excessMs = Math.max(stalls.excessMs, Math.min(asked.ms - beside.ms, asked.workMs));
    return ++looks % 20 === 0 && (await holds());
  };
  await eventually("the job ends", lookAgain, { everyMs: 5 });
  return stalls;
};

const key = (point: readonly number[]): string => point.map((mm) => Math.round(mm * 100)).join(",");

/** Every foreground voxel of a stored SEG as a point in patient space, 0.01 mm. */
const pointsOfSeg = (bytes: Uint8Array): ReadonlySet<string> => {
  const { planes, columns, pixelSpacingMm, imageOrientation } = readSegPlanes(bytes);
  const [rowSpacing, columnSpacing] = pixelSpacingMm;
  const points = new Set<string>();
  for (const { positionLps, voxels } of planes)
    for (const [index, value] of voxels.entries()) {
      if (value === 0) continue;
      const [row, column] = [Math.floor(index / columns), index % columns];
      points.add(
        key(
          [0, 1, 2].map(
            (axis) =>
              (positionLps[axis] as number) +
              column * columnSpacing * (imageOrientation.flat()[axis] as number) +
              row * rowSpacing * (imageOrientation.flat()[axis + 3] as number),
          ),
        ),
      );
    }
  return points;
};

/** The same of a mask read from NIfTI. */
const pointsOfMask = ({ grid, voxels }: ReturnType<typeof readNifti>): ReadonlySet<string> => {
  const [, rows, columns] = grid.shape;
  const points = new Set<string>();
  for (const [index, value] of voxels.entries()) {
    if (value === 0) continue;
    const [k, rest] = [Math.floor(index / (rows * columns)), index % (rows * columns)];
    points.add(key(voxelToLps(grid, k, Math.floor(rest / columns), rest % columns)));
  }
  return points;
};
