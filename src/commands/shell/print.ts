// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Printing: results to stdout, everything else to stderr.
 * @module
 */
import { encodeJson } from "../../proto/mod.ts";
import type { Run } from "./cli.ts";

const encoder = new TextEncoder();

/** Prints text unchanged. */
export async function printText({ context }: Run, text: string): Promise<void> {
  await context.stdout.write(encoder.encode(text));
}

/** Prints lines, each followed by a line feed, in one write. */
export async function printLines(
  run: Run,
  lines: readonly string[],
): Promise<void> {
  if (lines.length > 0) await printText(run, `${lines.join("\n")}\n`);
}

/**
 * Prints lines without colours. Each is escaped, as it may contain paths, and the words of others.
 */
export async function printPlainLines(
  run: Run,
  lines: readonly string[],
): Promise<void> {
  const { escapeText } = await import("../../output/mod.ts");
  await printLines(run, lines.map(escapeText));
}

/** Prints a value as one line of JSON. */
export async function printJson(run: Run, value: unknown): Promise<void> {
  await printText(run, `${encodeJson(value)}\n`);
}

/** Prints records as JSON, a line each. */
export async function printRows(
  run: Run,
  rows: readonly unknown[],
): Promise<void> {
  await printLines(run, rows.map((row) => encodeJson(row)));
}

/**
 * Prints a note to stderr, unless --quiet is set. The note is escaped, as it may contain agent
 * names and paths.
 */
export async function printNote(run: Run, text: string): Promise<void> {
  if (run.settings.isQuiet) return;
  const { escapeText, wrapWords } = await import("../../output/mod.ts");
  const { stderr } = run.context;
  const lines = wrapWords(`kaizen: ${escapeText(text)}`, stderr.columns());
  await stderr.write(encoder.encode(`${lines.join("\n")}\n`));
}
