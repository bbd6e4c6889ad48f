// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The surroundings of a run: arguments, environment, clock, streams and the way to a socket.
 * @module
 */
import { fileOutput } from "./file_output.ts";
import type { Input, Output } from "./streams.ts";

/** What a hook stands on, which prints nothing. */
export interface SilentContext {
  readonly args: readonly string[];
  /** Wall clock when the process started, in epoch milliseconds. */
  readonly startedAtMs: number;
  /** Value of an environment variable; an empty one, or one that is not UTF-8, counts as unset. */
  env(name: string): string | undefined;
  /** The directory the user stands in, also when it has been deleted. */
  cwd(): string;
  /** Wall clock, in epoch milliseconds. */
  now(): number;
  /** Connects to a Unix socket. @throws {Deno.errors} As the system says. */
  connect(path: string): Promise<Deno.Conn>;
  readonly stdin: Input;
  /**
   * Is called, maybe several times, while a daemon works on the event, and before a hook leaves its shortest way: the moment for what takes
   * time and is only needed if something goes wrong.
   */
  meanwhile?(): void;
}

/** What a run stands on: lazy, and faked in tests. */
export interface Context extends SilentContext {
  /** Gives the permission to start programs away, for good: what nobody needs nobody can misuse. */
  giveUpRun(): void;
  readonly stdout: Output;
  readonly stderr: Output;
}

/** The real surroundings of this process, for a hook: what it does not need is not loaded. */
export function silentContext(): SilentContext {
  return {
    args: Deno.args,
    startedAtMs: Math.floor(performance.timeOrigin),
    env: readVariable,
    cwd: () => Deno.env.get("KAIZEN_CWD") || Deno.cwd(),
    now: Date.now,
    connect: (path) => Deno.connect({ transport: "unix", path }),
    stdin: Deno.stdin,
  };
}

/** The real surroundings of this process. */
export function realContext(): Context {
  return {
    ...silentContext(),
    giveUpRun: () => void Deno.permissions.revokeSync({ name: "run" }),
    stdout: fileOutput(Deno.stdout, { isBuffered: true }),
    stderr: fileOutput(Deno.stderr, { isBuffered: false }),
  };
}

function readVariable(name: string): string | undefined {
  try {
    return Deno.env.get(name) || undefined;
  } catch (error) {
    // Such as the path of a project in another encoding: there is more to go by.
    if (error instanceof Deno.errors.InvalidData) return undefined;
    throw error;
  }
}
