// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * A session in memory, to which events are applied as the daemon does it.
 * @module
 */
import type { HookSource } from "../../../src/proto/mod.ts";
import type { SessionRecord, SpanNode } from "../../../src/proto/mod.ts";
import {
  type AppliedFacts,
  applyFacts,
  type CallAccess,
  decodeState,
  encodeState,
  newSessionState,
  outlineCalls,
  printCalls,
  printSession,
  readHookEvent,
  readStoredEvent,
  type SessionState,
  silentActivity,
} from "../../../src/events/mod.ts";
import { printEventHead } from "../../../src/events/mod.ts";

/** A payload's members. */
export type Members = Readonly<Record<string, unknown>>;

/** The members of an additive key, as tests look at them. */
export interface Activity {
  state: string;
  since_ms: number;
  tool: string | null;
  message: string | null;
}

const NOW = 1_800_000_000_000;

/** A session's record, as an object whose keys may be compared one by one. */
export type MadeRecord =
  & { [K in keyof SessionRecord]: SessionRecord[K] }
  & { activity: Activity; title: string | null };

/** A session and the rows beside it. */
export class MemorySession {
  readonly id: string;
  readonly rows = new Map<string, string>();
  readonly stored: { head: Uint8Array; payload: Uint8Array }[] = [];
  state: SessionState;
  /** How often all rows were asked for. */
  reads = 0;

  constructor(id = "s") {
    this.id = id;
    this.state = newSessionState(id);
  }

  get access(): CallAccess {
    return {
      get: (key) => this.rows.get(key) ?? null,
      all: () => {
        this.reads++;
        return Array.from(this.rows, ([key, body]) => ({ key, body }));
      },
    };
  }

  /** Applies an event of `source`; its id and its name are filled in where they are missing. */
  send(source: HookSource, members: Members): AppliedFacts {
    const text = JSON.stringify({
      session_id: this.id,
      ...(source === "claude" ? {} : { event: members.hook_event_name }),
      ...members,
    });
    const event = readHookEvent(source, text, NOW);
    const applied = applyFacts(this.state, event.facts, this.access);
    if (!applied.duplicate) {
      const head = printEventHead(event, this.stored.length);
      this.stored.push({ head, payload: event.payload });
    }
    return this.take(applied);
  }

  /** Applies an event of Claude Code. */
  claude(ms: number, name: string, members: Members = {}): AppliedFacts {
    const event = { hook_event_name: name, timestamp_ms: ms };
    const transcript_path = "/home/u/.claude/projects/-w/s.jsonl";
    return this.send("claude", { transcript_path, ...event, ...members });
  }

  /** Writes what an event has made of the session. */
  take(applied: AppliedFacts): AppliedFacts {
    for (const key of applied.removed) this.rows.delete(key);
    for (const { key, body } of applied.rows) this.rows.set(key, body);
    // As after a restart: nothing is remembered but the text.
    this.state = decodeState(encodeState(applied.state));
    return applied;
  }

  /** The session put together again from its stored events. */
  rebuilt(source: HookSource = "claude"): MemorySession {
    const other = new MemorySession(this.id);
    for (const { head, payload } of this.stored) {
      const facts = readStoredEvent(source, head, payload);
      const options = { keepCopies: true };
      other.take(applyFacts(other.state, facts, other.access, options));
    }
    return other;
  }

  /** The record as it travels. */
  record(): MadeRecord {
    const { record, told, live } = printSession(this.state, "/w");
    return JSON.parse(record + told + live);
  }

  activity(): string {
    const { status, activity } = this.record();
    const { state, since_ms, tool, message } = activity;
    return [status, state, since_ms, tool, message]
      .filter((part) => part !== null).join(" ");
  }

  silent(): Activity {
    return JSON.parse(JSON.stringify(silentActivity(this.state).activity));
  }

  /** The text of the `spans` array. */
  spansText(): string {
    const steps = outlineCalls(this.state, this.access.all());
    let step = steps.next();
    while (!step.done) step = steps.next();
    const decoder = new TextDecoder();
    let text = "";
    let bytes = 0;
    for (
      const piece of printCalls(step.value, (key) => this.rows.get(key) ?? "")
    ) {
      text += decoder.decode(piece, { stream: true });
      bytes += piece.length;
    }
    if (bytes !== step.value.bytes) {
      throw new Error(`${bytes} bytes, announced ${step.value.bytes}`);
    }
    return text;
  }

  spans(): SpanNode[] {
    return JSON.parse(this.spansText());
  }

  /** The tree, a line a span: indentation, tool, summary, status. */
  tree(): string[] {
    const lines: string[] = [];
    const add = (nodes: readonly SpanNode[], indent: string) => {
      for (const { span, children } of nodes) {
        const view: Members = { ...span };
        const summary = view.summary === null ? "" : ` ${view.summary}`;
        lines.push(`${indent}${span.tool}${summary} ${span.status}`);
        add(children, `${indent}  `);
      }
    };
    add(this.spans(), "");
    return lines;
  }

  /** The view of the call with that id, however deep. */
  span(callId: string): Members {
    const find = (nodes: readonly SpanNode[]): Members | undefined => {
      for (const { span, children } of nodes) {
        const view: Members = { ...span };
        const found = view.tool_call_id === callId ? view : find(children);
        if (found !== undefined) return found;
      }
    };
    const found = find(this.spans());
    if (found === undefined) throw new Error(`no span of ${callId}`);
    return found;
  }

  /** All that is read of the session, as text. */
  text(): string {
    const { record, told, live, quiet, quietMs } = printSession(
      this.state,
      "/w",
    );
    return [record + told, live, quiet, String(quietMs), this.spansText()].join(
      "\n",
    );
  }
}
