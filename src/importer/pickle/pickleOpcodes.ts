import type { PickleMachine } from "./pickle.ts";
import { build } from "./pickleBuild.ts";
import { callGlobal, findGlobal } from "./pickleGlobals.ts";
import { addItems, append, dictOf, lastItems, pop, popToMark, setItems, top } from "./pickleStack.ts";
import { binaryInteger, decimalFloat, decimalInteger, quotedString, rawUnicode } from "./pickleText.ts";
import { countOf, malformedPickle, type PickleValue, unsafePickle } from "./pickleValue.ts";

type Run = (machine: PickleMachine) => void;

const push =
  (make: (machine: PickleMachine) => PickleValue): Run =>
  (machine) => {
    machine.stack.push(make(machine));
  };

const remember =
  (index: (machine: PickleMachine) => number): Run =>
  (machine) => {
    machine.memo.set(index(machine), top(machine));
  };

const recall =
  (index: (machine: PickleMachine) => number): Run =>
  (machine) => {
    const value = machine.memo.get(index(machine));
    if (value === undefined) throw malformedPickle("The pickle recalls a value that it never stored.");
    machine.stack.push(value);
  };

const lineIndex = ({ reader }: PickleMachine): number =>
  countOf(decimalInteger(reader.line()), "a memo index");

const persistentValue = (machine: PickleMachine, id: PickleValue): PickleValue => {
  if (machine.persistent === null) throw unsafePickle("an outside object (PERSID) in a plain pickle");
  return machine.persistent(id);
};

const stackGlobal = (machine: PickleMachine): PickleValue => {
  const name = pop(machine);
  const module = pop(machine);
  if (typeof name !== "string" || typeof module !== "string")
    throw unsafePickle("STACK_GLOBAL without names");
  return findGlobal(module, name);
};

const reduce = (machine: PickleMachine): PickleValue => {
  const args = pop(machine);
  return callGlobal(pop(machine), args);
};

const refuse =
  (name: string): Run =>
  () => {
    throw unsafePickle(`opcode ${name}`);
  };

const refuseInstance: Run = ({ reader }) => {
  throw unsafePickle(`opcode INST of ${reader.line()}.${reader.line()}`);
};

/** A copy: what stays alive must not hold on to the whole file. */
const bytesOf = (bytes: Uint8Array): Uint8Array => new Uint8Array(bytes);

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");

/** Names as in Python's pickletools; the reserved classes of code (INST, OBJ, NEWOBJ, EXT) are refused by name. */
const table: Readonly<Record<string, Run>> = {
  // framing and stack
  "\x80": ({ reader }) => {
    const protocol = reader.u8();
    if (protocol > 5)
      throw malformedPickle(`The pickle has protocol ${protocol}; 0 to 5 are known.`, { protocol });
  },
  "\x95": ({ reader }) => {
    reader.u64();
  },
  "(": ({ stack, marks }) => {
    marks.push(stack.length);
  },
  "0": (m) => {
    if (m.stack.length === m.marks.at(-1)) m.marks.pop();
    else pop(m);
  },
  "1": (m) => {
    popToMark(m);
  },
  "2": push(top),
  // memo
  p: remember(lineIndex),
  q: remember(({ reader }) => reader.u8()),
  r: remember(({ reader }) => reader.u32()),
  "\x94": remember(({ memo }) => memo.size),
  g: recall(lineIndex),
  h: recall(({ reader }) => reader.u8()),
  j: recall(({ reader }) => reader.u32()),
  // plain values
  N: push(() => null),
  "\x88": push(() => true),
  "\x89": push(() => false),
  I: push(({ reader }) => decimalInteger(reader.line())),
  L: push(({ reader }) => decimalInteger(reader.line())),
  J: push(({ reader }) => reader.i32()),
  K: push(({ reader }) => reader.u8()),
  M: push(({ reader }) => reader.u16()),
  "\x8a": push(({ reader }) => binaryInteger(reader.take(reader.u8()))),
  "\x8b": push(({ reader }) => binaryInteger(reader.take(reader.u32()))),
  F: push(({ reader }) => decimalFloat(reader.line())),
  G: push(({ reader }) => reader.f64BigEndian()),
  S: push(({ reader }) => quotedString(reader.line())),
  T: push(({ reader }) => latin1(reader.take(reader.u32()))),
  U: push(({ reader }) => latin1(reader.take(reader.u8()))),
  V: push(({ reader }) => rawUnicode(reader.line())),
  X: push(({ reader }) => reader.text(reader.u32())),
  "\x8c": push(({ reader }) => reader.text(reader.u8())),
  "\x8d": push(({ reader }) => reader.text(reader.u64())),
  B: push(({ reader }) => bytesOf(reader.take(reader.u32()))),
  C: push(({ reader }) => bytesOf(reader.take(reader.u8()))),
  "\x8e": push(({ reader }) => bytesOf(reader.take(reader.u64()))),
  "\x96": push(({ reader }) => bytesOf(reader.take(reader.u64()))),
  // containers
  "]": push(() => []),
  "}": push(() => new Map()),
  ")": push(() => []),
  "\x8f": push(() => new Set()),
  l: push(popToMark),
  t: push(popToMark),
  d: push((m) => dictOf(popToMark(m))),
  "\x91": push((m) => new Set(popToMark(m))),
  "\x85": push((m) => lastItems(m, 1)),
  "\x86": push((m) => lastItems(m, 2)),
  "\x87": push((m) => lastItems(m, 3)),
  a: (m) => append(m, [pop(m)]),
  e: (m) => append(m, popToMark(m)),
  s: (m) => setItems(m, lastItems(m, 2)),
  u: (m) => setItems(m, popToMark(m)),
  "\x90": addItems,
  // objects of the allow-list
  c: push(({ reader }) => findGlobal(reader.line(), reader.line())),
  "\x93": push(stackGlobal),
  R: push(reduce),
  b: build,
  P: push((m) => persistentValue(m, m.reader.line())),
  Q: push((m) => persistentValue(m, pop(m))),
  // refused
  i: refuseInstance,
  o: refuse("OBJ"),
  "\x81": refuse("NEWOBJ"),
  "\x92": refuse("NEWOBJ_EX"),
  "\x82": refuse("EXT1"),
  "\x83": refuse("EXT2"),
  "\x84": refuse("EXT4"),
  "\x97": refuse("NEXT_BUFFER"),
  "\x98": refuse("READONLY_BUFFER"),
};

/** Opcode byte to its action on the machine; STOP is the reader's own. */
export const opcodes: ReadonlyMap<number, Run> = new Map(
  Object.entries(table).map(([letter, run]) => [letter.charCodeAt(0), run]),
);
