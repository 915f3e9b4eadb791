import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { FailureError } from "../../src/domain/failure.ts";
import { withoutNumpy } from "../../src/importer/pickle/numpyValue.ts";
import { readPickle } from "../../src/importer/pickle/pickle.ts";
import { needsTool } from "../support/shared.ts";
import { failsWith, refuses } from "./failing.ts";
import * as py from "./pickleBytes.ts";
import { pickledByNumpy } from "./pickledByNumpy.ts";

const latin1 = (text: string): Buffer => Buffer.from(text, "latin1");

const expected = new Map<string, unknown>([
  ["ints", [16, 96, 96]],
  [
    "grid",
    [
      [1, 2, 2],
      [2, 2, 2],
    ],
  ],
  ["half", 0.5],
  ["f4", -11.5],
  ["big", [1.5, -2]],
  ["flag", true],
  ["text", ["CT", "noNorm"]],
  ["objects", [1, "a", null]],
  ["i8", -7],
  ["list", [1, -1, 300, 70000, 2 ** 40, -(2n ** 70n), true, false, null, 1.25, [2]]],
  ["word", "Größe π"],
  ["dict", new Map([[0, "CT"]])],
]);

for (const [protocol, base64] of pickledByNumpy.entries()) {
  test(`a pickle of protocol ${protocol} with numpy arrays and scalars is read as Python wrote it`, () => {
    const value = readPickle(Buffer.from(base64, "base64"));
    assert.ok(value instanceof Map);
    assert.deepEqual([...value.keys()], [...expected.keys()]);
    for (const [key, item] of value)
      assert.deepEqual(withoutNumpy(item), expected.get(key as string), String(key));
  });
}

test("opcodes that Python writes rarely are read: POP, DUP, POP_MARK, strings, long lengths, sets", () => {
  const cases: [string, unknown][] = [
    ["K\x01K\x020.", 1],
    ["]K\x01a.", [1]],
    ["K\x032\x86.", [3, 3]],
    ["K\x05(K\x01K\x021.", 5],
    ["S'a\\x41\\n\\'b'\n.", "aA\n'b"],
    ["U\x02ab.", "ab"],
    ["T\x02\x00\x00\x00ab.", "ab"],
    ["I01\n.", true],
    ["L-12L\n.", -12],
    ["Finf\n.", Number.POSITIVE_INFINITY],
    ["F-2.5e3\n.", -2500],
    ["Vp\\u00e9\n.", "pé"],
    ["\x8d\x02\x00\x00\x00\x00\x00\x00\x00hi.", "hi"],
    ["\x8b\x02\x00\x00\x00\xff\xff.", -1],
    ["\x8f(K\x01K\x02\x90.", new Set([1, 2])],
    ["(K\x01\x91.", new Set([1])],
    ["(K\x01K\x02d.", new Map([[1, 2]])],
    ["K\x07p12\n0g12\n.", 7],
    ["K\x07r\x00\x01\x00\x000j\x00\x01\x00\x00.", 7],
  ];
  for (const [bytes, value] of cases) {
    assert.deepEqual(readPickle(latin1(bytes)), value, JSON.stringify(bytes));
  }
});

