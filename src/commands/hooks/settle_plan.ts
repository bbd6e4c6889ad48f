// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Shows a plan, asks the user, and carries it out.
 * @module
 */
import { UsageError } from "../../context/mod.ts";
import {
  AgentFileError,
  type FileChange,
  Journal,
  renderDiff,
} from "../../hooks/mod.ts";
import type { Run } from "../shell/cli.ts";
import { confirm } from "../shell/confirm.ts";
import { EXIT, type ExitCode } from "../shell/exit_codes.ts";
import { printJson, printLines, printNote } from "../shell/print.ts";
import type { HooksChangeOptions } from "./options.ts";
import { describeChange, describeDone, renderChanges } from "./print.ts";
import type { JointPlan } from "./targets.ts";

/** How a plan is carried out. */
export interface SettleOptions extends HooksChangeOptions {
  /** Makes the changes of one file's owner. */
  apply(changes: readonly FileChange[], journal: Journal): void;
  /** Lists sentences that follow, of the changes that were made. */
  listNext(written: readonly FileChange[]): string[];
}

/**
 * Shows the plan and carries it out, unless that is not wanted.
 *
 * @returns 0; 64 or 74 if the hooks of a target could not be changed.
 * @throws {UsageError} If confirmation is needed and stdin is not a terminal.
 */
export async function settlePlan(
  plan: JointPlan,
  { isDry, isSure, apply, listNext }: SettleOptions,
  run: Run,
): Promise<ExitCode> {
  const isText = run.settings.format === "text";
  const real = plan.changes.filter(({ file, after }) => file.text !== after);
  if (real.length > 0 && !isDry && !isSure && !run.context.stdin.isTerminal()) {
    throw new UsageError(
      "Cannot ask for confirmation as stdin is not a terminal: add --yes to write, or --dry-run to only show",
    );
  }
  if (isText && !isSure) await printLines(run, renderChanges(real, run));
  for (const note of plan.notes) await printNote(run, note);
  for (const { message } of plan.failures) await printNote(run, message);
  const isWanted = !isDry &&
    (real.length === 0 || isSure || await confirm("Write these changes?", run));
  const failures = [...plan.failures];
  const written: FileChange[] = [];
  if (isWanted && plan.changes.length > 0) {
    using journal = Journal.open(run.settings.paths().home);
    for (const change of plan.changes) {
      try {
        apply([change], journal);
        if (real.includes(change)) written.push(change);
      } catch (error) {
        if (!(error instanceof AgentFileError)) throw error;
        failures.push({ agent: change.owner, message: error.message });
        await printNote(run, error.message);
      }
    }
  }
  if (isText) {
    if (written.length > 0) {
      await printLines(run, [
        ...describeDone(written, run),
        ...listNext(written),
      ]);
    } else if (isWanted && failures.length === 0) {
      await printLines(run, ["Nothing to change."]);
    } else if (!isWanted && !isDry) {
      await printNote(run, "nothing was changed");
    }
  } else {
    await printJson(run, {
      written: written.length > 0,
      changes: (isWanted ? written : real).map((change) => ({
        ...describeChange(change),
        diff: renderDiff(change.file.path, change.file.text, change.after)
          .join("\n"),
      })),
      notes: [...plan.notes, ...isWanted ? listNext(written) : []],
      failures,
    });
  }
  if (failures.length === 0) return EXIT.ok;
  return plan.isUsage ? EXIT.usage : EXIT.file;
}
