// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Runs the program under strace, which tells of its system calls, and reads what it tells.
 * @module
 */
import { programCommand } from "./harness.ts";

/** Whether strace is here and may look at processes. Elsewhere its tests are ignored. */
export async function hasStrace(): Promise<boolean> {
  if (Deno.build.os !== "linux") return false;
  try {
    const args = ["-f", "--seccomp-bpf", "-o", "/dev/null", "true"];
    return (await new Deno.Command("strace", { args }).output()).success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/**
 * Returns the program with strace before it: it follows all children, and writes their calls to a
 * file.
 *
 * @param calls Names of system calls, or of their classes, with commas in between.
 * @param options More options of strace (default: texts are told whole).
 */
export function traced(
  log: string,
  calls: string,
  options: readonly string[] = ["-s", "4096"],
): string[] {
  return [
    "strace",
    // The program is our child, and not strace: who ends it ends both.
    "-D",
    "-f",
    "--seccomp-bpf",
    "-qq",
    "-o",
    log,
    "-e",
    `trace=${calls}`,
    ...options,
    ...programCommand(),
  ];
}

/** A system call that has begun. */
export interface SystemCall {
  /** The thread that made it. */
  pid: number;
  name: string;
  /** As strace prints them: texts are quoted. */
  args: string;
  /** Null if the call was interrupted by another line of the trace, or did not return. */
  result: string | null;
}

/** Reads the calls of a trace. */
export function readCalls(text: string): SystemCall[] {
  const calls: SystemCall[] = [];
  for (const line of text.split("\n")) {
    const found = /^(\d+) +(\w+)\((.*)$/.exec(line);
    if (found === null) continue;
    const [, pid, name = "", rest = ""] = found;
    const whole = /^(.*)\) += (.*)$/.exec(rest);
    calls.push({
      pid: Number(pid),
      name,
      args: whole?.[1] ?? rest.replace(/ <unfinished \.\.\.>$/, ""),
      result: whole?.[2] ?? null,
    });
  }
  return calls;
}

/** Returns the paths of all programs that were executed, each once. */
export function readPrograms(calls: readonly SystemCall[]): string[] {
  const paths = calls.filter(({ name, result }) =>
    name.startsWith("execve") && !(result ?? "0").startsWith("-1")
  ).map(({ args }) => /"([^"]*)"/.exec(args)?.[1] ?? args);
  return [...new Set(paths)];
}
