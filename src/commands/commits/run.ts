// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Lists commits.
 * @module
 */
import { findWorkspace } from "../../context/mod.ts";
import { makePaint, renderCommits } from "../../output/mod.ts";
import type { CommitRecord } from "../../proto/mod.ts";
import { listCommits } from "../ask/list_commits.ts";
import { noteNothing, resolvePlace } from "../ask/place.ts";
import { locateSession } from "../ask/find_session.ts";
import type { Run } from "../shell/cli.ts";
import { readGitHooksNews } from "../shell/git_hooks.ts";
import { isColumnFormat } from "../shell/settings.ts";
import { printJson, printLines, printNote, printRows } from "../shell/print.ts";
import type { CommitsOptions } from "./options.ts";

/** Prints commits, the newest first. */
export async function runCommits(
  options: CommitsOptions,
  run: Run,
): Promise<void> {
  const { place, sinceMs, limit } = options;
  const session = options.session === null
    ? null
    : (await locateSession({ id: options.session, place }, run)).id;
  // A session may commit in several worktrees.
  const workspaces = place.kind === "all" || session !== null
    ? [null]
    : await resolvePlace(place, run);
  const [workspace = null] = workspaces;
  const wanted = { workspace, since_ms: sinceMs, session };
  const { rows, total } = await listCommits(wanted, limit, run);
  const { format } = run.settings;
  if (isColumnFormat(format)) {
    const { printColumns } = await import("../shell/column_output.ts");
    return await printColumns("commit", [rows], run);
  }
  switch (format) {
    case "json":
      return await printJson(run, { type: "commits", rows, total });
    case "ndjson":
      return await printRows(run, rows);
  }
  if (rows.length === 0) return await explainNone(wanted, run);
  await printTable(rows, total, run);
}

/** Tells what records commits, or keeps them from being recorded. */
async function explainNone(
  { workspace, since_ms, session }: {
    workspace: string | null;
    since_ms: number | null;
    session: string | null;
  },
  run: Run,
): Promise<void> {
  await printLines(run, ["(no commits)"]);
  const isFiltered = since_ms !== null || session !== null;
  const place = workspace === null ? "" : ` in ${workspace}`;
  await noteNothing(`no commit${isFiltered ? " matches" : ""}${place}`, run);
  const project = workspace ?? findWorkspace(run.context.cwd());
  const news = await readGitHooksNews(project, run);
  const { message, repair } = news ?? {
    message: "commits come from hooks in a repository",
    repair: "kaizen hooks install git --project",
  };
  await printNote(
    run,
    `git: ${message}${
      repair === null ? "; earlier commits are not listed" : `: ${repair}`
    }`,
  );
}

async function printTable(
  rows: readonly CommitRecord[],
  total: number,
  run: Run,
): Promise<void> {
  const { context, settings } = run;
  await printLines(
    run,
    renderCommits(rows, {
      paint: makePaint(settings.color),
      width: context.stdout.columns(),
      nowMs: context.now(),
    }),
  );
  if (total > rows.length) {
    await printNote(
      run,
      `${total - rows.length} more of ${total}: use --limit 0 for all`,
    );
  }
}
