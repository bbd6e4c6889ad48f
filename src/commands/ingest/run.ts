// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Runs `kaizen ingest`, and maps its errors to errors of the commands.
 * @module
 */
import { errorMessage } from "../../context/mod.ts";
import type { LineFailure } from "../../ingest/mod.ts";
import { encodeJson } from "../../proto/mod.ts";
import type { Run } from "../shell/cli.ts";
import { BadInputError, FileError } from "../shell/errors.ts";
import { EXIT, type ExitCode } from "../shell/exit_codes.ts";
import { printJson, printNote } from "../shell/print.ts";
import { spoolFault } from "../shell/spool_fault.ts";
import type { IngestWords } from "./options.ts";
import { judge } from "../shell/verdict.ts";

/** Timeout of one event in milliseconds. */
const INGEST_TIMEOUT_MS = 2_000;

/**
 * Records events. Prints the answer only if a flag sets the output format.
 *
 * @returns The exit code: 0, or with `ndjson` the code of the worst line.
 * @throws The error of a single event.
 */
export async function runIngestCommand(
  words: IngestWords,
  run: Run,
): Promise<ExitCode> {
  const { context, settings } = run;
  const { runIngest } = await import("../../ingest/mod.ts");
  try {
    const { answer, notes, failures } = await runIngest({
      ...words,
      paths: settings.paths(),
      timeoutMs: settings.timeoutMs(INGEST_TIMEOUT_MS),
      mayStart: settings.mayStart,
      onFailure: (failure) => reportLine(failure, run),
    }, context);
    for (const note of notes) await printNote(run, note);
    if (settings.format !== "text") await printJson(run, answer);
    return await worst(failures);
  } catch (error) {
    throw await ingestFault(error);
  }
}

/** Prints one line of JSON to stderr for a failed line. */
async function reportLine(
  { line, error }: LineFailure,
  run: Run,
): Promise<void> {
  const { code, exit } = judge(await ingestFault(error));
  const message = errorMessage(error);
  const { escapeJson } = await import("../../output/mod.ts");
  const text = escapeJson(encodeJson({ line, code, message, exit }));
  await run.context.stderr.write(new TextEncoder().encode(`${text}\n`));
}

async function worst(failures: readonly LineFailure[]): Promise<ExitCode> {
  const faults = failures.map(({ error }) => ingestFault(error));
  const exits = (await Promise.all(faults)).map((fault) => judge(fault).exit);
  if (exits.includes(EXIT.badInput)) return EXIT.badInput;
  return exits[0] ?? EXIT.ok;
}

async function ingestFault(error: unknown): Promise<unknown> {
  const { InputError, TooLargeError } = await import("../../ingest/mod.ts");
  const because = { cause: error };
  if (error instanceof TooLargeError) {
    return new BadInputError(error.message, because);
  }
  if (error instanceof InputError) {
    return new FileError(error.message, "help ingest");
  }
  const { ConfigError } = await import("../../privacy/mod.ts");
  return error instanceof ConfigError
    ? new FileError(error.message, "doctor")
    : await spoolFault(error);
}
