// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The commits of one session.
 * @module
 */
import { makePaint, renderCommits } from "../../output/mod.ts";
import type { SessionRecord } from "../../proto/mod.ts";
import { listCommits } from "../ask/list_commits.ts";
import type { Run } from "../shell/cli.ts";
import { UnsupportedError } from "../shell/errors.ts";

/**
 * Asks for the commits that a session made, and renders them.
 *
 * @returns No lines if there are none, or if the daemon is an older one that lists no commits.
 * @throws What a request throws.
 */
export async function renderOwnCommits(
  { id, started_at_ms }: SessionRecord,
  run: Run,
): Promise<string[]> {
  const { context, settings } = run;
  const wanted = { workspace: null, session: id, since_ms: started_at_ms };
  try {
    const { rows } = await listCommits(wanted, 0, run);
    if (rows.length === 0) return [];
    const paint = makePaint(settings.color);
    const table = renderCommits(rows, {
      paint,
      width: context.stdout.columns(),
      nowMs: context.now(),
      isOneSession: true,
    });
    return ["", paint.bold("COMMITS"), ...table];
  } catch (error) {
    if (error instanceof UnsupportedError) return [];
    throw error;
  }
}
