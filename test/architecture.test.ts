import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

/**
 * Who may import whom. A room is a folder of src/, or a file directly in it. `*` in packages stands for every node:*
 * module; packages not named are refused.
 */
const rooms: Record<string, { rooms: readonly string[]; packages: readonly string[] }> = {
  domain: { rooms: [], packages: [] },
  geometry: { rooms: ["domain"], packages: [] },
  nifti: { rooms: ["domain", "geometry"], packages: ["node:zlib"] },
  nnunet: { rooms: ["domain", "geometry"], packages: [] },
  measure: { rooms: ["domain", "geometry"], packages: [] },
  trust: { rooms: ["domain", "geometry"], packages: [] },
  dicom: {
    rooms: ["domain", "geometry"],
    packages: [
      "dcmjs",
      "@cornerstonejs/codec-openjpeg",
      "@cornerstonejs/codec-openjph",
      "@cornerstonejs/codec-charls",
      "@cornerstonejs/codec-libjpeg-turbo-8bit",
      "jpeg-lossless-decoder-js",
      "node:crypto",
      "node:fs",
      "node:module",
      "node:os",
      "node:worker_threads",
      "node:zlib",
    ],
  },
  phantom: { rooms: ["domain", "geometry", "dicom", "nifti"], packages: ["node:crypto", "node:zlib"] },
  picture: { rooms: ["domain", "geometry"], packages: ["fast-png"] },
  evaluate: { rooms: ["domain", "geometry"], packages: ["cephes"] },
  readout: { rooms: ["domain"], packages: ["node:crypto"] },
  "html.ts": { rooms: [], packages: [] },
  quality: {
    rooms: ["domain", "ports.ts", "geometry", "dicom", "evaluate"],
    packages: ["node:fs", "node:path"],
  },
  "auditProcess.ts": {
    rooms: ["ports.ts", "reportProcess.ts"],
    packages: ["node:child_process", "node-cron"],
  },
  cohort: {
    rooms: ["domain", "html.ts", "geometry", "dicom", "nifti", "evaluate", "picture", "readout"],
    packages: ["*", "csv-parse", "vega", "vega-lite"],
  },
  importer: { rooms: ["domain"], packages: ["*", "protobufjs", "yauzl"] },
  "ports.ts": { rooms: ["domain"], packages: [] },
  "results.ts": { rooms: ["domain", "ports.ts"], packages: [] },
  "listing.ts": { rooms: ["domain", "ports.ts", "dicom"], packages: [] },
  "retrieve.ts": { rooms: ["domain", "ports.ts", "dicom"], packages: ["node:path"] },
  "history.ts": { rooms: ["domain", "ports.ts", "readReports.ts", "dicom"], packages: [] },
  "deliver.ts": { rooms: ["domain", "ports.ts", "results.ts", "dicom"], packages: [] },
  "illustrate.ts": { rooms: ["domain", "results.ts", "dicom", "picture"], packages: [] },
  "order.ts": { rooms: ["domain", "ports.ts", "dicom"], packages: [] },
  "readReports.ts": { rooms: ["domain", "ports.ts", "dicom"], packages: [] },
  "reportProcess.ts": { rooms: ["http"], packages: ["node:child_process"] },
  "pipeline.ts": {
    rooms: [
      "domain",
      "ports.ts",
      "order.ts",
      "listing.ts",
      "retrieve.ts",
      "history.ts",
      "objects.ts",
      "illustrate.ts",
      "deliver.ts",
      "results.ts",
      "geometry",
      "dicom",
      "nnunet",
      "measure",
      "trust",
    ],
    packages: [],
  },
  "objects.ts": {
    rooms: ["domain", "ports.ts", "results.ts", "illustrate.ts", "dicom", "measure"],
    packages: [],
  },
  "step.ts": { rooms: ["domain", "ports.ts"], packages: [] },
  "log.ts": { rooms: ["domain", "ports.ts"], packages: ["winston"] },
  "yamlFile.ts": { rooms: [], packages: ["node:fs", "yaml"] },
  "settings.ts": { rooms: ["domain", "yamlFile.ts"], packages: ["node:os", "node-cron", "zod"] },
  pacs: { rooms: ["domain", "ports.ts"], packages: ["*", "dicomweb-client", "node-cron", "undici", "yauzl"] },
  jobs: { rooms: ["domain", "ports.ts"], packages: ["*"] },
  archive: { rooms: ["domain", "dicom"], packages: ["*"] },
  inference: { rooms: ["domain", "ports.ts", "nnunet"], packages: ["*", "onnxruntime-node", "zod"] },
  http: { rooms: ["domain", "ports.ts", "html.ts"], packages: ["express", "node:crypto", "node:http"] },
  "seriesRules.ts": { rooms: ["domain", "yamlFile.ts"], packages: ["node:url", "zod"] },
  "software.ts": { rooms: ["domain"], packages: ["node:fs"] },
  "compose.ts": {
    rooms: [
      "domain",
      "ports.ts",
      "settings.ts",
      "software.ts",
      "seriesRules.ts",
      "inference",
      "jobs",
      "pacs",
      "quality",
    ],
    packages: ["*"],
  },
  "worker.ts": { rooms: ["domain", "ports.ts", "pipeline.ts", "step.ts", "jobs"], packages: ["*"] },
  "keepWorker.ts": {
    rooms: ["domain", "ports.ts", "compose.ts", "reportProcess.ts"],
    packages: ["node:child_process"],
  },
  "tenure.ts": {
    rooms: [
      "domain",
      "ports.ts",
      "settings.ts",
      "compose.ts",
      "keepWorker.ts",
      "auditProcess.ts",
      "reportProcess.ts",
      "jobs",
      "pacs",
    ],
    packages: ["node:fs"],
  },
  "service.ts": {
    rooms: [
      "domain",
      "ports.ts",
      "settings.ts",
      "seriesRules.ts",
      "compose.ts",
      "tenure.ts",
      "reportProcess.ts",
      "http",
      "jobs",
    ],
    packages: ["node:fs"],
  },
  demo: {
    rooms: [
      "domain",
      "ports.ts",
      "settings.ts",
      "order.ts",
      "compose.ts",
      "service.ts",
      "dicom",
      "evaluate",
      "measure",
      "nifti",
      "phantom",
      "importer",
      "archive",
    ],
    packages: ["*"],
  },
  cli: {
    rooms: [
      "domain",
      "ports.ts",
      "settings.ts",
      "software.ts",
      "seriesRules.ts",
      "log.ts",
      "step.ts",
      "results.ts",
      "listing.ts",
      "order.ts",
      "readReports.ts",
      "readout",
      "reportProcess.ts",
      "auditProcess.ts",
      "quality",
      "compose.ts",
      "service.ts",
      "tenure.ts",
      "keepWorker.ts",
      "worker.ts",
      "pipeline.ts",
      "illustrate.ts",
      "demo",
      "cohort",
      "dicom",
      "evaluate",
      "geometry",
      "importer",
      "inference",
      "nifti",
      "pacs",
      "jobs",
      "http",
    ],
    packages: ["*", "commander"],
  },
};

