// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * An answer's records as NDJSON, each printed as soon as it is whole.
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

/** Which records are printed. */
export interface StreamOptions {
  wants(record: AnswerRecord): boolean;
}

/**
 * Prints the wanted records of an answer, a line each.
 *
 * @throws {ProtocolError} If the answer ends early, is not JSON or has something else where records should be; every line printed so far
 * is whole.
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
 * Cuts an answer into records, as many at a time as one chunk completes.
 *
 * @throws {ProtocolError} If the answer ends early, is not JSON or has something else where records should be.
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
