import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

type Room = { readonly rooms: readonly string[]; readonly packages: readonly string[] };

/**
 * Who may import whom, from the ground up: a room may know only rooms that stand above it in this table, so that there is
 * no arrow up and no circle. A room is a folder of src/, or one of the two files directly in it. `*` in packages stands for
 * every node:* module; packages not named are refused.
 */
const rooms: Readonly<Record<string, Room>> = {
  domain: { rooms: [], packages: [] },
  ports: { rooms: ["domain"], packages: [] },
  html: { rooms: [], packages: [] },
  disk: { rooms: ["domain"], packages: ["node:fs", "node:os", "node:path", "node:sqlite"] },
  settings: {
    rooms: ["domain"],
    packages: ["node:crypto", "node:fs", "node:os", "node:url", "node-cron", "yaml", "zod"],
  },
  geometry: { rooms: ["domain"], packages: [] },
  volumeFile: { rooms: ["domain", "geometry"], packages: ["node:zlib"] },
  nifti: { rooms: ["domain", "geometry", "volumeFile"], packages: ["node:zlib"] },
  nrrd: { rooms: ["domain", "volumeFile"], packages: [] },
  metaImage: { rooms: ["domain", "geometry", "volumeFile"], packages: [] },
  nnunet: { rooms: ["domain", "geometry"], packages: [] },
  measure: { rooms: ["domain", "geometry"], packages: [] },
  trust: { rooms: ["domain", "geometry"], packages: [] },
  picture: { rooms: ["domain", "geometry"], packages: ["fast-png"] },
  evaluate: { rooms: ["domain", "geometry"], packages: ["cephes"] },
  readout: { rooms: ["domain"], packages: ["uuid"] },
  dicom: {
    rooms: ["domain", "geometry"],
    packages: [
      "dcmjs",
      "@cornerstonejs/codec-openjpeg",
      "@cornerstonejs/codec-openjph",
      "@cornerstonejs/codec-charls",
      "@cornerstonejs/codec-libjpeg-turbo-8bit",
      "jpeg-lossless-decoder-js",
      "uuid",
      "node:crypto",
      "node:fs",
      "node:module",
      "node:os",
      "node:worker_threads",
      "node:zlib",
    ],
  },
  importer: { rooms: ["domain", "disk"], packages: ["*", "protobufjs", "yauzl"] },
  files: {
    rooms: ["domain", "ports", "volumeFile", "nifti", "nrrd", "metaImage", "dicom"],
    packages: ["node:fs", "node:path", "node:stream", "yauzl"],
  },
  cohort: {
    rooms: ["domain", "html", "geometry", "picture", "evaluate", "readout", "dicom", "files"],
    packages: ["*", "csv-parse", "vega", "vega-lite"],
  },
  quality: {
    rooms: ["domain", "ports", "geometry", "evaluate", "dicom"],
    packages: ["node:fs", "node:path"],
  },
  convert: { rooms: ["domain", "ports", "geometry", "nifti", "dicom", "files"], packages: ["*"] },
  story: { rooms: ["domain", "ports", "measure", "picture", "dicom"], packages: ["node:path"] },
  "pipeline.ts": {
    rooms: ["domain", "ports", "geometry", "nnunet", "measure", "trust", "dicom", "story"],
    packages: [],
  },
  predict: {
    rooms: ["domain", "ports", "nifti", "dicom", "files", "convert", "story", "pipeline.ts"],
    packages: ["node:fs", "node:path"],
  },
  pacs: { rooms: ["domain", "ports"], packages: ["*", "dicomweb-client", "node-cron", "undici"] },
  jobs: { rooms: ["domain", "ports", "disk"], packages: ["*"] },
  inference: { rooms: ["domain", "ports"], packages: ["*", "onnxruntime-node", "zod"] },
  http: { rooms: ["domain", "ports", "html"], packages: ["express", "node:crypto", "node:http"] },
  "compose.ts": {
    rooms: ["domain", "ports", "settings", "quality", "pacs", "jobs", "inference"],
    packages: ["*"],
  },
  processes: {
    rooms: [
      "domain",
      "ports",
      "disk",
      "settings",
      "story",
      "pipeline.ts",
      "pacs",
      "jobs",
      "http",
      "compose.ts",
    ],
    packages: ["*", "execa", "p-queue", "winston"],
  },
  demo: {
    rooms: [
      "domain",
      "ports",
      "settings",
      "geometry",
      "nifti",
      "measure",
      "evaluate",
      "dicom",
      "importer",
      "compose.ts",
      "processes",
    ],
    packages: ["*"],
  },
  cli: {
    rooms: [
      "domain",
      "ports",
      "disk",
      "settings",
      "evaluate",
      "readout",
      "dicom",
      "importer",
      "files",
      "cohort",
      "quality",
      "convert",
      "story",
      "predict",
      "pacs",
      "jobs",
      "inference",
      "http",
      "compose.ts",
      "processes",
      "demo",
    ],
    packages: ["*", "commander"],
  },
};

