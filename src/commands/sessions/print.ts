// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Prints lists of sessions that cannot be passed through: merged lists and tables.
 * @module
 */
import {
  escapeLine,
  formatNumberOf,
  makePaint,
  renderSessions,
  toLine,
} from "../../output/mod.ts";
import { encodeJson, joinBytes } from "../../proto/mod.ts";
import { findGone, noteNothing } from "../ask/place.ts";
import type { Run } from "../shell/cli.ts";
import { printLines, printNote } from "../shell/print.ts";
import type { SessionsOptions } from "./options.ts";
import { collectSessions, type SessionList } from "../ask/session_rows.ts";

/** Workspaces that are asked for a hint, each by a request: a daemon may name any number. */
const MAX_HINT_WORKSPACES = 100;

/** Prints the sessions of all `workspaces` as one list. */
export async function printSessions(
  workspaces: readonly string[],
  options: SessionsOptions,
  run: Run,
): Promise<void> {
  const list = await collectSessions(workspaces, options, run);
  switch (run.settings.format) {
    case "json":
      return await run.context.stdout.write(encodeList(list));
    case "ndjson":
      return await run.context.stdout.write(encodeLines(list));
    default:
      return await printTable(list, workspaces, options, run);
  }
}

/** Encodes a list in the shape of the daemon's answer. Its rows keep their original bytes. */
function encodeList(
  { rows, total, next_offset }: SessionList,
): Uint8Array {
  const encoder = new TextEncoder();
  const comma = encoder.encode(",");
  const end = encodeJson({ total, next_offset }).slice(1);
  return joinBytes([
    encoder.encode('{"type":"sessions","rows":['),
    ...rows.flatMap(({ bytes }, i) => i === 0 ? [bytes] : [comma, bytes]),
    encoder.encode(`],${end}\n`),
  ]);
}

/** Encodes the rows, one per line. */
export function encodeLines({ rows }: Pick<SessionList, "rows">): Uint8Array {
  return joinBytes(rows.map(({ bytes }) => toLine({ kind: "row", bytes })));
}

async function printTable(
  list: SessionList,
  workspaces: readonly string[],
  options: SessionsOptions,
  run: Run,
): Promise<void> {
  if (list.rows.length === 0) {
    return await explainNone(list, workspaces, options, run);
  }
  await printLines(run, await renderSessionList(list, workspaces, run));
  await noteHidden(list, options, run);
}

/** Renders a list as a table that fits the terminal. */
export async function renderSessionList(
  { rows }: SessionList,
  workspaces: readonly string[],
  { context, settings }: Run,
): Promise<string[]> {
  const records = rows.map(({ record }) => record);
  return renderSessions(records, {
    paint: makePaint(settings.color),
    width: context.stdout.columns(),
    nowMs: context.now(),
    several: workspaces.length > 1,
    gone: await findGone(records.map(({ workspace }) => workspace)),
  });
}

/** Prints a note to stderr if there are more sessions than the list shows. */
async function noteHidden(
  { rows, total }: SessionList,
  { offset, limit }: SessionsOptions,
  run: Run,
): Promise<void> {
  const hidden = BigInt(total) - BigInt(rows.length) - BigInt(offset);
  if (hidden <= 0n) return;
  await printNote(
    run,
    `${hidden} more of ${total}: use --offset ${
      offset + limit
    } for the next page, --limit 0 for all`,
  );
}

/** Describes the workspaces that were queried. */
export function describePlace(workspaces: readonly string[]): string {
  const [only] = workspaces;
  if (only === undefined) {
    return "because the daemon does not know any workspace yet";
  }
  return workspaces.length === 1
    ? `in ${escapeLine(only)}`
    : `in any of ${workspaces.length} workspaces`;
}

async function explainNone(
  { total }: SessionList,
  workspaces: readonly string[],
  options: SessionsOptions,
  run: Run,
): Promise<void> {
  await printLines(run, ["(no sessions)"]);
  if (options.offset > 0 && BigInt(total) > 0n) {
    return await printNote(
      run,
      `--offset skips all ${total} sessions`,
    );
  }
  const where = describePlace(workspaces);
  const filtered = Object.keys(options.filter).length > 0;
  const known = await noteNothing(
    `no session${filtered ? " matches" : ""} ${where}`,
    run,
  );
  const others = known.filter((path) => !workspaces.includes(path));
  if (others.length > MAX_HINT_WORKSPACES) {
    return await printNote(
      run,
      `${others.length} other workspaces may have some: list them with --all-workspaces`,
    );
  }
  const elsewhere = await findElsewhere(others, options, run);
  const [example] = elsewhere.rows;
  if (example !== undefined) {
    const count = formatNumberOf(
      elsewhere.total,
      filtered ? "matching session" : "session",
    );
    await printNote(
      run,
      `${count} in other workspaces, such as ${example.record.workspace}: list them with --all-workspaces`,
    );
  } else if (!filtered) {
    await printNote(
      run,
      await isHooked(run)
        ? "to see which hooks there are, and when they last ran: kaizen hooks status"
        : "to record the sessions of your agents: kaizen hooks install",
    );
  }
}

/** Whether an agent has hooks, or settings that cannot be read. */
async function isHooked(run: Run): Promise<boolean> {
  const { AgentFileError, findAgents, findHooks } = await import(
    "../../hooks/mod.ts"
  );
  const { listHookedRepositories } = await import("../shell/double_hooks.ts");
  const { context } = run;
  try {
    return listHookedRepositories(run).length > 0 ||
      findAgents(context).some((agent) => {
        const { events, others } = findHooks(agent, { context, project: null });
        return events.length + others.length > 0;
      });
  } catch (error) {
    if (error instanceof AgentFileError) return true;
    throw error;
  }
}

/** Looks for such sessions in other workspaces, for a hint: none if a request fails. */
async function findElsewhere(
  workspaces: readonly string[],
  { filter }: SessionsOptions,
  run: Run,
): Promise<Pick<SessionList, "rows" | "total">> {
  try {
    const wanted = { filter, limit: 1, offset: 0 };
    return await collectSessions(workspaces, wanted, run);
  } catch {
    return { rows: [], total: 0 };
  }
}
