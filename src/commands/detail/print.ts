// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Prints a session as text.
 * @module
 */
import {
  makePaint,
  renderEvents,
  renderHeader,
  renderSpanTree,
  sumEvents,
} from "../../output/mod.ts";
import type { AnswerOf, EventRecord } from "../../proto/mod.ts";
import type { CheckedAnswer } from "../ask/answer_head.ts";
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
  await printLines(run, renderDetail(await readDetail(answer), options, run));
}

/** Renders the lines of a session. */
export function renderDetail(
  { session, detail }: SessionDetail,
  options: DetailOptions,
  { context, settings }: Run,
): string[] {
  const paint = makePaint(settings.color);
  const width = context.stdout.columns();
  // The reference sends no totals; compute them from the events.
  const totals = session.totals ?? sumEvents(detail.events);
  const lines = renderHeader({ ...session, totals }, {
    paint,
    width,
    nowMs: context.now(),
  });
  if (options.showsEvents) {
    const events = eventsSince(detail, options.sinceSeq);
    const startMs = session.started_at_ms;
    lines.push(
      "",
      ...events.length === 0 ? ["(no events)"] : renderEvents(events, {
        paint,
        width,
        startMs,
        full: options.isFull,
        titles: true,
        isSteady: options.follows,
      }),
    );
  }
  if (options.showsSpans) {
    const spans = renderSpanTree(detail.spans, {
      paint,
      width,
      full: options.isFull,
    });
    lines.push(
      "",
      ...spans.length === 0
        ? ["(no tool spans)"]
        : [paint.bold("TOOL SPANS"), ...spans],
    );
  }
  return lines;
}

/** Returns the events with at least this sequence number. */
export function eventsSince(
  { events }: AnswerOf<"detail">,
  seq: number,
): EventRecord[] {
  return events.filter((event) => event.seq >= seq);
}
