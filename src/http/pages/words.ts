import { outputKinds, outputs } from "../../domain/outputs.ts";
import type { PlainStep } from "../../domain/step.ts";
import type { Verdict } from "./dashboard.ts";

export const verdictWords: Readonly<Record<Verdict, string>> = {
  segmented: "Segmented",
  "no-pancreas-found": "No pancreas found",
  withdrawn: "Withdrawn",
  "not-segmented": "Not segmented",
  working: "Working",
  waiting: "Waiting",
  "needs-a-person": "Needs a person",
};

/** The steps of the story as a person would say them. */
const stepWords: Readonly<Record<PlainStep, string>> = {
  open: "opening the files",
  headers: "reading the headers",
  origin: "asking where it came from",
  examine: "looking at the headers",
  list: "listing the images",
  retrieve: "retrieving the images",
  history: "looking for earlier results",
  "load-model": "loading the model",
  volume: "stacking the images",
  values: "checking that the values are an image's",
  preprocess: "preparing for the network",
  infer: "running the network",
  mask: "bringing the mask back",
  measure: "measuring",
  judge: "checking plausibility",
  "verify-built": "reading SEG and SR back",
  picture: "drawing the picture",
  spool: "putting the results on disk",
  write: "writing the files",
};

const verbWords = { build: "writing the", store: "storing the", verify: "comparing the stored" } as const;

/** A step in words, whatever number its object has and wherever it goes; one that has no words, by its name. */
export const sayStep = (step: string): string => {
  const [name = "", destination] = step.split("@");
  const words = plainWords(name) ?? objectWords(name) ?? (name === "" ? "starting" : name);
  return destination === undefined ? words : `${words} (${destination})`;
};

const plainWords = (name: string): string | null =>
  Object.hasOwn(stepWords, name) ? stepWords[name as PlainStep] : null;

const objectWords = (name: string): string | null => {
  const [, verb, object = ""] = /^(build|store|verify)-(.+)$/.exec(name) ?? [];
  const kind = outputKinds.find((each) => each === object.replace(/-\d+$/, ""));
  return verb === undefined || kind === undefined
    ? null
    : `${verbWords[verb as keyof typeof verbWords]} ${outputs[kind].words}`;
};

/** Seconds as a person would say them: "41 s", "3 min 12 s", "1 h 4 min". */
export const sayDuration = (seconds: number): string => {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
};

/** Local date and time to the minute: the page is read on the machine that serves it. */
export const sayMoment = (epochMs: number): string => {
  const moment = new Date(epochMs);
  const two = (value: number): string => String(value).padStart(2, "0");
  const date = [moment.getFullYear(), moment.getMonth() + 1, moment.getDate()].map(two).join("-");
  return `${date} ${two(moment.getHours())}:${two(moment.getMinutes())}`;
};
