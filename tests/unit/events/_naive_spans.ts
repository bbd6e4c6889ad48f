// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Part 6 of the specification written down as it reads, with no regard to cost: the model that the projector is compared with.
 * @module
 */
import { decodeJson, type JsonObject } from "../../../src/proto/mod.ts";

type Kind = "ToolCall" | "ToolResult" | "Lifecycle" | "Hook";

interface NaiveSpan {
  id: string;
  tool: string | null;
  hookStart: bigint | null;
  callStart: bigint | null;
  end: bigint | null;
  /** Whether a Hook event said so. */
  hookEnd: boolean;
  tokensIn: bigint | null;
  tokensOut: bigint | null;
  reasoning: bigint | null;
  cost: bigint | null;
  paths: Set<string>;
  parent: string | null;
  depth: number;
  subCost: bigint | null;
  subTokens: bigint | null;
}

/** A row, all of its values as texts. */
export type NaiveRow = Record<string, string | null>;

interface NaiveEvent {
  payload: JsonObject;
  stored: Kind;
  read: Kind;
  seq: number;
  ts: bigint;
}

interface NaiveSession {
  workspace: string;
  id: string;
  held: boolean;
  events: NaiveEvent[];
  open: NaiveSpan[];
  rows: Map<string, NaiveRow>;
}

const TTL = 3_600_000n;
const PATH_KEYS = [
  "path",
  "file_path",
  "target_file",
  "file",
  "relative_workspace_path",
];

/** File paths of a value, found by walking all of it. */
export function naivePaths(
  value: unknown,
  into: Set<string> = new Set(),
): Set<string> {
  if (typeof value === "string") {
    try {
      naivePaths(decodeJson(new TextEncoder().encode(value)), into);
    } catch {
      // Not JSON: nothing inside.
    }
  } else if (Array.isArray(value)) {
    for (const item of value) naivePaths(item, into);
  } else if (typeof value === "object" && value !== null) {
    for (const [key, item] of Object.entries(value)) {
      if (PATH_KEYS.includes(key) && typeof item === "string" && item) {
        into.add(item);
      }
      naivePaths(item, into);
    }
  }
  return into;
}

/** Order by UTF-8 bytes, as 9.2.4 says. */
export function naiveByteOrder(a: string, b: string): number {
  const x = new TextEncoder().encode(a);
  const y = new TextEncoder().encode(b);
  for (let i = 0; i < Math.min(x.length, y.length); i++) {
    if (x[i] !== y[i]) return (x[i] ?? 0) - (y[i] ?? 0);
  }
  return x.length - y.length;
}

const text = (value: unknown) => typeof value === "string" ? value : null;
const firstText = (payload: JsonObject, ...keys: string[]) =>
  keys.map((key) => text(payload[key])).find((it) => it !== null) ?? null;
const int = (value: unknown) =>
  typeof value === "number" || typeof value === "bigint" ? BigInt(value) : null;
const plus = (a: bigint | null, b: bigint | null) =>
  a === null || b === null ? a ?? b : a + b;

export class NaiveSpans {
  sessions: NaiveSession[] = [];

  /** @param stored The kind of 3.3, which the test knows since it made the event. */
  ingest(payload: JsonObject, stored: Kind, workspace: string): void {
    const id = text(payload.session_id) ?? "";
    let session = this.find(id, workspace);
    if (!session) {
      session = {
        workspace,
        id,
        held: true,
        events: [],
        open: [],
        rows: new Map(),
      };
      this.sessions.push(session);
    }
    if (!session.held) {
      session.held = true;
      for (const event of session.events.slice(-512)) {
        this.#act(session, event, event.read);
      }
    }
    const event = {
      payload,
      stored,
      read: readBack(payload, stored),
      seq: session.events.length,
      ts: int(payload.timestamp_ms) ?? 0n,
    };
    session.events.push(event);
    const closed = this.#act(session, event, stored);
    if (closed) session.rows.set(closed.id ?? "", closed.row);
    for (const other of this.sessions) {
      if (other.workspace !== workspace || !other.held) continue;
      for (const span of [...other.open].reverse()) {
        const start = span.hookStart ?? span.callStart;
        if (start === null || event.ts - start <= TTL) continue;
        const { row } = this.#close(other, span, true);
        other.rows.set(span.id, row);
      }
    }
    const name = text(payload.event) ?? text(payload.hook_event_name);
    if ((stored === "Lifecycle" || stored === "Hook") && name === "Stop") {
      for (const span of [...session.open].reverse()) {
        const { row } = this.#close(session, span, false);
        session.rows.set(span.id, row);
      }
    }
  }

  restart(): void {
    for (const session of this.sessions) {
      session.held = false;
      session.open = [];
    }
  }

  find(id: string, workspace: string): NaiveSession | undefined {
    return this.sessions.find((it) =>
      it.id === id && it.workspace === workspace
    );
  }

