// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Prints lists of sessions that had to be read: merged ones, and tables.
 * @module
 */
import {
  escapeLine,
  makePaint,
  renderSessions,
  toLine,
} from "../../output/mod.ts";
import { encodeJson, joinBytes } from "../../proto/mod.ts";
import { askHelloQuietly } from "../ask/place.ts";
import type { Run } from "../shell/cli.ts";
import { printLines, printNote } from "../shell/print.ts";
import type { SessionsOptions } from "./options.ts";
import { collectSessions, type SessionList } from "../ask/session_rows.ts";

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

/** The list in the shape of the daemon's answer, with its rows' own bytes. */
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

/** The rows, a line each. */
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
  await printLines(run, renderSessionList(list, workspaces, run));
  await noteHidden(list, options, run);
}

/** The table of a list, fitted to the terminal. */
export function renderSessionList(
  { rows }: SessionList,
  workspaces: readonly string[],
  { context, settings }: Run,
): string[] {
  return renderSessions(rows.map(({ record }) => record), {
    paint: makePaint(settings.color),
    width: context.stdout.columns(),
    nowMs: context.now(),
    several: workspaces.length > 1,
  });
}

/** A list that goes on says so where it does not disturb the output. */
async function noteHidden(
  { rows, total }: SessionList,
  { offset, limit }: SessionsOptions,
  run: Run,
): Promise<void> {
  const hidden = BigInt(total) - BigInt(rows.length) - BigInt(offset);
  if (hidden <= 0n) return;
  await printNote(
    run,
    `${hidden} more of ${total}: see --offset ${
      offset + limit
    } for the next, --limit 0 for all`,
  );
}

/** Where sessions were looked for. */
export function describePlace(workspaces: readonly string[]): string {
  const [only] = workspaces;
  if (only === undefined) return "as the daemon knows no workspace yet";
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
      `there are ${total}, fewer than --offset skips`,
    );
  }
  const where = describePlace(workspaces);
  const filtered = Object.keys(options.filter).length > 0;
  await printNote(run, `no session${filtered ? " matches" : ""} ${where}`);
  const others = (await askHelloQuietly(run))
    .filter((path) => !workspaces.includes(path));
  if (others.length > 0) {
    const some = others.slice(0, 3).join(", ");
    const more = others.length > 3 ? ` and ${others.length - 3} more` : "";
    await printNote(
      run,
      `others have some: ${some}${more}; see --all-workspaces`,
    );
  } else if (!filtered) {
    await printNote(
      run,
      'agents record theirs by hooks that run "kaizen ingest hook": see kaizen help ingest',
    );
  }
}