/** Each would run a command, or make an object of a class, in Python's own reader. */
const hostile: readonly [string, string, string][] = [
  ["os.system by REDUCE", "cos\nsystem\n(S'true'\ntR.", "os.system"],
  ["posix.system by REDUCE", "cposix\nsystem\n(S'true'\ntR.", "posix.system"],
  ["builtins.eval", "cbuiltins\neval\n(S'1'\ntR.", "builtins.eval"],
  ["builtins.getattr", "cbuiltins\ngetattr\n(tR.", "builtins.getattr"],
  ["__builtin__.exec", "c__builtin__\nexec\n(S'1'\ntR.", "__builtin__.exec"],
  ["a global that is only named", "csubprocess\nPopen\n.", "subprocess.Popen"],
  ["STACK_GLOBAL", "\x80\x04\x8c\x02os\x8c\x06system\x93.", "os.system"],
  ["STACK_GLOBAL of a value that is no name", "\x80\x04K\x01\x8c\x06system\x93.", "STACK_GLOBAL"],
  [
    "a dotted name below an allowed module",
    "\x80\x04\x8c\x05torch\x8c\x0aload.__foo\x93.",
    "torch.load.__foo",
  ],
  ["an allowed name in another module", "cevil\nOrderedDict\n.", "evil.OrderedDict"],
  ["torch.load", "ctorch\nload\n.", "torch.load"],
  ["numpy.load", "cnumpy\nload\n.", "numpy.load"],
  ["INST", "(S'true'\nios\nsystem\n.", "INST"],
  ["OBJ", "(cos\nsystem\nS'true'\no.", "os.system"],
  ["OBJ of an allowed name", "(ccollections\nOrderedDict\no.", "OBJ"],
  ["NEWOBJ", "\x80\x02ccollections\nOrderedDict\n)\x81.", "NEWOBJ"],
  ["NEWOBJ_EX", "\x80\x04ccollections\nOrderedDict\n)}\x92.", "NEWOBJ_EX"],
  ["EXT1", "\x80\x02\x82\x01.", "EXT1"],
  ["EXT2", "\x80\x02\x83\x01\x00.", "EXT2"],
  ["EXT4", "\x80\x02\x84\x01\x00\x00\x00.", "EXT4"],
  ["NEXT_BUFFER", "\x80\x05\x97.", "NEXT_BUFFER"],
  ["READONLY_BUFFER", "\x80\x05\x98.", "READONLY_BUFFER"],
  ["BUILD on a list", "]}b.", "BUILD"],
  ["BUILD on a function", "cnumpy\ndtype\n}b.", "BUILD"],
  ["a call of a plain value", "K\x01)R.", "plain"],
  ["a call of a class that may only be named", "cnumpy\nndarray\n)R.", "numpy.ndarray"],
  ["a call of a storage class", "ctorch\nFloatStorage\n)R.", "torch.FloatStorage"],
  ["another codec", "c_codecs\nencode\n(S'a'\nS'rot13'\ntR.", "_codecs.encode"],
  ["an outside object in a plain pickle", "Pid\n.", "PERSID"],
];

for (const [name, bytes, refused] of hostile) {
  test(`a pickle with ${name} is refused by name`, async () => {
    const failure = await failsWith("PICKLE_UNSAFE", () => readPickle(latin1(bytes)));
    assert.ok(failure.sentence.includes(refused.split(" ")[0] as string), failure.sentence);
  });
}

test("a hostile name cannot forge or flood a log line", async () => {
  const failure = await failsWith("PICKLE_UNSAFE", () =>
    readPickle(latin1(`cos\r\x1b[31m\n${"x".repeat(5000)}\n.`)),
  );
  assert.match(failure.sentence, /^[\x20-\x7e]{1,200}$/);
});

const markerPickle = (marker: string): Buffer => latin1(`cos\nsystem\n(S'touch ${marker}'\ntR.`);

