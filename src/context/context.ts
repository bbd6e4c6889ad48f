// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The surroundings of a run: arguments, environment, clock, streams and the connection to a socket.
 * @module
 */
import { connectOwn } from "./connect_own.ts";
import { UsageError } from "./errors.ts";
import { fileOutput } from "./file_output.ts";
import type { Input, Output } from "./streams.ts";

/** The surroundings of a hook, which prints nothing. */
export interface SilentContext {
  readonly args: readonly string[];
  /** The wall clock when the process started, in epoch milliseconds. */
  readonly startedAtMs: number;
  /**
   * Returns the value of an environment variable. A variable that is empty or not UTF-8 counts as
   * unset.
   */
  env(name: string): string | undefined;
  /**
   * Returns the current directory of the user, even if it has been deleted.
   *
   * @throws {Error} If its name is not UTF-8.
   */
  cwd(): string;
  /** Returns the wall clock in epoch milliseconds. */
  now(): number;
  /**
   * Connects to a Unix socket that no other user can have made.
   *
   * @throws {Error} If it may be another user's.
   * @throws {Deno.errors} As the system reports it.
   */
  connect(path: string): Promise<Deno.Conn>;
  readonly stdin: Input;
  /**
   * Is called, maybe several times, while a daemon works on the event and before a hook leaves its
   * shortest path. It is the moment for slow work that is needed only if something goes wrong.
   */
  meanwhile?(): void;
}

/** The surroundings of a run: lazy, and faked in tests. */
export interface Context extends SilentContext {
  /** Gives up the permission to start programs, for the rest of the process. */
  giveUpRun(): void;
  readonly stdout: Output;
  readonly stderr: Output;
}

/** The real surroundings of a hook's process. Nothing that a hook does not need is loaded. */
export function silentContext(): SilentContext {
  return {
    args: Deno.args,
    startedAtMs: Math.floor(performance.timeOrigin),
    env: readVariable,
    cwd: () => Deno.env.get("KAIZEN_CWD") || Deno.cwd(),
    now: Date.now,
    connect: connectOwn,
    stdin: Deno.stdin,
  };
}

/** The real surroundings of this process. */
export function realContext(): Context {
  const silent = silentContext();
  return {
    ...silent,
    cwd: () => readDirectory(silent),
    giveUpRun: () => void Deno.permissions.revokeSync({ name: "run" }),
    stdout: fileOutput(Deno.stdout, { isBuffered: true }),
    stderr: fileOutput(Deno.stderr, { isBuffered: false }),
  };
}

/** @throws {UsageError} If its name is not UTF-8. */
function readDirectory({ cwd }: Pick<SilentContext, "cwd">): string {
  try {
    return cwd();
  } catch (error) {
    if (!(error instanceof Deno.errors.InvalidData)) throw error;
    throw new UsageError(
      "Cannot use the current directory as its name is not UTF-8",
    );
  }
}

function readVariable(name: string): string | undefined {
  const { env } = Deno;
  // The launchers give the runtime another HOME, and pass the user's on, which may be empty.
  if (name === "HOME" && env.has("KAIZEN_USER_HOME")) name = "KAIZEN_USER_HOME";
  try {
    return env.get(name) || undefined;
  } catch (error) {
    // An example is the path of a project in another encoding. The caller has other sources.
    if (error instanceof Deno.errors.InvalidData) return undefined;
    throw error;
  }
}
