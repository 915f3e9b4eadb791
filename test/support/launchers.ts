/** Ways to start a program in which it may do less: as a hardened unit or a container lets it. */
import { chownSync, mkdirSync } from "node:fs";
import { needsTool } from "./shared.ts";

/** Numbers of setpriority(2), which differ by machine. */
const setPriorityCalls: Readonly<Partial<Record<NodeJS.Architecture, number>>> = { x64: 141, arm64: 140 };

/** A filter of system calls, as SystemCallFilter=~@resources installs it: setpriority(2) is answered by EPERM. */
const filter = (call: number): string => `
import ctypes, os, struct, sys
libc = ctypes.CDLL(None, use_errno=True)
step = lambda code, yes, no, k: struct.pack("HBBI", code, yes, no, k)
steps = [step(0x20, 0, 0, 0), step(0x15, 0, 1, ${call}), step(0x06, 0, 0, 0x00050001), step(0x06, 0, 0, 0x7fff0000)]
program = ctypes.create_string_buffer(b"".join(steps))
class Filter(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("steps", ctypes.c_void_p)]
assert libc.prctl(38, 1, 0, 0, 0) == 0
assert libc.prctl(22, 2, ctypes.byref(Filter(len(steps), ctypes.addressof(program))), 0, 0) == 0
os.execv(sys.argv[1], sys.argv[1:])`;

/** Starts a program that may not change any priority. */
export const withoutPriorities = (): readonly string[] => [
  "python3",
  "-c",
  filter(setPriorityCalls[process.arch] ?? -1),
];

export const needsFilter = (): string | false =>
  needsTool("python3") ||
  (process.platform === "linux" && setPriorityCalls[process.arch] !== undefined
    ? false
    : "no filter of system calls is known for this machine");

const NOBODY = 65534;

/** Starts a program as a user without rights. */
export const asNobody = [
  "setpriv",
  `--reuid=${NOBODY}`,
  `--regid=${NOBODY}`,
  "--clear-groups",
  "--no-new-privs",
] as const;

export const needsNobody = (...tools: readonly string[]): string | false =>
  needsTool("setpriv", ...tools) ||
  (process.getuid?.() === 0 ? false : "another user can only be taken on by root");

/** A folder that belongs to that user. */
export const folderOfNobody = (path: string): string => {
  mkdirSync(path, { mode: 0o700 });
  chownSync(path, NOBODY, NOBODY);
  return path;
};

/**
 * Starts a program as that user in a place where everything but `writable` is read-only, /tmp is its own, /proc is not there, no
 * home is named, and few files may be open.
 */
export const hardened = (writable: string): readonly string[] => [
  "unshare",
  "--mount",
  "sh",
  "-c",
  `set -e
mount --bind "${writable}" "${writable}"
mount -o remount,bind,ro /
mount -t tmpfs -o mode=1777 tmpfs /var/tmp
umount -l /proc
unset HOME USER LOGNAME XDG_CACHE_HOME
export TMPDIR=/var/tmp
ulimit -n 64
exec ${asNobody.join(" ")} "$@"`,
  "sh",
];
