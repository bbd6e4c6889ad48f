// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * `kaizen detail -o trace`.
 * @module
 */
import { buildTrace } from "../../output/mod.ts";
import type { CheckedAnswer } from "../ask/answer_head.ts";
import type { Run } from "../shell/cli.ts";
import { printJson } from "../shell/print.ts";
import { readDetail } from "./read_detail.ts";

/** Prints a session as trace events. */
export async function printTrace(
  answer: CheckedAnswer,
  run: Run,
): Promise<void> {
  const { session, detail } = await readDetail(answer);
  await printJson(run, buildTrace(session, detail, run.context.now()));
}