test("a pickle that would create a file creates none here", async () => {
  const folder = mkdtempSync(join(tmpdir(), "panseg-pickle-"));
  try {
    const marker = join(folder, "marker");
    await failsWith("PICKLE_UNSAFE", () => readPickle(markerPickle(marker)));
    assert.equal(existsSync(marker), false);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("the pickle above is truly hostile: Python's own reader creates the file", {
  skip: needsTool("python3"),
}, () => {
  const folder = mkdtempSync(join(tmpdir(), "panseg-pickle-"));
  try {
    const marker = join(folder, "marker");
    writeFileSync(join(folder, "hostile.pkl"), markerPickle(marker));
    execFileSync("python3", [
      "-c",
      `import pickle; pickle.load(open(${JSON.stringify(join(folder, "hostile.pkl"))}, "rb"))`,
    ]);
    assert.equal(existsSync(marker), true);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

const damaged: readonly [string, string][] = [
  ["nothing", ""],
  ["no STOP", "K\x01"],
  ["no value", "."],
  ["an unknown opcode", "\xf0."],
  ["protocol 6", "\x80\x06N."],
  ["a length beyond its end", "X\xff\xff\xff\x7fab."],
  ["an 8-byte length beyond its end", "\x8e\xff\xff\xff\xff\xff\xff\xff\x7fab."],
  ["an integer of 1000 bytes", `\x8b\xe8\x03\x00\x00${"\x01".repeat(1000)}.`],
  ["an endless decimal", `I${"9".repeat(5000)}\n.`],
  ["a malformed number", "Fabc\n."],
  ["a string without quotes", "Sabc\n."],
  ["text that is not UTF-8", "X\x02\x00\x00\x00\xff\xfe."],
  ["a value taken from below a mark", "K\x01(\x85."],
  ["a tuple of values that were never made", "\x85."],
  ["a recall of what was never stored", "h\x05."],
  ["a list closed without a mark", "t."],
  ["items for something that is no dict", "]K\x01K\x02s."],
  ["a dict with a key but no value", "(K\x01d."],
  ["items for something that is no list", "}K\x01a."],
  ["a call without an argument list", "ccollections\nOrderedDict\nK\x01R."],
  ["a structured numpy type", "cnumpy\ndtype\n(S'V8'\ntR."],
  ["a tensor without a storage", "ctorch._utils\n_rebuild_tensor_v2\n(K\x01K\x00))tR."],
  ["a dict of something else", "ccollections\nOrderedDict\n(K\x05tR."],
];

for (const [name, bytes] of damaged) {
  test(
    `a pickle with ${name} is refused as damaged`,
    refuses("PICKLE_MALFORMED", () => readPickle(latin1(bytes))),
  );
}

test("numpy values whose bytes do not fit their type or shape are refused", async () => {
  const dtype = (code: string) => py.reduce(py.global("numpy", "dtype"), py.tuple(py.text(code)));
  const scalar = (code: string, data: string) =>
    py.pickle(py.reduce(py.global("numpy.core.multiarray", "scalar"), py.tuple(dtype(code), py.text(data))));
  await failsWith("PICKLE_MALFORMED", () => readPickle(scalar("f8", "abc")));
  await failsWith("PICKLE_MALFORMED", () => readPickle(scalar("O8", "abcdefgh")));
  const array = (code: string, shape: readonly number[], data: string) =>
    readPickle(
      py.pickle(
        py.build(
          py.reduce(py.global("numpy.core.multiarray", "_reconstruct"), py.tuple()),
          py.tuple(py.int(1), py.tuple(...shape.map(py.int)), dtype(code), py.bool(false), py.text(data)),
        ),
      ),
    );
  assert.deepEqual(withoutNumpy(array("i1", [2], "\x01\x02")), [1, 2]);
  assert.deepEqual(withoutNumpy(array("i1", [2000000000, 0], "")), []);
  await failsWith("PICKLE_MALFORMED", () => withoutNumpy(array("i1", [3], "\x01\x02")));
  await failsWith("PICKLE_MALFORMED", () => withoutNumpy(array("S0", [2000000000], "")));
});

test("a small file cannot fill the memory: recalled values are shared, and the number of steps is bounded", async () => {
  const long = `X\x00\x00\x10\x00${"a".repeat(1 << 20)}q\x000`;
  const encode = "c_codecs\nencode\nh\x00U\x06latin1\x86R0";
  assert.equal(readPickle(latin1(`${long}${encode.repeat(2000)}N.`)), null);
  await failsWith("PICKLE_MALFORMED", () => readPickle(latin1(`(${"}".repeat(2_100_000)}l.`)));
});

test("any bytes at all either read or fail with one of our codes", () => {
  const opcodeLike = fc
    .constantFrom(..."(.0]})lteausRbqhrjKJMXNcd\x80\x85\x86\x87\x93\x94\x95".split(""))
    .map(latin1);
  const piece = fc.oneof(
    opcodeLike,
    fc.uint8Array({ maxLength: 4 }).map((bytes) => Buffer.from(bytes)),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      try {
        readPickle(Buffer.concat(pieces));
      } catch (error) {
        assert.ok(error instanceof FailureError, String(error));
        assert.match(error.failure.code, /^PICKLE_/);
      }
    }),
    { numRuns: 2000 },
  );
});
