// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Runs `kaizen store stats` and `kaizen store prune`.
 * @module
 */
import { ask, ProtocolError } from "../../client/mod.ts";
import { findWorkspace, UsageError } from "../../context/mod.ts";
import { clientOptions } from "../ask/ask.ts";
import type { Run } from "../shell/cli.ts";
import { printJson, printLines, printNote } from "../shell/print.ts";
import type { StorePruneOptions } from "./options.ts";
import {
  describeRemoved,
  describeStore,
  printPruned,
  type StoreCounts,
} from "./print.ts";
import { confirm } from "../shell/confirm.ts";

/** Timeout of one request in milliseconds; deleting can be slow. */
const STORE_TIMEOUT_MS = 60_000;
/** Most requests of one prune. Our daemon deletes for 1.5 s in each, so this is for two hours. */
const MAX_PRUNE_REQUESTS = 5_000;

/** Runs `kaizen store stats`. */
export async function runStoreStats(run: Run): Promise<void> {
  const { type: _type, ...stats } = await ask(
    { type: "store_stats" },
    clientOptions(run, STORE_TIMEOUT_MS),
  );
  if (run.settings.format !== "text") return await printJson(run, stats);
  await printLines(run, [describeStore(stats)]);
}

/**
 * Deletes sessions, after confirmation.
 *
 * @throws {UsageError} If no sessions are selected, or confirmation is needed and stdin is not a
 * terminal.
 * @throws {NotFoundError} If there is no such session.
 */
export async function runStorePrune(
  options: StorePruneOptions,
  run: Run,
): Promise<void> {
  const { olderThanMs, session, isDry, isSure } = options;
  if ((olderThanMs === null) === (session === null)) {
    throw new UsageError(
      "Select the sessions to delete with either --older-than DURATION or --session ID",
    );
  }
  if (!isDry && !isSure && !run.context.stdin.isTerminal()) {
    throw new UsageError(
      "Cannot ask for confirmation as stdin is not a terminal: add --yes to delete, or --dry-run to only show",
    );
  }
  const { found, wanted } = await look(options, run);
  const count = Number(found.removed_sessions ?? 0) +
    Number(found.removed_events ?? 0);
  if (isDry) return await printPruned(found, "Would delete", options, run);
  if (count > 0 && !isSure) {
    const question = `Delete ${describeRemoved(found, options)} permanently?`;
    if (!await confirm(question, run)) {
      return await printNote(run, "nothing was deleted");
    }
  }
  await printPruned(await prune(wanted, run, false), "Deleted", options, run);
}

/**
 * Counts what would be deleted. If no session has the given id, finds the one that `detail` would
 * show.
 *
 * @throws {NotFoundError} If there is none, or the prefix is ambiguous.
 */
async function look(
  options: StorePruneOptions,
  run: Run,
): Promise<{ found: StoreCounts; wanted: StorePruneOptions }> {
  const { session } = options;
  const found = await prune(options, run, true);
  if (session === null || Number(found.removed_sessions ?? 0) > 0) {
    return { found, wanted: options };
  }
  const { locateSession } = await import("../ask/find_session.ts");
  const { readPlace } = await import("../ask/place.ts");
  const flags = options.workspace === null
    ? {}
    : { workspace: options.workspace };
  const place = readPlace(flags, run);
  const { id, workspace } = await locateSession({ id: session, place }, run);
  const wanted = { ...options, session: id, workspace };
  return { found: await prune(wanted, run, true), wanted };
}

/**
 * Deletes sessions, or counts them in a dry run. One request deletes for a second or two, so that
 * the daemon can serve other clients in between.
 *
 * @throws {ProtocolError} If the daemon is never done.
 */
async function prune(
  options: StorePruneOptions,
  run: Run,
  isDry: boolean,
): Promise<StoreCounts> {
  const { olderThanMs, session, workspace } = options;
  const { context } = run;
  const request = {
    type: "store_prune" as const,
    before_ms: olderThanMs === null
      ? null
      : Math.max(0, context.now() - olderThanMs),
    session,
    workspace: workspace === null
      ? null
      : findWorkspace(workspace, context.cwd()),
    dry_run: isDry,
  };
  let removedSessions = 0;
  let removedEvents = 0;
  for (let requests = 0; requests < MAX_PRUNE_REQUESTS; requests++) {
    const answer = await ask(
      request,
      clientOptions(run, STORE_TIMEOUT_MS),
    );
    removedSessions += Number(answer.removed_sessions ?? 0);
    removedEvents += Number(answer.removed_events ?? 0);
    if (answer.done !== false) {
      const { bytes, sessions, events } = answer;
      return {
        bytes,
        sessions,
        events,
        removed_sessions: removedSessions,
        removed_events: removedEvents,
      };
    }
  }
  throw new ProtocolError(
    `The daemon broke the protocol: it is not done after ${MAX_PRUNE_REQUESTS} requests to delete`,
  );
}
