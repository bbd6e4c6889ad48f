// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * `kaizen detail -o trace`.
 * @module
 */
import { buildTrace } from "../../output/mod.ts";
import { makeExportRedactor } from "../../privacy/mod.ts";
import { encodeJson } from "../../proto/mod.ts";
import type { CheckedAnswer } from "../ask/answer_head.ts";
import type { Run } from "../shell/cli.ts";
import { printText } from "../shell/print.ts";
import { readDetail } from "./read_detail.ts";

/**
 * Prints a session as trace events. A trace is made to be opened elsewhere, so secrets are
 * replaced.
 */
export async function printTrace(
  answer: CheckedAnswer,
  run: Run,
): Promise<void> {
  const { session, detail } = await readDetail(answer);
  const redact = await makeExportRedactor(run.settings.paths().home);
  const trace = encodeJson(buildTrace(session, detail, run.context.now()));
  await printText(run, `${redact(trace)}\n`);
}
