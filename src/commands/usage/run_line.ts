// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Prints usage in one line, for a status line: `today $12.34, 5.6M tokens; session $1.20`.
 * @module
 */
import { UsageError } from "../../context/mod.ts";
import { formatCount, formatTotalCost } from "../../output/mod.ts";
import type { AnswerOf, UsageSumsRecord } from "../../proto/mod.ts";
import { LATEST, locateSession } from "../ask/find_session.ts";
import type { Place } from "../ask/place.ts";
import { collectSessions } from "../ask/session_rows.ts";
import { resolveSince } from "../shell/since.ts";
import type { Run } from "../shell/cli.ts";
import { NotFoundError } from "../shell/errors.ts";
import { isColumnFormat } from "../shell/settings.ts";
import { printJson, printLines, printNote } from "../shell/print.ts";
import { askUsage, workspaceOfPlace } from "./ask_usage.ts";
import type { UsageLineOptions } from "./options.ts";

/** Prints today's cost and tokens in all workspaces, and the cost of the current session. */
export async function runUsageLine(
  options: UsageLineOptions,
  run: Run,
): Promise<void> {
  const { format } = run.settings;
  if (isColumnFormat(format)) {
    throw new UsageError(`Cannot print one line with -o ${format}`);
  }
  const since_ms = resolveSince({ isToday: true }, run.context.now());
  // Before the session is asked for, so that a daemon is started once.
  const today = await askUsage({ by: "agent", since_ms }, run);
  const session = await findCurrent(options, run);
  if (format !== "text") {
    return await printJson(run, { today: today.total, session });
  }
  const parts = [
    today.total.messages === 0
      ? "today no tokens"
      : `today ${formatTotalCost(today.total)}, ${
        countAll(today.total)
      } tokens`,
  ];
  if (session !== null && session.messages !== 0) {
    parts.push(`session ${formatTotalCost(session)}`);
  }
  await printLines(run, [parts.join("; ")]);
}

/**
 * The sums of the current session; null if there is none.
 *
 * @throws {NotFoundError} If the named session is no new one, but a mistyped word.
 */
async function findCurrent(
  { session: named, place }: UsageLineOptions,
  run: Run,
): Promise<UsageSumsRecord | null> {
  const isNewest = named === null || named === LATEST;
  const id = isNewest ? await findNewest(place, run) : named;
  if (id === null) return null;
  const { rows, total } = await askSession(id, run);
  if (isNewest || rows.length > 0) return total;
  try {
    const { id: whole } = await locateSession({ id, place }, run);
    return whole === id ? total : (await askSession(whole, run)).total;
  } catch (error) {
    if (!(error instanceof NotFoundError)) throw error;
    // A status line is also printed before the first event of its session.
    if (id.startsWith("@") || error.candidates.length > 0) throw error;
    await printNote(run, error.message);
    return total;
  }
}

async function askSession(
  session: string,
  run: Run,
): Promise<AnswerOf<"usage">> {
  return await askUsage({ by: "agent", session }, run);
}

async function findNewest(
  place: Place,
  run: Run,
): Promise<string | null> {
  const workspace = await workspaceOfPlace(place, run);
  if (workspace === null) return null;
  const { rows } = await collectSessions([workspace], {
    filter: {},
    limit: 10,
    offset: 0,
  }, run);
  const newest = rows.find(({ record }) => record.agent !== "git");
  return newest?.record.id ?? null;
}

function countAll(sums: UsageSumsRecord): string {
  return formatCount(
    [
      sums.tokens_in,
      sums.tokens_out,
      sums.cache_read_tokens,
      sums.cache_creation_tokens,
    ].reduce((sum: bigint, count) => sum + BigInt(count), 0n),
  );
}
