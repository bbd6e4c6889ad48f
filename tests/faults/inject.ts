// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Points at which the system fails: the Nth call of a kind, in a process under strace.
 * @module
 */
import { readCalls, traced } from "../e2e/_strace.ts";

/** How a call fails: an error, a result that is short, or a process that dies. */
export type Fault = string;

const READ = ["EIO", "EINTR", "SHORT", "KILL"];
const WRITE = ["ENOSPC", "EIO", "EINTR", "SHORT", "KILL"];
const LOOK = ["EIO", "EACCES", "KILL"];
const CHANGE = ["ENOSPC", "EIO", "EACCES", "KILL"];
/**
 * The kinds of calls that a home or a socket sees, and how each may fail. A call that must not fail
 * but kills is one whose failure means nothing: a descriptor is closed in any case.
 */
const FAULTS: Record<string, readonly Fault[]> = {
  accept4: ["EMFILE", "ECONNABORTED", "KILL"],
  bind: ["EADDRINUSE", "EACCES", "KILL"],
  chmod: CHANGE,
  close: ["KILL"],
  connect: ["ECONNREFUSED", "EACCES", "EINTR", "EAGAIN", "KILL"],
  fchmod: CHANGE,
  fcntl: ["EIO", "EINTR", "KILL"],
  fdatasync: ["EIO", "ENOSPC", "KILL"],
  flock: ["EINTR", "ENOLCK", "KILL"],
  fstat: LOOK,
  fsync: ["EIO", "ENOSPC", "KILL"],
  ftruncate: CHANGE,
  // The runtime takes a folder that it cannot read for one that has no more entries.
  getdents64: ["KILL"],
  link: CHANGE,
  lstat: LOOK,
  mkdir: CHANGE,
  mmap: ["ENOMEM", "KILL"],
  newfstatat: LOOK,
  openat: ["EIO", "EMFILE", "ENOSPC", "EACCES", "EINTR", "KILL"],
  // None is short: a page that is not there is one of zeros for SQLite, which nothing could notice.
  pread64: READ.filter((fault) => fault !== "SHORT"),
  pwrite64: WRITE,
  read: READ,
  readlink: LOOK,
  recvfrom: ["ECONNRESET", "EINTR", "SHORT", "KILL"],
  rename: CHANGE,
  sendto: ["EPIPE", "EINTR", "KILL"],
  stat: LOOK,
  statx: LOOK,
  unlink: CHANGE,
  write: WRITE,
  writev: WRITE,
};

/** The Nth call of a kind, and how it fails. */
export interface Point {
  call: string;
  nth: number;
  fault: Fault;
}

/** Returns a point as the table prints it, such as `openat#3=EIO`. */
export function printPoint({ call, nth, fault }: Point): string {
  return `${call}#${nth}=${fault}`;
}

/**
 * Returns the program with strace before it, which tells of all calls and makes one of them fail.
 *
 * @param point Null: none fails.
 */
export function faulty(log: string, point: Point | null): string[] {
  const calls = point === null ? Object.keys(FAULTS).join() : point.call;
  const command = traced(log, calls, [
    "-yy",
    "-e",
    "signal=KILL",
    ...point === null ? [] : ["-e", `inject=${injection(point)}`],
  ]);
  // With this filter strace 6.1 sends no signal: no process would die.
  return command.filter((word) =>
    point?.fault !== "KILL" || word !== "--seccomp-bpf"
  );
}

function injection({ call, nth, fault }: Point): string {
  const how = fault === "KILL"
    ? "signal=KILL"
    : fault === "SHORT"
    ? "retval=0"
    : `error=${fault}`;
  return `${call}:${how}:when=${nth}`;
}

/**
 * Finds the points of a run: all calls that touch a file below a folder, or a Unix socket. strace
 * counts the calls of each thread by itself.
 *
 * @param after Text of the trace that had been written before the part that is of interest.
 */
export function findPoints(
  trace: string,
  folder: string,
  after = "",
): Point[] {
  const counts = new Map<string, number>();
  const before = readCalls(after).length;
  const found = new Map<string, Point>();
  for (const [at, { pid, name, args }] of readCalls(trace).entries()) {
    const nth = (counts.get(`${pid} ${name}`) ?? 0) + 1;
    counts.set(`${pid} ${name}`, nth);
    if (at < before || !isOurs(name, args, folder)) continue;
    for (const fault of FAULTS[name] ?? []) {
      const point = { call: name, nth, fault };
      found.set(printPoint(point), point);
    }
  }
  return [...found.values()];
}

/** The runtime wakes itself up for a signal. */
const SIGNAL_WAKE_UP = '"X", 1, MSG_DONTWAIT';

function isOurs(name: string, args: string, folder: string): boolean {
  // Nothing keeps the system from giving a lock up.
  const locks = args.includes("F_SETLK") && !args.includes("F_UNLCK");
  if (name === "fcntl" && !locks) return false;
  if (args.includes(SIGNAL_WAKE_UP)) return false;
  if (args.includes(`${folder}/`)) return true;
  return /^(?:recvfrom|sendto|accept4)$/.test(name) && args.includes("<UNIX");
}

/**
 * Returns the lines of a trace at which the fault has happened.
 *
 * @returns `ours`: deaths, or the calls that touch the folder or a socket. `others`: the Nth calls
 * of other threads, which may be the runtime's own, such as the one that wakes a thread up.
 * `isSignalLost`: the runtime did not hear of a signal, so that a daemon cannot end for it.
 */
export function findInjected(
  trace: string,
  { fault }: Point,
  folder: string,
): { ours: string[]; others: string[]; isSignalLost: boolean } {
  // With another fault, it is the harness that kills what hangs.
  const isDeath = (line: string) =>
    fault === "KILL" && line.includes("+++ killed by SIGKILL");
  const isOurCall = (line: string) => {
    if (isDeath(line)) return true;
    const [call] = readCalls(line);
    return call !== undefined && isOurs(call.name, call.args, folder);
  };
  const lines = trace.split("\n").filter((line) =>
    isDeath(line) || line.includes("(INJECTED)")
  );
  return {
    ours: lines.filter(isOurCall),
    others: lines.filter((line) => !isOurCall(line)),
    isSignalLost: lines.some((line) => line.includes(SIGNAL_WAKE_UP)),
  };
}
