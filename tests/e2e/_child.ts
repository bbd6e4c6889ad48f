// SPDX-License-Identifier: AGPL-3.0-or-later
import { type Home, programCommand } from "./harness.ts";

/** A program that should have ended is ended after this time, far above what any needs. */
export const PATIENCE_MS = 60_000;

/**
 * Starts the program beside the test, with its stdout in a pipe that the test reads as it likes.
 */
export function startChild(
  home: Home,
  args: readonly string[],
  stderr: "inherit" | "null" | "piped",
): Deno.ChildProcess {
  const [program = "", ...first] = programCommand();
  return new Deno.Command(program, {
    args: [...first, "--home", home.home, ...args],
    env: { HOME: home.root },
    cwd: home.workspace,
    stdin: "null",
    stdout: "piped",
    stderr,
    signal: AbortSignal.timeout(PATIENCE_MS),
  }).spawn();
}
