// SPDX-License-Identifier: AGPL-3.0-or-later
/** A fake context for tests. */
import type { Context, Output } from "../../../src/context/mod.ts";
import type { Run } from "../../../src/commands/shell/cli.ts";
import {
  type GlobalFlags,
  readSettings,
} from "../../../src/commands/shell/settings.ts";

/** Options of a fake context. */
export interface TestContextOptions {
  args?: readonly string[];
  env?: Record<string, string>;
  /** The content of stdin; a terminal if left out. */
  stdin?: string;
  /** Width of the terminal that stdout is; a pipe if left out. */
  columns?: number;
  /** The same of stderr. */
  stderrColumns?: number;
  connect?: Context["connect"];
}

/** A context that records its output. */
export interface TestContext extends Context {
  out(): string;
  err(): string;
  /** Whether the permission to start programs was given away. */
  hasGivenUpRun(): boolean;
}

export const NOW = 1_714_000_000_000;

export function testContext(options: TestContextOptions = {}): TestContext {
  const stdout = new Written(options.columns ?? null);
  const stderr = new Written(options.stderrColumns ?? null);
  const env: Record<string, string> = { HOME: "/home/user", ...options.env };
  let hasGivenUp = false;
  let input = new TextEncoder().encode(options.stdin ?? "");
  return {
    args: options.args ?? [],
    startedAtMs: NOW,
    env: (name) => env[name] || undefined,
    cwd: () => "/nowhere",
    now: () => NOW,
    connect: options.connect ??
      (() => Promise.reject(new Deno.errors.NotFound("no socket"))),
    giveUpRun: () => hasGivenUp = true,
    stdin: {
      isTerminal: () => options.stdin === undefined,
      read: (into) => {
        if (input.length === 0) return Promise.resolve(null);
        const n = Math.min(into.length, input.length);
        into.set(input.subarray(0, n));
        input = input.subarray(n);
        return Promise.resolve(n);
      },
    },
    stdout,
    stderr,
    out: () => stdout.text(),
    err: () => stderr.text(),
    hasGivenUpRun: () => hasGivenUp,
  };
}

/** Returns a run of a command in this context. */
export function testRun(
  context: Context = testContext(),
  flags: GlobalFlags = {},
): Run {
  return { context, settings: readSettings(context, flags) };
}

class Written implements Output {
  readonly #chunks: Uint8Array[] = [];
  constructor(readonly width: number | null) {}

  isTerminal(): boolean {
    return this.width !== null;
  }

  columns(): number | null {
    return this.width;
  }

  write(bytes: Uint8Array): Promise<void> {
    this.#chunks.push(bytes.slice());
    return Promise.resolve();
  }

  text(): string {
    const all = this.#chunks.flatMap((chunk) => [...chunk]);
    return new TextDecoder().decode(Uint8Array.from(all));
  }
}