/** Packages that exactly one room may know, so that each can be replaced in one place. */
const soleUsers: Record<string, readonly string[]> = {
  dcmjs: ["dicom"],
  "dicomweb-client": ["pacs"],
  "onnxruntime-node": ["inference"],
  "node:sqlite": ["jobs"],
  express: ["http"],
  winston: ["log.ts"],
  commander: ["cli"],
  "fast-png": ["picture"],
  cephes: ["evaluate"],
  vega: ["cohort"],
  "vega-lite": ["cohort"],
  "csv-parse": ["cohort"],
};

const source = fileURLToPath(new URL("../src/", import.meta.url));

type Import = { readonly file: string; readonly room: string; readonly target: string };

const roomOf = (path: string): string => relative(source, path).split("/")[0] ?? "";

const files = readdirSync(source, { recursive: true, encoding: "utf8" }).filter(
  (file) => file.endsWith(".ts") && !file.endsWith(".d.ts"),
);

const imports: readonly Import[] = files.flatMap((file) => {
  const text = readFileSync(join(source, file), "utf8");
  const specifiers = text.matchAll(
    /(?:^|\n)\s*(?:import|export)\b[^;]*?from\s+"([^"]+)"|import\("([^"]+)"\)|(?:^|\n)import\s+"([^"]+)"/g,
  );
  return [...specifiers].map((match) => ({
    file,
    room: file.split("/")[0] ?? file,
    target: match[1] ?? match[2] ?? match[3] ?? "",
  }));
});

