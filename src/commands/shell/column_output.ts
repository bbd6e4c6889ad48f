// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Prints records as columns.
 * @module
 */
import { answerFault } from "../../client/mod.ts";
import {
  columnsOf,
  ColumnStream,
  openEncoder,
  type RecordKindWithColumns,
} from "../../columns/mod.ts";
import { UsageError } from "../../context/mod.ts";
import { escapeText } from "../../output/mod.ts";
import { makeExportRedactor, makeRedactor } from "../../privacy/mod.ts";
import type { Run } from "./cli.ts";
import { isColumnFormat } from "./settings.ts";

/**
 * Opens the output of a run whose format is one of columns. Nothing is written yet.
 *
 * @throws {UsageError} If stdout is a terminal and the format is binary.
 */
export async function openColumnOutput(
  kind: RecordKindWithColumns,
  run: Run,
): Promise<ColumnStream> {
  const { format } = run.settings;
  const { stdout } = run.context;
  if (!isColumnFormat(format)) throw new TypeError(`no columns: ${format}`);
  if (stdout.isTerminal() && format !== "csv") {
    throw new UsageError(
      `Cannot print ${format} to a terminal as it is binary: redirect it, such as with > ${kind}s.${format}`,
    );
  }
  const columns = columnsOf(kind);
  return new ColumnStream({
    columns,
    encoder: await openEncoder(format, columns),
    edit: await makeEdit(run),
    write: (bytes) => stdout.write(bytes, format !== "csv"),
  });
}

/**
 * Returns what is done to each text: secrets are replaced, as columns are made for other programs,
 * and a terminal gets no control characters.
 */
async function makeEdit(
  { context, settings, redacts }: Run,
): Promise<(text: string) => string> {
  const redact = redacts
    ? makeRedactor()
    : await makeExportRedactor(settings.paths().home);
  return context.stdout.isTerminal()
    ? (text) => escapeText(redact(text))
    : redact;
}

/**
 * Prints all records, which may come in parts.
 *
 * @throws {UsageError} As {@linkcode openColumnOutput}.
 * @throws {ProtocolError} If a value of a record does not fit its column.
 */
export async function printColumns(
  kind: RecordKindWithColumns,
  parts: AsyncIterable<readonly unknown[]> | Iterable<readonly unknown[]>,
  run: Run,
): Promise<void> {
  const output = await openColumnOutput(kind, run);
  for await (const records of parts) await addRecords(output, records);
  await output.end();
}

/** Adds records. @throws {ProtocolError} If a value of one does not fit its column. */
export async function addRecords(
  output: ColumnStream,
  records: Iterable<unknown>,
): Promise<void> {
  try {
    await output.add(records);
  } catch (error) {
    throw answerFault(error);
  }
}
