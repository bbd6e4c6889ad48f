// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * What a hook stands on.
 * @module
 */
import type { SilentContext } from "./context.ts";

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

function readVariable(name: string): string | undefined {
  try {
    return Deno.env.get(name) || undefined;
  } catch (error) {
    // Such as the path of a project in another encoding: there is more to go by.
    if (error instanceof Deno.errors.InvalidData) return undefined;
    throw error;
  }
}
