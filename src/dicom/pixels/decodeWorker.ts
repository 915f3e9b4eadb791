/** Runs in a worker thread: one frame after another through its codec. */
import { parentPort } from "node:worker_threads";
import { FailureError } from "../../domain/failure.ts";
import { decodeFrame } from "./decodeFrame.ts";
import type { FrameAnswer, FrameQuestion } from "./frameDecoder.ts";

const answer = async ({ id, frame, format }: FrameQuestion): Promise<void> => {
  const post = (message: FrameAnswer, transferred: readonly ArrayBuffer[] = []): void =>
    parentPort?.postMessage(message, [...transferred]);
  try {
    const pixels = await decodeFrame(frame, format);
    post({ id, pixels }, [pixels.values.buffer as ArrayBuffer]);
  } catch (error) {
    if (!(error instanceof FailureError)) throw error;
    post({ id, failure: error.failure });
  }
};

/** One at a time: a codec that gave up on a frame must not have been handed to the next one already. */
let before: Promise<void> = Promise.resolve();

parentPort?.on("message", (question: FrameQuestion) => {
  before = before.then(() => answer(question));
});
