/** `node odd.ts <way>`: a child that behaves in one of the ways in which children misbehave. */
import { spawn } from "node:child_process";
import { writeSync } from "node:fs";
import { slowly } from "../../support/slowly.ts";

const say = (message: unknown): void => void process.send?.(message as object);

const ways: Readonly<Record<string, () => void | Promise<void>>> = {
  hangs: () => {
    say({ kind: "started" });
    process.on("SIGTERM", () => {});
    for (;;);
  },
  waits: () => {
    process.on("message", (message) => say({ kind: "heard", message }));
    process.on("SIGTERM", () => process.exit(0));
    say({ kind: "started" });
  },
  deaf: () => {
    process.on("SIGTERM", () => {});
    process.on("message", () => {});
    say({ kind: "started" });
  },
  eats: async () => {
    // Outside the heap, where no flag of V8 bounds it.
    for (const eaten: Buffer[] = []; ; await slowly(5)) eaten.push(Buffer.alloc(2 ** 25, 1));
  },
  hoards: () => {
    const hoard: number[][] = [];
    for (;;) hoard.push(Array.from({ length: 10_000 }, (_, n) => n + hoard.length));
  },
  babbles: () => {
    for (const garbage of [7, "text", null, true, [1, 2], { text: "no kind" }, { kind: 7 }]) say(garbage);
    say({ kind: "read", unreadable: 1 });
    process.stdout.write(Buffer.from([0, 255, 254, 10, 0]));
  },
  floods: () => {
    const chunk = Buffer.alloc(2 ** 16, "x");
    for (;;) writeSync(1, chunk);
  },
  dies: () => process.exit(7),
  throws: () => {
    throw new Error("no reason");
  },
  // Ends, while what it started lives on with its output in hand.
  leaves: () => {
    const left = spawn(process.execPath, ["-e", "require('node:net').createServer().listen(0)"], {
      stdio: "inherit",
    });
    say({ kind: "left", pid: left.pid });
    process.stdout.write("whole\n", () => process.exit(0));
  },
};

await ways[process.argv.at(-1) ?? ""]?.();
