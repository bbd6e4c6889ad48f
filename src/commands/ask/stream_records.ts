// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Prints the records of an answer as NDJSON, each as soon as it is complete.
 * @module
 */
import { answerFault } from "../../client/mod.ts";
import {
  type AnswerRecord,
  RecordSplitter,
  type SplitOptions,
  toLine,
} from "../../output/mod.ts";
import { joinBytes } from "../../proto/mod.ts";
import type { CheckedAnswer } from "./answer_head.ts";
import type { Run } from "../shell/cli.ts";

/** The records to print. */
export interface StreamOptions {
  wants(record: AnswerRecord): boolean;
}

/**
 * Prints the wanted records of an answer, one per line.
 *
 * @throws {ProtocolError} If the answer ends early, is not JSON, or has anything but records in its
 * lists. All lines printed before are complete.
 */
export async function streamRecords(
  answer: CheckedAnswer,
  { wants }: StreamOptions,
  { context }: Run,
): Promise<void> {
  for await (const records of splitAnswer(answer, { spans: "each" })) {
    const lines = records.filter(wants).map(toLine);
    if (lines.length > 0) await context.stdout.write(joinBytes(lines));
  }
}

/**
 * Splits an answer into records, and yields those that each chunk completes.
 *
 * @throws {ProtocolError} If the answer ends early, is not JSON, or has anything but records in its
 * lists.
 */
export async function* splitAnswer(
  answer: CheckedAnswer,
  options: SplitOptions,
): AsyncGenerator<AnswerRecord[]> {
  const splitter = new RecordSplitter(options);
  try {
    for await (const chunk of answer.chunks()) yield splitter.push(chunk);
    splitter.end();
  } catch (error) {
    throw answerFault(error);
  }
}
