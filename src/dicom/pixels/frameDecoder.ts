import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { type Failure, FailureError, failed } from "../../domain/failure.ts";
import { ownBytes } from "../../domain/ownBytes.ts";
import { decodeFrame, type StoredPixels } from "./decodeFrame.ts";
import type { PixelFormat } from "./pixelFormat.ts";

/** Decodes frames as `decodeFrame` does, at most `width` at once; the caller sees to that. */
export type FrameDecoder = {
  readonly width: number;
  readonly decode: (frame: Uint8Array, format: PixelFormat) => Promise<StoredPixels>;
  readonly close: () => Promise<void>;
};

export type FrameQuestion = { readonly id: number; readonly frame: Uint8Array; readonly format: PixelFormat };

export type FrameAnswer =
  | { readonly id: number; readonly pixels: StoredPixels }
  | { readonly id: number; readonly failure: Failure };

/** A codec takes some 50 ms a slice, a thread 100 ms to start. */
const fewestFrames = 32;

/** More threads would wait for the one that reads the files. */
const mostThreads = 4;

const onThisThread: FrameDecoder = { width: 1, decode: decodeFrame, close: async () => {} };

type Settle = { readonly resolve: (pixels: StoredPixels) => void; readonly reject: (error: Error) => void };

/** One thread with a codec of its own, and what it owes. */
const startThread = () => {
  // Whatever the process was started with, such as a debugger or a preload, is not for its codecs.
  const worker = new Worker(new URL("./decodeWorker.ts", import.meta.url), { execArgv: [] });
  worker.unref();
  const owed = new Map<number, Settle>();
  let asked = 0;
  worker.on("message", (answer: FrameAnswer) => {
    const settle = owed.get(answer.id);
    owed.delete(answer.id);
    if (owed.size === 0) worker.unref();
    if ("pixels" in answer) settle?.resolve(answer.pixels);
    else settle?.reject(new FailureError(answer.failure));
  });
  let hasEnded = false;
  const gone = (): Error => failed("PIXEL_DECODE_FAILED", "The thread of the codec ended within a frame.");
  const giveUp = (): void => {
    hasEnded = true;
    for (const { reject } of owed.values()) reject(gone());
    owed.clear();
  };
  worker.on("error", giveUp);
  worker.on("exit", giveUp);
  return {
    load: () => owed.size,
    decode: (frame: Uint8Array, format: PixelFormat): Promise<StoredPixels> =>
      new Promise((resolve, reject) => {
        if (hasEnded) return reject(gone());
        const id = asked++;
        owed.set(id, { resolve, reject });
        worker.ref();
        const own = ownBytes(frame);
        worker.postMessage({ id, frame: own, format } satisfies FrameQuestion, [own.buffer]);
      }),
    close: async () => void (await worker.terminate()),
  };
};

/**
 * A decoder for so many frames, compressed or not. Codecs keep a thread for tens of milliseconds a frame, so many
 * compressed frames are spread over threads, one for each core.
 */
export const openFrameDecoder = (frames: number, areCompressed: boolean): FrameDecoder => {
  const count = Math.min(availableParallelism(), mostThreads);
  if (!areCompressed || frames < fewestFrames || count < 2) return onThisThread;
  const threads = Array.from({ length: count }, startThread);
  return {
    // One frame waits for each thread, so that none is idle while a file is read.
    width: 2 * count,
    decode: (frame, format) => {
      const [idlest] = threads.toSorted((a, b) => a.load() - b.load());
      return idlest === undefined ? decodeFrame(frame, format) : idlest.decode(frame, format);
    },
    close: async () => void (await Promise.all(threads.map((thread) => thread.close()))),
  };
};
