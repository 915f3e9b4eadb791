import type { PickleMachine } from "./pickle.ts";
import { malformedPickle, type PickleValue } from "./pickleValue.ts";

/** The machine's top value, taken off; never one from below an open mark. */
export const pop = ({ stack, marks }: PickleMachine): PickleValue => {
  if (stack.length <= (marks.at(-1) ?? 0))
    throw malformedPickle("The pickle takes more values than it made.");
  return stack.pop() as PickleValue;
};

export const top = ({ stack }: PickleMachine): PickleValue => {
  const value = stack.at(-1);
  if (value === undefined) throw malformedPickle("The pickle uses a value that it never made.");
  return value;
};

export const popToMark = ({ stack, marks }: PickleMachine): PickleValue[] => {
  const mark = marks.pop();
  if (mark === undefined) throw malformedPickle("The pickle closes a list that it never opened.");
  return stack.splice(mark);
};

export const append = (machine: PickleMachine, items: readonly PickleValue[]): void => {
  const list = top(machine);
  if (!Array.isArray(list)) throw malformedPickle("The pickle appends to something that is no list.");
  for (const item of items) list.push(item);
};

export const setItems = (machine: PickleMachine, items: readonly PickleValue[]): void => {
  const map = top(machine);
  if (!(map instanceof Map) || items.length % 2 !== 0) {
    throw malformedPickle("The pickle sets items of something that is no dict.");
  }
  for (let i = 0; i < items.length; i += 2) map.set(items[i] as PickleValue, items[i + 1] as PickleValue);
};

export const addItems = (machine: PickleMachine): void => {
  const items = popToMark(machine);
  const set = top(machine);
  if (!(set instanceof Set)) throw malformedPickle("The pickle adds items to something that is no set.");
  for (const item of items) set.add(item);
};

/** Keys and values in turn. */
export const dictOf = (items: readonly PickleValue[]): PickleValue => {
  const map = new Map<PickleValue, PickleValue>();
  if (items.length % 2 !== 0) throw malformedPickle("The pickle holds a dict with a key but no value.");
  for (let i = 0; i < items.length; i += 2) map.set(items[i] as PickleValue, items[i + 1] as PickleValue);
  return map;
};

export const lastItems = (machine: PickleMachine, count: number): PickleValue[] =>
  Array.from({ length: count }, () => pop(machine)).reverse();
