// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Recording an event that a run without arguments finds on stdin. An agent that does not support
 * `args` in its settings runs `command` alone. Help text on stdout would reach the model.
 * @module
 */
import type { Input, SilentContext } from "../context/mod.ts";
import { HookInput } from "./hook_input.ts";
import { runHook } from "./run_hook.ts";

/** How long to wait for input, in milliseconds. */
const SILENCE_MS = 1000;
const OPEN_BRACE = 0x7b;
/** The bytes of a BOM, which may come before the object. */
const BOM: ReadonlySet<number> = new Set([0xef, 0xbb, 0xbf]);
/** Only Claude Code has events that no mark identifies. */
const ARGS = ["ingest", "hook", "--source", "claude"];

/**
 * Records an event from stdin without output, as `ingest hook` does.
 *
 * @returns False if stdin is a terminal or does not begin with an object.
 */
export async function recordPiped(context: SilentContext): Promise<boolean> {
  if (context.stdin.isTerminal()) return false;
  const input = new HookInput(context.stdin);
  const { bytes } = await input.first(SILENCE_MS);
  const first = bytes.find((byte) => byte > 0x20 && !BOM.has(byte));
  if (first === OPEN_BRACE) {
    await runHook({ ...context, args: ARGS, stdin: replay(bytes) });
  }
  await input.drain();
  return first === OPEN_BRACE;
}

/** Makes an input from bytes. */
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