/** The same within the rooms that have chambers; a file directly in a room belongs to the chamber "". */
const chambers: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  dicom: {
    file: [],
    identity: [],
    pixels: ["file"],
    series: ["file", "pixels"],
    select: ["file", "pixels", "series"],
    report: ["file"],
    write: ["file", "identity"],
    segmentation: ["file", "pixels", "report", "write"],
    verify: ["file", "identity", "report", "write", "segmentation"],
  },
  importer: {
    pickle: [],
    onnx: [],
    torch: ["pickle"],
    source: ["pickle", "torch"],
    nnunetV1: ["pickle", "torch", "source"],
    pansegnet: ["onnx", "nnunetV1"],
    "": ["source", "torch", "pickle", "nnunetV1", "pansegnet", "onnx"],
  },
  jobs: { "": [], policy: [], files: [""], sqlite: [""] },
  http: { message: [], api: ["message"], pages: ["message", "api"], "": ["message", "api", "pages"] },
};

/** Packages that exactly one room may know, so that each can be replaced in one place. */
const soleUsers: Record<string, readonly string[]> = {
  dcmjs: ["dicom"],
  "dicomweb-client": ["pacs"],
  "onnxruntime-node": ["inference"],
  "node:sqlite": ["disk", "jobs"],
  express: ["http"],
  winston: ["processes"],
  execa: ["processes"],
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

test("src holds two loose files: the story and the wiring", () => {
  assert.deepEqual(files.filter((file) => !file.includes("/")).sort(), ["compose.ts", "pipeline.ts"]);
});

test("the tables themselves have no arrow up: a room or chamber names only those that stand above it", () => {
  const namedByRoom = Object.entries(rooms).map(([room, { rooms }]) => [room, rooms] as const);
  for (const table of [namedByRoom, ...Object.values(chambers).map((named) => Object.entries(named))]) {
    const order = table.map(([name]) => name);
    for (const [n, [name, others]] of table.entries())
      for (const other of others)
        assert.ok(order.indexOf(other) >= 0 && order.indexOf(other) < n, `${name} names ${other}`);
  }
});

const chamberOf = (path: string): string => path.split("/").slice(1, -1)[0] ?? "";

test("chambers import each other only as the table says", () => {
  const wrong = imports.flatMap(({ file, room, target }) => {
    const other = relative(source, join(source, dirname(file), target));
    const own = chambers[room];
    if (!target.startsWith(".") || own === undefined || other.split("/")[0] !== room) return [];
    const [from, to] = [chamberOf(file), chamberOf(other)];
    return from === to || own[from]?.includes(to) ? [] : [`${file} imports ${other}`];
  });
  assert.deepEqual(wrong, []);
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

test("nothing but the worker, the use case for files and tests tells the story", () => {
  const tellers = imports.filter(({ target }) => target.endsWith("/pipeline.ts")).map(({ room }) => room);
  assert.deepEqual([...new Set(tellers)].sort(), ["predict", "processes"]);
});

test("the story fits on 150 lines", () => {
  const lines = readFileSync(join(source, "pipeline.ts"), "utf8").split("\n").length;
  assert.ok(lines <= 150, `pipeline.ts has ${lines} lines`);
});
