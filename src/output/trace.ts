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
  SpanStatus,
  ToolSpanView,
} from "../proto/mod.ts";
import { flattenSpans } from "./call_facts.ts";
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
  /** A color, by one of the format's names. */
  cname?: string;
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
/**
 * Tracks of calls: those of the session itself, then those of each subagent, as many as run at
 * once.
 */
const FIRST_SPAN_TRACK = 2;
const US_PER_MS = 1000;

/**
 * Turns a detail answer into trace events: a complete event a call, an instant one for every other
 * event. A call that is open lasts until now.
 *
 * @param session The answer's session, which the caller knows not to be null.
 * @param nowMs Epoch milliseconds.
 */
export function buildTrace(
  session: SessionRecord,
  detail: AnswerOf<"detail">,
  nowMs: number,
): Trace {
  const locate = locateSpans(session.id, detail.events);
  const spans = flattenSpans(detail.spans);
  const threads = new Threads();
  const timed = spans.flatMap((span) => {
    const time = locate(span);
    return time === null ? [] : [{ span, ...time }];
  }).sort((a, b) =>
    compare(a.startMs, b.startMs) || a.span.depth - b.span.depth
  );
  const placed = timed.map(({ span, startMs, endMs }) => {
    const start = toMicroseconds(startMs);
    const last = endMs ?? (span.status === "open" ? nowMs : startMs);
    const end = Math.max(start, toMicroseconds(last));
    const track = threads.place(span.agent_id ?? null, start, end);
    return { span, start, end, track };
  });
  return {
    traceEvents: [
      ...nameTracks(session, threads),
      ...detail.events.filter(isMoment).map(momentEvent),
      ...placed.map(({ span, start, end, track }) =>
        spanEvent(span, start, end - start, threads.number(track))
      ),
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

/** One of the tracks of the session itself (null) or of a subagent. */
interface Track {
  agent: string | null;
  at: number;
}

/** The tracks of the session and of each of its subagents. */
class Threads {
  readonly #tracks = new Map<string | null, Tracks>([[null, new Tracks()]]);

  place(agent: string | null, start: number, end: number): Track {
    const tracks = this.#tracks.get(agent) ?? new Tracks();
    this.#tracks.set(agent, tracks);
    return { agent, at: tracks.place(start, end) };
  }

  /** The number of a track in the trace; final once all calls are placed. */
  number({ agent, at }: Track): number {
    let first = FIRST_SPAN_TRACK;
    for (const [other, { count }] of this.#tracks) {
      if (other === agent) break;
      first += count;
    }
    return first + at;
  }

  /** The names of all tracks, in the order of their numbers. */
  *names(): Generator<string> {
    for (const [agent, { count }] of this.#tracks) {
      for (let i = 1; i <= count; i++) {
        yield `${agent === null ? "tools" : `agent ${agent}`} ${i}`;
      }
    }
  }
}

/**
 * Gives each span the first track on which nothing overlaps it but what encloses it, as the format
 * demands.
 */
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
        return track;
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
  const color = COLORS[status];
  return {
    name: tool,
    cat: "tool",
    ph: "X",
    ts,
    dur,
    pid: PID,
    tid,
    ...color === null ? {} : { cname: color },
    args: {
      span_id,
      status,
      summary: span.summary ?? null,
      error: span.error ?? null,
      paths,
      cost_usd_e6,
      tokens_in,
      tokens_out,
    },
  };
}

/** The format's own names of colors. */
const COLORS = {
  done: null,
  open: "thread_state_running",
  failed: "terrible",
  denied: "bad",
  interrupted: "bad",
  orphaned: "bad",
} as const satisfies Record<SpanStatus, string | null>;

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

function nameTracks(session: SessionRecord, threads: Threads): TraceEvent[] {
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
    ...[...threads.names()].map((text, i) =>
      name(FIRST_SPAN_TRACK + i, "thread_name", text)
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
