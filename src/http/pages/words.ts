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
const stepWords: Readonly<Record<string, string>> = {
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
  "build-seg": "writing the SEG",
  "build-sr": "writing the SR",
  "verify-built": "reading SEG and SR back",
  picture: "drawing the picture",
  spool: "putting the results on disk",
  "store-seg": "storing the SEG",
  "store-sr": "storing the SR",
  "verify-seg": "comparing the stored SEG",
  "verify-sr": "comparing the stored SR",
  "build-text": "writing the report in words",
  "build-key-images": "drawing the key images",
  "store-text": "storing the report in words",
  "verify-text": "comparing the stored report",
  "store-key-image": "storing the key images",
  "verify-key-image": "comparing the stored key images",
};

/** A step in words, whatever number its object has and wherever it goes; one that has no words yet, by its name. */
export const sayStep = (step: string): string => {
  const [name = "", destination] = step.split("@");
  const words = stepWords[name.replace(/-\d+$/, "")] ?? (name === "" ? "starting" : name);
  return destination === undefined ? words : `${words} (${destination})`;
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
