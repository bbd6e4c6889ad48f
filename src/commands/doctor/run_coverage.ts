// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Compares the calls in transcripts with those that hooks reported, to find hooks that do not run.
 * @module
 */
import {
  decodeJson,
  decodeText,
  demandSession,
  type SessionCoverage,
  type SessionRecord,
} from "../../proto/mod.ts";
import { readPlace, resolvePlace } from "../ask/place.ts";
import { collectSessions } from "../ask/session_rows.ts";
import { splitAnswer } from "../ask/stream_records.ts";
import {
  findSession,
  type FoundSession,
  openDetail,
} from "../ask/find_session.ts";
import type { Run } from "../shell/cli.ts";
import { EXIT, type ExitCode } from "../shell/exit_codes.ts";
import { printJson, printLines } from "../shell/print.ts";
import type {
  CoverageReport,
  CoveredAgent,
  CoveredSession,
  SessionKind,
} from "./coverage_report.ts";

/** Sessions that are looked at, the newest ones. */
const MAX_SESSIONS = 100;
/** An event has its source before its payload. */
const HEAD_BYTES = 512;
const SOURCE = /"source":"(\w+)"/;

/**
 * Prints the coverage of a session, or of the newest sessions of all workspaces.
 *
 * @param id An id, a prefix of one, or `@latest`; null for all.
 * @returns 0, or 1 if a hook does not run.
 * @throws {NotFoundError} If there is no such session.
 */
export async function runCoverage(
  id: string | null,
  run: Run,
): Promise<ExitCode> {
  const report = await readCoverage(id, run);
  if (run.settings.format === "text") {
    const { renderCoverage } = await import("./print_coverage.ts");
    await printLines(run, renderCoverage(report, run));
  } else await printJson(run, report);
  return report.ok ? EXIT.ok : EXIT.notFound;
}

async function readCoverage(
  id: string | null,
  run: Run,
): Promise<CoverageReport> {
  const sessions: CoveredSession[] = [];
  let untold = 0;
  for await (const found of findSessions(id, run)) {
    const session = await readSession(found);
    if (session === null) untold++;
    else sessions.push(session);
  }
  const ok = sessions.every(({ kind, missing }) =>
    kind === "import" || missing.length === 0
  );
  return { type: "coverage", ok, agents: sumUp(sessions), sessions, untold };
}

async function* findSessions(
  id: string | null,
  run: Run,
): AsyncGenerator<FoundSession> {
  if (id !== null) {
    const place = readPlace({}, run);
    return yield await findSession({ id, place, isEager: true }, run);
  }
  const workspaces = await resolvePlace({ kind: "all" }, run);
  if (workspaces.length === 0) return;
  const wanted = { filter: {}, limit: MAX_SESSIONS, offset: 0 };
  const { rows } = await collectSessions(workspaces, wanted, run);
  for (const { record: { id, workspace } } of rows) {
    const found = await openDetail({ id, workspace, isEager: true }, run);
    // It may have been pruned in the meantime.
    if (found !== null) yield found;
  }
}

/** @returns Null if no transcript of the session has a call. */
async function readSession(
  found: FoundSession,
): Promise<CoveredSession | null> {
  await using answer = found.answer;
  let kind: SessionKind = "import";
  let session: SessionRecord | null = null;
  let coverage: SessionCoverage | null = null;
  for await (
    const records of splitAnswer(answer, { spans: "roots", coverage: true })
  ) {
    for (const record of records) {
      if (record.kind === "session") {
        session = demandSession(decodeJson(record.bytes));
      } else if (record.kind === "coverage") {
        coverage = JSON.parse(decodeText(record.bytes));
      } else if (record.kind === "event") {
        const head = decodeText(record.bytes.subarray(0, HEAD_BYTES));
        if (head.match(SOURCE)?.[1] === "Hook") kind = "hooks";
      }
    }
  }
  if (session === null || coverage === null) return null;
  const { id, workspace, agent } = session;
  return { id, workspace, agent, kind, ...coverage };
}

function sumUp(sessions: readonly CoveredSession[]): CoveredAgent[] {
  const sums = new Map<string, CoveredAgent>();
  for (const { agent, kind, ...session } of sessions) {
    const key = `${agent} ${kind}`;
    const sum = sums.get(key) ?? {
      agent,
      kind,
      sessions: 0,
      calls: 0,
      by_hook: 0,
      in_subagents: 0,
      before: 0,
      missing: [],
    };
    sums.set(key, {
      ...sum,
      sessions: sum.sessions + 1,
      calls: Number(sum.calls) + Number(session.calls),
      by_hook: Number(sum.by_hook) + Number(session.by_hook),
      in_subagents: Number(sum.in_subagents) + Number(session.in_subagents),
      before: Number(sum.before) + Number(session.before),
      missing: [...new Set([...sum.missing, ...session.missing])],
    });
  }
  return [...sums].sort(([a], [b]) => a < b ? -1 : 1).map(([, sum]) => sum);
}
