import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { type Child, type ChildOptions, type Message, startChild } from "../../src/processes/child.ts";
import { eventually, inTime } from "../support/eventually.ts";

const program = fileURLToPath(new URL("children/odd.ts", import.meta.url));

const start = (t: TestContext, way: string, options: ChildOptions = {}) => {
  const heard: Message[] = [];
  const child = startChild({ program, arguments: [] }, [way], {
    ...options,
    limits: { stdoutBytes: 2 ** 20, heapMegabytes: 256, ...options.limits },
    hear: (message) => heard.push(message),
  });
  t.after(child.kill);
  return { ...child, heard };
};

const endOf = ({ ended }: Child) => inTime("the child ends", ended);

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

test("a child that hangs is ended at the end of its time", async (t) => {
  const child = start(t, "hangs", { limits: { timeoutMs: 500 } });
  const { reason, signal, code } = await endOf(child);
  assert.deepEqual({ reason, signal, code }, { reason: "time", signal: "SIGKILL", code: null });
});

test("a child that hangs is killed after its grace, one that can end is not, and both are told apart", async (t) => {
  for (const [way, wasForced] of [
    ["deaf", true],
    ["waits", false],
  ] as const) {
    const child = start(t, way, { limits: { graceMs: wasForced ? 100 : 600_000 } });
    await eventually("it has started", () => child.heard.length > 0);
    const end = await inTime(`${way} stops`, child.stop());
    assert.equal(end.wasForced, wasForced, way);
    assert.equal(end.reason, "ended");
    assert.deepEqual([end.code, end.signal], wasForced ? [null, "SIGKILL"] : [0, null]);
  }
});

test("a child that eats memory outside its heap is ended by who looks at it from outside", {
  skip: !existsSync("/proc/self/status") && "there is no /proc",
}, async (t) => {
  const { reason, signal } = await endOf(start(t, "eats", { limits: { residentMegabytes: 600 } }));
  assert.deepEqual({ reason, signal }, { reason: "memory", signal: "SIGKILL" });
});

test("a child that hoards within its heap dies of its own", async (t) => {
  const { reason, code, signal } = await endOf(start(t, "hoards", { limits: { heapMegabytes: 64 } }));
  assert.equal(reason, "ended");
  assert.ok(signal !== null || code !== 0, "it did not end well");
});

test("of what a child says only messages are heard, and its output is kept byte for byte", async (t) => {
  const child = start(t, "babbles");
  const { reason, code, stdout } = await endOf(child);
  assert.deepEqual({ reason, code }, { reason: "ended", code: 0 });
  assert.deepEqual(child.heard, [{ kind: "read", unreadable: 1 }]);
  assert.deepEqual([...stdout], [0, 255, 254, 10, 0]);
});

test("a child that writes without end is ended, and no more than its share is kept", async (t) => {
  const { reason, stdout } = await endOf(start(t, "floods", { limits: { stdoutBytes: 100_000 } }));
  assert.equal(reason, "output");
  assert.ok(stdout.length <= 100_000);
});

test("a child that dies at once, one that throws, and a program that is not there have an end", async (t) => {
  const died = await endOf(start(t, "dies"));
  assert.deepEqual([died.reason, died.code, died.signal], ["ended", 7, null]);
  const threw = await endOf(start(t, "throws"));
  assert.deepEqual([threw.reason, threw.code], ["ended", 1]);
  const none = await endOf(startChild({ program: "/nowhere/none.ts", arguments: [] }, []));
  assert.deepEqual([none.reason, none.code], ["ended", 1]);
  const impossible = await endOf(startChild({ program: "a\0name", arguments: [] }, []));
  assert.deepEqual([impossible.reason, impossible.code], ["not started", null]);
});

test("what a dead child left running, with its output in hand, ends with it and keeps nobody waiting", async (t) => {
  const child = start(t, "leaves");
  const { reason, code, stdout } = await endOf(child);
  assert.deepEqual([reason, code, Buffer.from(stdout).toString()], ["ended", 0, "whole\n"]);
  const left = child.heard.find(({ kind }) => kind === "left") as { readonly pid?: number } | undefined;
  assert.ok(left?.pid);
  const pid = left.pid;
  await eventually("the grandchild is gone", () => !isAlive(pid));
  assert.ok(child.pid !== undefined && !isAlive(child.pid), "the child itself was reaped");
});

test("a child is ended by a signal that is aborted, before its start or after, and hears what is said to it", async (t) => {
  const over = new AbortController();
  const child = start(t, "waits", { signal: over.signal });
  await eventually("it has started", () => child.heard.length === 1);
  child.say({ kind: "look" });
  await eventually("it heard", () => child.heard.length === 2);
  assert.deepEqual(child.heard[1], { kind: "heard", message: { kind: "look" } });
  over.abort();
  assert.equal((await endOf(child)).reason, "cancelled");
  child.say({ kind: "look" });
  const late = start(t, "hangs", { signal: over.signal });
  assert.equal((await endOf(late)).reason, "cancelled");
});
