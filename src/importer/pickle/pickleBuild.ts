import type { PickleMachine } from "./pickle.ts";
import { pop, top } from "./pickleStack.ts";
import { countsOf, isKind, malformedPickle, unsafePickle } from "./pickleValue.ts";

/** Fill numpy objects; attributes of an OrderedDict (torch's `_metadata`) are dropped. No other object has state. */
export const build = (machine: PickleMachine): void => {
  const state = pop(machine);
  const target = top(machine);
  if (target instanceof Map) return;
  if (isKind(target, "dtype") && Array.isArray(state)) {
    const isPlain = state.slice(2, 5).every((item) => item === null);
    if (!isPlain) throw malformedPickle("The pickle holds a structured numpy type.");
    target.isBigEndian = state[1] === ">";
    return;
  }
  if (isKind(target, "ndarray") && Array.isArray(state)) {
    const [, shape, dtype, isFortranOrder, data] = state;
    if (!isKind(dtype, "dtype")) throw malformedPickle("The pickle holds a numpy array without a type.");
    if (!(data instanceof Uint8Array || Array.isArray(data) || typeof data === "string")) {
      throw malformedPickle("The pickle holds a numpy array without data.");
    }
    Object.assign(target, { shape: countsOf(shape, "an array shape"), dtype, data });
    target.isFortranOrder = isFortranOrder === true;
    return;
  }
  throw unsafePickle("BUILD on an object that has no state");
};
