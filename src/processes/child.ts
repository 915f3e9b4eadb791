/** One way to start, watch, limit, cancel and end a process of this program. Nothing else here starts one. */
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { execaNode } from "execa";

/** How this program is started with the settings of the service; a command and its arguments follow. */
export type ProgramCommand = { readonly program: string; readonly arguments: readonly string[] };

/** What a child and its parent say to each other; anything else that a child sends is not heard. */
export type Message = { readonly kind: string };

export type ChildLimits = {
  /** Longest life. */
  readonly timeoutMs?: number;
  /** What V8 may keep; without it the flags of this process hold for the child. */
  readonly heapMegabytes?: number;
  /**
   * Memory in use as the kernel counts it, which V8's limit does not bound: buffers, images, a network's tensors. Looked at
   * where there is a /proc; elsewhere the heap alone is limited.
   */
  readonly residentMegabytes?: number;
  /** Standard output that is kept; where this is left out, it goes where this process's own goes. */
  readonly stdoutBytes?: number;
  /** Between SIGTERM and SIGKILL; a child without it is not asked. */
  readonly graceMs?: number;
};

/** Why a child is no more: by itself, or what it was ended for. */
export type ChildReason = "ended" | "time" | "memory" | "output" | "cancelled" | "not started";

export type ChildEnd = {
  readonly reason: ChildReason;
  /** Null where a signal ended it, or nothing was ever started. */
  readonly code: number | null;
  readonly signal: string | null;
  /** Whether it had to be killed because it did not end when it was asked to. */
  readonly wasForced: boolean;
  readonly stdout: Uint8Array;
};

export type Child = {
  readonly pid: number | undefined;
  /** Never rejects: also a process that could not be made has an end. */
  readonly ended: Promise<ChildEnd>;
  readonly say: (message: Message) => void;
  /** Ask it to end, kill it after its grace; what became of it. */
  readonly stop: () => Promise<ChildEnd>;
  readonly kill: () => void;
};

export type ChildOptions = {
  readonly limits?: ChildLimits;
  readonly hear?: (message: Message) => void;
  /** Ends the child when it is aborted. */
  readonly signal?: AbortSignal;
};

const MEMORY_LOOK_MS = 200;
/** For what a child wrote last; whoever else holds its output after that is ended with it. */
const LAST_OUTPUT_MS = 1000;

/** Start a child, in a process group of its own: whatever it starts ends with it. */
export const startChild = (
  { program, arguments: before }: ProgramCommand,
  after: readonly string[],
  { limits = {}, hear = () => {}, signal }: ChildOptions = {},
): Child => {
  const { timeoutMs, heapMegabytes, residentMegabytes, stdoutBytes, graceMs } = limits;
  let isTooLarge = false;
  const child = execaNode(program, [...before, ...after], {
    nodeOptions: heapMegabytes === undefined ? process.execArgv : [`--max-old-space-size=${heapMegabytes}`],
    serialization: "json",
    stdin: "ignore",
    stdout: stdoutBytes === undefined ? "inherit" : "pipe",
    stderr: stdoutBytes === undefined ? "inherit" : "ignore",
    encoding: "buffer",
    stripFinalNewline: false,
    // What a worker says in weeks would otherwise be kept to its end.
    buffer: { stdout: true, ipc: false },
    maxBuffer: { stdout: stdoutBytes ?? 0 },
    timeout: timeoutMs ?? 0,
    ...(signal !== undefined && { cancelSignal: signal }),
    killSignal: graceMs === undefined ? "SIGKILL" : "SIGTERM",
    forceKillAfterDelay: graceMs ?? false,
    killDescendants: true,
    // Whoever is orphaned ends itself, also where this process had no time for anything.
    cleanup: false,
    reject: false,
  });
  const kill = (): void => void child.kill("SIGKILL");

  const node = child.nodeChildProcess;
  node.on("message", (message) => {
    if (isMessage(message)) hear(message);
  });
  const watch =
    residentMegabytes === undefined || child.pid === undefined
      ? undefined
      : watchMemory(child.pid, residentMegabytes, () => {
          isTooLarge = true;
          kill();
        });
  // Only then has all that it said arrived.
  const closed = child.pid === undefined ? null : once(node, "close");
  node.once("exit", () => {
    clearInterval(watch);
    const last = setTimeout(() => {
      kill();
      node.stdout?.destroy();
    }, LAST_OUTPUT_MS);
    void closed?.finally(() => clearTimeout(last));
  });

  const end = async (): Promise<ChildEnd> => {
    const [result] = await Promise.all([child, closed]);
    const reason = (): ChildReason => {
      if (child.pid === undefined) return "not started";
      if (isTooLarge) return "memory";
      if (result.timedOut) return "time";
      if (result.isCanceled) return "cancelled";
      return result.isMaxBuffer ? "output" : "ended";
    };
    return {
      reason: reason(),
      code: result.exitCode ?? null,
      signal: result.signal ?? null,
      wasForced: result.isForcefullyTerminated,
      stdout: result.stdout ?? new Uint8Array(),
    };
  };
  const ended = end();
  return {
    pid: child.pid,
    ended,
    say: (message) => {
      // A child that dies at this moment hears nothing, and needs to hear nothing.
      if (node.connected) node.send(message, () => {});
    },
    stop: () => {
      child.kill();
      return ended;
    },
    kill,
  };
};

const isMessage = (value: unknown): value is Message =>
  typeof value === "object" && value !== null && "kind" in value && typeof value.kind === "string";

const watchMemory = (pid: number, mostMegabytes: number, exceed: () => void): NodeJS.Timeout =>
  setInterval(async () => {
    const resident = await residentMegabytesOf(pid);
    if (resident !== null && resident > mostMegabytes) exceed();
  }, MEMORY_LOOK_MS);

/** Null where the kernel does not say. */
const residentMegabytesOf = async (pid: number): Promise<number | null> => {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  const kilobytes = /^VmRSS:\s*(\d+) kB$/m.exec(status)?.[1];
  return kilobytes === undefined ? null : Number(kilobytes) / 1024;
};
