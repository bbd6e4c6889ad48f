// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Shows tokens and costs.
 * @module
 */
import { escapeText, formatNumberOf, formatTime } from "../../output/mod.ts";
import type { AnswerOf } from "../../proto/mod.ts";
import { locateSession } from "../ask/find_session.ts";
import { noteNothing } from "../ask/place.ts";
import type { Run } from "../shell/cli.ts";
import { isColumnFormat } from "../shell/settings.ts";
import { printJson, printLines, printNote, printRows } from "../shell/print.ts";
import { askUsage, workspaceOfPlace } from "./ask_usage.ts";
import type { UsageOptions } from "./options.ts";
import { renderUsage } from "./print.ts";

/** Prints the sums of each group. */
export async function runUsage(
  options: UsageOptions,
  run: Run,
): Promise<void> {
  const { by, place, session: named, sinceMs } = options;
  const { id: session, workspace } = named === null
    ? { id: null, workspace: await workspaceOfPlace(place, run) }
    : await locateSession({ id: named, place }, run);
  const { format } = run.settings;
  const answer = await askUsage(
    { by, workspace, session, since_ms: sinceMs },
    run,
  );
  if (isColumnFormat(format)) {
    const { printColumns } = await import("../shell/column_output.ts");
    return await printColumns("usage", [answer.rows], run);
  }
  switch (format) {
    case "json":
      return await printJson(run, answer);
    case "ndjson":
      return await printRows(run, answer.rows);
  }
  await printTable(answer, { workspace, sinceMs, session }, run);
}

/** What the answer is about. */
interface Asked extends Pick<UsageOptions, "sinceMs" | "session"> {
  workspace: string | null;
}

async function printNothing(
  { workspace, sinceMs, session }: Asked,
  run: Run,
): Promise<void> {
  const place = workspace === null ? "" : ` in ${escapeText(workspace)}`;
  const time = sinceMs === null ? "" : ` since ${formatTime(sinceMs)}`;
  await printLines(run, ["(no usage)"]);
  if (session !== null) {
    return await printNote(
      run,
      `no transcript of ${escapeText(session)} has token counts`,
    );
  }
  await noteNothing(`no transcript${place} has token counts${time}`, run);
  if (workspace !== null) {
    await printNote(run, "for those elsewhere: kaizen usage --all-workspaces");
  } else if (sinceMs === null) {
    await printNote(run, "to read those of earlier sessions: kaizen import");
  }
}

async function printTable(
  answer: AnswerOf<"usage">,
  asked: Asked,
  run: Run,
): Promise<void> {
  const { rows, total, prices, transcripts } = answer;
  if (rows.length === 0) await printNothing(asked, run);
  else {
    await printLines(run, renderUsage(answer, run));
    await printNote(
      run,
      `list prices of ${prices.date} (${prices.source})${
        prices.own === null || prices.fault !== null
          ? ""
          : `, and those in ${prices.own}`
      }`,
    );
  }
  if (prices.fault !== null) await printNote(run, prices.fault);
  const { unpriced_models: models } = total;
  if (models.length > 0) {
    const names = models.map(escapeText).join(", ");
    await printNote(
      run,
      `no price is known of ${
        formatNumberOf(models.length, "model")
      }: ${names}. docs/usage.md says how to add one`,
    );
  }
  const unreadable = Number(transcripts.unreadable);
  if (unreadable > 0) {
    await printNote(
      run,
      `the tokens of ${
        formatNumberOf(unreadable, "transcript")
      } that cannot be read are missing here`,
    );
  }
  if (Number(transcripts.waiting) > 0) {
    await printNote(
      run,
      `not read yet: ${formatNumberOf(transcripts.waiting, "transcript")}`,
    );
  }
}
