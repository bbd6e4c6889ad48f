// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Renders the state of the spool as text, for `kaizen status` and `kaizen spool status`.
 * @module
 */
import {
  type Fact,
  formatAgo,
  formatBytes,
  formatNumberOf,
  makePaint,
  type Paint,
  renderFacts,
} from "../../output/mod.ts";
import type { SpoolStatus } from "../../spool/mod.ts";
import type { Run } from "../shell/cli.ts";
import { isNews } from "../shell/is_news.ts";

const LABEL_CELLS = 12;

/** Renders the lines of the spool alone. */
export function renderSpool(
  spool: SpoolStatus,
  { context, settings }: Run,
): string[] {
  const paint = makePaint(settings.color);
  const facts: Fact[] = [
    ...describeSpool(spool, context.now(), paint),
    ["folder", settings.paths().spool],
  ];
  return layOut(facts, paint, context.stdout.columns());
}

/** Lists the contents of the spool, and its problems. */
export function describeSpool(
  spool: SpoolStatus,
  nowMs: number,
  paint: Paint,
): Fact[] {
  const { pending, bytes, oldest_ms, rejected, writable, reason } = spool;
  const age = oldest_ms === null
    ? ""
    : `, oldest ${formatAgo(oldest_ms, nowMs)}`;
  const waiting = pending === 0
    ? "empty"
    : `${formatNumberOf(pending, "event")} waiting (${
      formatBytes(bytes)
    }${age})`;
  const facts: Fact[] = [];
  if (writable || pending > 0) facts.push(["spool", waiting]);
  if (!writable) {
    facts.push([
      "spool",
      `cannot be written: ${reason ?? "unknown reason"}`,
      paint.red,
    ]);
  }
  if (rejected > 0) {
    facts.push([
      "rejected",
      `${formatNumberOf(rejected, "event")}, see kaizen spool list`,
      paint.yellow,
    ]);
  }
  if (spool.odd.length > 0) {
    facts.push([
      "odd",
      `${spool.odd.join(", ")}: skipped, see kaizen spool list`,
      paint.yellow,
    ]);
  }
  if (spool.unknown > 0) {
    facts.push([
      "unknown",
      `${
        formatNumberOf(spool.unknown, "file")
      } of another version, see kaizen spool list`,
      paint.yellow,
    ]);
  }
  if (spool.losses.length > 0) {
    const isRecent = spool.losses.some(({ last_ms }) => isNews(last_ms, nowMs));
    facts.push([
      "lost",
      spool.losses.map(({ reason, events, last_ms }) =>
        `${formatNumberOf(events, "event")}: ${reason}, the last ${
          formatAgo(last_ms, nowMs)
        }`
      ).join("; "),
      isRecent ? paint.red : paint.dim,
    ]);
  }
  if (spool.failures > 0) {
    const last = spool.last_failure;
    const when = last === null
      ? ""
      : `, the last ${formatAgo(last.ms, nowMs)}: ${last.reason}`;
    const isRecent = last !== null && isNews(last.ms, nowMs);
    // Not all failures are lost events: hooks also count input that they ignored.
    facts.push([
      "failures",
      `${
        formatNumberOf(spool.failures, "failure")
      } in hooks${when}; see kaizen spool list`,
      isRecent ? paint.red : paint.dim,
    ]);
  }
  return facts;
}

/** Renders facts, one per line. */
export function layOut(
  facts: readonly Fact[],
  paint: Paint,
  width: number | null,
): string[] {
  return renderFacts(facts, { paint, width, labelCells: LABEL_CELLS });
}