  /** 6.2, 6.3 and the fourth bullet of 6.6. */
  #act(session: NaiveSession, event: NaiveEvent, kind: Kind) {
    const { payload, ts, seq } = event;
    const { open } = session;
    const callId = firstText(
      payload,
      "tool_call_id",
      "tool_use_id",
      "call_id",
      "id",
    );
    const name = text(payload.event) ?? text(payload.hook_event_name);
    const hook = kind !== "Hook"
      ? null
      : name === "PreToolUse" || name === "pre_tool_use"
      ? "pre"
      : name === "PostToolUse" || name === "post_tool_use"
      ? "post"
      : null;
    if (kind === "Lifecycle" || kind === "Hook" && hook === null) return null;
    const tool = hook
      ? firstText(payload, "tool_name", "tool", "name")
      : firstText(payload, "tool_name", "tool");
    const newestOf = (test: (span: NaiveSpan) => boolean) =>
      [...open].reverse().find((span) => tool !== null && test(span));
    let span = open.find((it) => it.id === callId);
    if (kind === "ToolCall" && callId === null) {
      span = newestOf((it) =>
        it.tool === tool && it.hookStart !== null && it.callStart === null
      );
    } else if (kind === "ToolResult") {
      span ??= newestOf((it) => it.tool === tool) ?? open.at(-1);
      if (!span) return null;
    } else if (hook && callId === null) {
      span = newestOf((it) => it.tool === tool);
    }
    if (!span) {
      const last = open.at(-1);
      span = {
        id: callId ?? `${session.id}:${seq}:${ts}`,
        tool,
        hookStart: null,
        callStart: null,
        end: null,
        hookEnd: false,
        tokensIn: null,
        tokensOut: null,
        reasoning: null,
        cost: null,
        paths: new Set(),
        parent: last?.id ?? null,
        depth: last ? last.depth + 1 : 0,
        subCost: null,
        subTokens: null,
      };
      open.push(span);
    }
    if (hook === null) {
      span.tokensIn = int(payload.input_tokens) ?? span.tokensIn;
      span.tokensOut = int(payload.output_tokens) ?? span.tokensOut;
      span.reasoning = int(payload.reasoning_tokens) ?? span.reasoning;
      const cost = int(payload.total_cost_usd);
      span.cost = cost === null ? span.cost : cost * 1_000_000n;
    }
    naivePaths(payload, span.paths);
    if (kind === "ToolCall") {
      span.tool = tool;
      span.callStart = ts;
    } else if (hook === "pre") {
      span.tool ??= tool;
      span.hookStart = ts;
    } else {
      span.tool ??= hook ? tool : null;
      span.end = ts;
      span.hookEnd = hook !== null;
      return this.#close(session, span, true);
    }
    return null;
  }

  /** The four steps of 6.3. */
  #close(session: NaiveSession, span: NaiveSpan, addsToParent: boolean) {
    const { open } = session;
    const at = open.indexOf(span);
    open.splice(at, 1);
    const next = open[at];
    if (addsToParent && next) next.parent = span.parent;
    for (const later of open.slice(at)) {
      later.depth = Math.max(later.depth - 1, 0);
    }
    span.subCost = plus(span.subCost, span.cost);
    if (span.tokensIn !== null) {
      span.subTokens = plus(
        span.subTokens,
        span.tokensIn + (span.tokensOut ?? 0n),
      );
    }
    const parent = open.find((it) => it.id === span.parent);
    if (addsToParent && parent) {
      parent.subCost = plus(parent.subCost, span.subCost);
      parent.subTokens = plus(parent.subTokens, span.subTokens);
    }
    return { id: span.id, row: rowOf(session.id, span) };
  }
}

function readBack(payload: JsonObject, stored: Kind): Kind {
  if (stored !== "Hook") return stored;
  const name = "hook_event_name" in payload
    ? payload.hook_event_name
    : payload.event;
  switch (name) {
    case "PreToolUse":
    case "pre_tool_use":
      return "ToolCall";
    case "PostToolUse":
    case "post_tool_use":
      return "ToolResult";
    case "SessionStart":
    case "session_start":
    case "Stop":
    case "stop":
      return "Lifecycle";
  }
  return stored;
}

/** 6.5. */
function rowOf(session: string, span: NaiveSpan): NaiveRow {
  const bytes = new TextEncoder().encode(session).length;
  const id = (local: string) => `v1:${bytes}:${session}:${local}`;
  const start = span.hookStart ?? span.callStart;
  const both = start !== null && span.end !== null;
  const pair = span.hookEnd ? span.hookStart : span.callStart;
  const lead = both && pair !== null ? (span.end ?? 0n) - pair : null;
  const print = (value: unknown) => value === null ? null : String(value);
  return {
    spanId: id(span.id),
    parentSpanId: span.parent === null ? null : id(span.parent),
    tool: span.tool ?? "unknown",
    status: both ? "done" : "orphaned",
    startMs: print(start),
    leadTimeMs: print(lead !== null && lead < 0n ? 0n : lead),
    tokensIn: print(span.tokensIn),
    tokensOut: print(span.tokensOut),
    reasoningTokens: print(span.reasoning),
    costUsdE6: print(span.cost),
    paths: JSON.stringify([...span.paths].sort(naiveByteOrder)),
    depth: print(span.depth),
    subtreeCostUsdE6: print(span.subCost),
    subtreeTokenCount: print(span.subTokens),
  };
}
