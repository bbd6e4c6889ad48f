// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * A session as trace events, for chrome://tracing and Perfetto.
 * @module
 */
import type {
  AnswerOf,
  EventRecord,
  Int,
  SessionRecord,
  SpanNode,
  ToolSpanView,
} from "../proto/mod.ts";
import { eventName } from "./event_summary.ts";
import { locateSpans } from "./span_times.ts";

/** One entry of the Trace Event Format; times and durations in microseconds. */
export interface TraceEvent {
  name: string;
  cat: string;
  /** `X`: a span; `i`: a moment; `M`: the name of a track. */
  ph: "X" | "i" | "M";
  ts: number;
  dur?: number;
  pid: number;
  tid: number;
  s?: "t";
  args: Record<string, unknown>;
}

/** A trace file: the format's JSON object form. */
export interface Trace {
  traceEvents: TraceEvent[];
  displayTimeUnit: "ms";
  otherData: Record<string, unknown>;
}

const PID = 1;
/** The session itself and what happened in it apart from spans. */
const SESSION_TRACK = 1;
/** Spans, those of depth 0 first; a track each depth, as siblings of one depth seldom overlap. */
const FIRST_SPAN_TRACK = 2;
const US_PER_MS = 1000;

/**
 * Turns a detail answer into trace events: a complete event a span, an instant one for every other event.
 *
 * @param session The answer's session, which the caller knows not to be null.
 */
export function buildTrace(
  session: SessionRecord,
  detail: AnswerOf<"detail">,
): Trace {
  const locate = locateSpans(session.id, detail.events);
  const spans = flatten(detail.spans);
  const tracks = new Tracks();
  const timed = spans.flatMap((span) => {
    const time = locate(span);
    return time === null ? [] : [{ span, ...time }];
  }).sort((a, b) =>
    compare(a.startMs, b.startMs) || a.span.depth - b.span.depth
  );
  const traceEvents = timed.map(({ span, startMs, endMs }) => {
    const start = toMicroseconds(startMs);
    const end = endMs === null ? start : toMicroseconds(endMs);
    return spanEvent(span, start, end - start, tracks.place(start, end));
  });
  return {
    traceEvents: [
      ...nameTracks(session, tracks.count),
      ...detail.events.filter(isMoment).map(momentEvent),
      ...traceEvents,
    ],
    displayTimeUnit: "ms",
    otherData: {
      session: session.id,
      agent: session.agent,
      workspace: session.workspace,
      spans_without_time: spans.length - timed.length,
    },
  };
}

/** All spans of a tree, parents first. */
export function flatten(roots: readonly SpanNode[]): ToolSpanView[] {
  const found: ToolSpanView[] = [];
  const left = [...roots].reverse();
  for (let node = left.pop(); node !== undefined; node = left.pop()) {
    found.push(node.span);
    left.push(...[...node.children].reverse());
  }
  return found;
}

/** Gives each span the first track on which nothing overlaps it but what encloses it, as the format demands. */
class Tracks {
  /** For each track, the ends of the spans that enclose the moment, outermost first. */
  readonly #open: number[][] = [];

  get count(): number {
    return this.#open.length;
  }

  place(start: number, end: number): number {
    let track = 0;
    for (;; track++) {
      const open = this.#open[track] ??= [];
      while (open.length > 0 && (open.at(-1) ?? 0) <= start) open.pop();
      if (open.length === 0 || end <= (open.at(-1) ?? 0)) {
        open.push(end);
        return FIRST_SPAN_TRACK + track;
      }
    }
  }
}

function spanEvent(
  span: ToolSpanView,
  ts: number,
  dur: number,
  tid: number,
): TraceEvent {
  const { tool, status, paths, span_id, cost_usd_e6, tokens_in, tokens_out } =
    span;
  return {
    name: tool,
    cat: "tool",
    ph: "X",
    ts,
    dur,
    pid: PID,
    tid,
    args: { span_id, status, paths, cost_usd_e6, tokens_in, tokens_out },
  };
}

function isMoment({ kind }: EventRecord): boolean {
  return kind !== "ToolCall" && kind !== "ToolResult";
}

function momentEvent(event: EventRecord): TraceEvent {
  return {
    name: eventName(event),
    cat: event.kind,
    ph: "i",
    ts: toMicroseconds(event.ts_ms),
    pid: PID,
    tid: SESSION_TRACK,
    s: "t",
    args: { seq: event.seq },
  };
}

function nameTracks(session: SessionRecord, count: number): TraceEvent[] {
  const name = (tid: number, what: string, text: string): TraceEvent => ({
    name: what,
    cat: "__metadata",
    ph: "M",
    ts: 0,
    pid: PID,
    tid,
    args: { name: text },
  });
  return [
    name(SESSION_TRACK, "process_name", `${session.agent} ${session.id}`),
    name(SESSION_TRACK, "thread_name", "session"),
    ...Array.from(
      { length: count },
      (_, i) => name(FIRST_SPAN_TRACK + i, "thread_name", `tools ${i + 1}`),
    ),
  ];
}

function compare(a: Int, b: Int): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Exact up to the year 2255; the format's numbers are doubles. */
function toMicroseconds(ms: Int): number {
  return Number(ms) * US_PER_MS;
}
