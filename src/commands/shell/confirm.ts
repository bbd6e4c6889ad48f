// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Asks the user for confirmation.
 * @module
 */
import type { Run } from "./cli.ts";

const LINE_FEED = 0x0a;

/** Asks on stderr and reads one line from stdin. Only "y" and "yes" count as yes. */
export async function confirm(
  question: string,
  { context }: Run,
): Promise<boolean> {
  await context.stderr.write(new TextEncoder().encode(`${question} [y/N] `));
  const line: number[] = [];
  const byte = new Uint8Array(1);
  while (await context.stdin.read(byte) !== null) {
    if (byte[0] === LINE_FEED) break;
    line.push(byte[0] ?? 0);
  }
  const answer = new TextDecoder().decode(Uint8Array.from(line));
  return /^\s*y(es)?\s*$/i.test(answer);
}