const packageOf = (target: string): string =>
  target.startsWith("node:")
    ? (target.split("/")[0] ?? target)
    : target
        .split("/")
        .slice(0, target.startsWith("@") ? 2 : 1)
        .join("/");

test("every file of src lies in a room of the table", () => {
  assert.ok(files.length > 30, `only ${files.length} files were seen`);
  assert.deepEqual(
    files.filter((file) => rooms[file.split("/")[0] ?? ""] === undefined),
    [],
  );
});

test("rooms import downwards only, as the table says", () => {
  const internal = imports.filter(({ target }) => target.startsWith("."));
  assert.ok(internal.length > 60, `only ${internal.length} imports were seen`);
  const wrong = internal.filter(({ file, room, target }) => {
    const other = roomOf(join(source, dirname(file), target));
    return other !== room && !rooms[room]?.rooms.includes(other);
  });
  assert.deepEqual(wrong, []);
});

test("packages are imported only where the table allows them", () => {
  const external = imports.filter(({ target }) => !target.startsWith("."));
  assert.ok(external.length > 20, `only ${external.length} package imports were seen`);
  const wrong = external.filter(({ room, target }) => {
    const name = packageOf(target);
    const users = soleUsers[name];
    if (users !== undefined && !users.includes(room)) return true;
    const allowed = rooms[room]?.packages ?? [];
    return !(allowed.includes(name) || (name.startsWith("node:") && allowed.includes("*")));
  });
  assert.deepEqual(wrong, []);
});

test("PIT-4, PIT-5, PIT-6: of dcmjs only its reading, its writing and its dictionary are used", () => {
  const texts = files.map((file) => readFileSync(join(source, file), "utf8"));
  const named = texts.flatMap((text) =>
    [...text.matchAll(/import\s+\{([^}]*)\}\s+from\s+"dcmjs"/g)].flatMap(([, names = ""]) =>
      names.split(",").map((name) => name.trim().replace(/^type /, "")),
    ),
  );
  const allowed = ["data", "log", "DicomElement", "DicomElements"];
  assert.ok(named.includes("data"));
  assert.deepEqual(
    named.filter((name) => name !== "" && !allowed.includes(name)),
    [],
  );
  // No other form of import, by which the rest of it could come in.
  assert.ok(texts.every((text) => !/(import\s+[\w*][^{;]*from\s+|import\()"dcmjs"/.test(text)));
});

test("PIT-16, PIT-28: dcmjs and dicomweb-client load as modules, with type declarations of our own", async () => {
  for (const [name, declarations] of [
    ["dcmjs", "dicom/dcmjs.d.ts"],
    ["dicomweb-client", "pacs/dicomweb-client.d.ts"],
  ] as const) {
    assert.ok(Object.keys(await import(name)).length > 0);
    assert.match(readFileSync(join(source, declarations), "utf8"), new RegExp(`declare module "${name}"`));
  }
});

test("nothing but composition, the worker, the command line and tests tells the story", () => {
  const tellers = imports.filter(({ target }) => target.endsWith("/pipeline.ts")).map(({ room }) => room);
  assert.deepEqual([...new Set(tellers)].sort(), ["cli", "worker.ts"]);
});

test("the story fits on 150 lines", () => {
  const lines = readFileSync(join(source, "pipeline.ts"), "utf8").split("\n").length;
  assert.ok(lines <= 150, `pipeline.ts has ${lines} lines`);
});
