// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The option of commands that print what agents wrote.
 * @module
 */
import type { Run } from "./cli.ts";
import { isColumnFormat } from "./settings.ts";

/** The option as its words and its description. */
export const REDACT_OPTION = [
  "--redact",
  "Replace secrets of well-known forms, such as API keys",
] as const;

/**
 * Runs the work of a command, with the secrets of its output replaced if the user asks for that.
 *
 * @param redact The flag.
 */
export async function withRedaction<T>(
  redact: true | undefined,
  run: Run,
  work: (run: Run) => Promise<T>,
): Promise<T> {
  if (!redact) return await work(run);
  // Columns are redacted text by text, before they become bytes.
  if (isColumnFormat(run.settings.format)) {
    return await work({ ...run, redacts: true });
  }
  const { RedactedOutput } = await import("./redacted_output.ts");
  const { context, settings } = run;
  const stdout = new RedactedOutput(context.stdout, {
    isText: settings.format === "text",
  });
  const result = await work({ settings, context: { ...context, stdout } });
  // After a failure the end of a document is missing, as it is without a redaction.
  await stdout.end();
  return result;
}
