// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Prints a session as text.
 * @module
 */
import {
  flattenSpans,
  makePaint,
  renderEvents,
  renderHeader,
  renderSpanTree,
  sumEvents,
} from "../../output/mod.ts";
import type { AnswerOf, EventRecord } from "../../proto/mod.ts";
import type { CheckedAnswer } from "../ask/answer_head.ts";
import { findGone } from "../ask/place.ts";
import type { Run } from "../shell/cli.ts";
import { printLines } from "../shell/print.ts";
import { readDetail, type SessionDetail } from "./read_detail.ts";
import type { DetailOptions } from "./options.ts";

/** Prints the header and the wanted parts of a session. */
export async function printDetail(
  answer: CheckedAnswer,
  options: DetailOptions,
  run: Run,
): Promise<void> {
  const read = await readDetail(answer);
  await printLines(run, await renderDetail(read, options, run));
}

/**
 * Renders a session: its header, its commits, its events in the order of their times, and its calls
 * as a tree.
 */
export async function renderDetail(
  { session, detail }: SessionDetail,
  options: DetailOptions,
  run: Run,
): Promise<string[]> {
  const { context, settings } = run;
  const paint = makePaint(settings.color);
  const width = context.stdout.columns();
  // The reference sends no totals; compute them from the events.
  const totals = session.totals ?? sumEvents(detail.events);
  const lines = renderHeader({ ...session, totals }, {
    paint,
    width,
    nowMs: context.now(),
    coverage: detail.coverage ?? null,
    isGone: (await findGone([session.workspace])).size > 0,
  });
  const isWhole = options.showsEvents && options.showsSpans;
  // The reference sends no coverage, and knows no commits.
  if ((isWhole || options.follows) && detail.coverage !== undefined) {
    const { renderOwnCommits } = await import("./own_commits.ts");
    lines.push(...await renderOwnCommits(session, run));
  }
  if (options.showsEvents) {
    const events = eventsSince(detail, options.sinceSeq).sort(compareEvents);
    const startMs = session.started_at_ms;
    lines.push(
      "",
      ...events.length === 0 ? ["(no events)"] : renderEvents(events, {
        paint,
        width,
        startMs,
        full: options.isFull,
        titles: true,
        calls: flattenSpans(detail.spans),
        isSteady: options.follows,
      }),
    );
  }
  if (options.showsSpans) {
    const spans = renderSpanTree(detail.spans, {
      paint,
      width,
      full: options.isFull,
      nowMs: context.now(),
    });
    lines.push(
      "",
      ...spans.length === 0
        ? ["(no tool calls)"]
        : [paint.bold("TOOL CALLS"), ...spans],
    );
  }
  return lines;
}

function compareEvents(a: EventRecord, b: EventRecord): number {
  if (a.ts_ms !== b.ts_ms) return a.ts_ms < b.ts_ms ? -1 : 1;
  return Number(BigInt(a.seq) - BigInt(b.seq));
}

/** Returns the events with at least this sequence number. */
export function eventsSince(
  { events }: AnswerOf<"detail">,
  seq: number,
): EventRecord[] {
  return events.filter((event) => event.seq >= seq);
}
