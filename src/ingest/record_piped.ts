// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * An event on stdin of a run without arguments. An agent that does not know `args` in its settings runs `command` alone; it would show
 * the help text to the model, and nothing would be recorded.
 * @module
 */
import type { Input, SilentContext } from "../context/mod.ts";
import { HookInput } from "./hook_input.ts";
import { runHook } from "./run_hook.ts";

/** How long a pipe may stay silent, in milliseconds. */
const SILENCE_MS = 1000;
const OPEN_BRACE = 0x7b;
/** The agent whose payloads have no mark of their own. */
const ARGS = ["ingest", "hook", "--source", "claude"];

/**
 * Records an event that another program writes to stdin, as silently as `ingest hook`.
 *
 * @returns False if stdin is a terminal, or holds nothing that begins like an event.
 */
export async function recordPiped(context: SilentContext): Promise<boolean> {
  if (context.stdin.isTerminal()) return false;
  const input = new HookInput(context.stdin);
  const { bytes } = await input.first(SILENCE_MS);
  const first = bytes.find((byte) => byte > 0x20);
  if (first === OPEN_BRACE) {
    await runHook({ ...context, args: ARGS, stdin: replay(bytes) });
  }
  await input.drain();
  return first === OPEN_BRACE;
}

/** An input that gives bytes once. */
function replay(bytes: Uint8Array): Input {
  let start = 0;
  return {
    isTerminal: () => false,
    read: (into) => {
      const part = bytes.subarray(start, start + into.length);
      into.set(part);
      start += part.length;
      return Promise.resolve(part.length || null);
    },
  };
}
