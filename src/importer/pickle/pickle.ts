import { opcodes } from "./pickleOpcodes.ts";
import { type PickleReader, pickleReader } from "./pickleReader.ts";
import { malformedPickle, type PickleValue } from "./pickleValue.ts";

/** Largest pickle that is read: plans and checkpoint indices are far below. */
export const LARGEST_PICKLE_BYTES = 64 * 2 ** 20;

/** Every opcode makes at most one object, so this bounds memory too; a plan of 1000 cases needs some 200,000. */
const MOST_OPCODES = 2_000_000;

/** State of one reading: a stack, marks into it and a memo. It holds values only, never code. */
export type PickleMachine = {
  readonly reader: PickleReader;
  readonly stack: PickleValue[];
  readonly marks: number[];
  readonly memo: Map<number, PickleValue>;
  readonly persistent: ((id: PickleValue) => PickleValue) | null;
};

const STOP = 0x2e;

/**
 * The value of a pickle of protocol 0 to 5, made by interpreting its opcodes against an allow-list; nothing is executed.
 * `persistent` resolves torch storages. Throws PICKLE_UNSAFE for what a model never needs, PICKLE_MALFORMED for damage.
 */
export const readPickle = (
  bytes: Uint8Array,
  persistent: ((id: PickleValue) => PickleValue) | null = null,
): PickleValue => {
  if (bytes.length > LARGEST_PICKLE_BYTES) {
    throw malformedPickle(`The pickle has ${bytes.length} bytes; no plan is that large.`);
  }
  const machine: PickleMachine = {
    reader: pickleReader(bytes),
    stack: [],
    marks: [],
    memo: new Map(),
    persistent,
  };
  for (let step = 0; step < MOST_OPCODES; step++) {
    const code = machine.reader.u8();
    if (code === STOP) {
      const value = machine.stack.pop();
      if (value === undefined) throw malformedPickle("The pickle ends without a value.");
      return value;
    }
    const run = opcodes.get(code);
    if (run === undefined) throw malformedPickle(`The pickle holds the unknown opcode ${code}.`, { code });
    run(machine);
  }
  throw malformedPickle(`The pickle has more than ${MOST_OPCODES} opcodes.`);
};
