// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Prints what a session has got to.
 * @module
 */
import { describeState, escapeLine } from "../../output/mod.ts";
import type { SessionRecord } from "../../proto/mod.ts";
import type { Run } from "../shell/cli.ts";
import { printJson, printLines } from "../shell/print.ts";
import type { SessionOutcome } from "./options.ts";

/** The outcome of waiting for a session. */
export interface WaitResult {
  outcome: SessionOutcome;
  session: SessionRecord;
}

/** The end of a wait that took too long. */
interface WaitTimeout {
  outcome: "timeout";
  /** Null: the daemon did not send it in time. */
  session: SessionRecord | null;
}

/** Prints one line, or one document. */
export async function printResult(
  { outcome, session }: WaitResult | WaitTimeout,
  run: Run,
): Promise<void> {
  if (run.settings.format !== "text") {
    return await printJson(run, { outcome, session });
  }
  if (session === null) return;
  const { id, title } = session;
  const words = describeState(session, run.context.now());
  const about = title ? `  ${title}` : "";
  await printLines(run, [escapeLine(`${id}  ${words}${about}`)]);
}
