// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * A projector and what it is fed, without payloads: for the rules of spans alone.
 * @module
 */
import type { Int, SpanRow } from "../../../src/proto/mod.ts";
import {
  type SpanEvent,
  SpanProjector,
  type StoredSpanEvent,
} from "../../../src/events/mod.ts";

/** An hour in milliseconds, after which a span is given up. */
export const HOUR = 3_600_000;

/** An event that says nothing. */
export const SILENT: SpanEvent = {
  act: "call",
  tsMs: 1,
  tool: null,
  toolCallId: null,
  tokensIn: null,
  tokensOut: null,
  reasoningTokens: null,
  costUsdE6: null,
  paths: () => [],
};

export interface Fields extends Omit<Partial<SpanEvent>, "paths"> {
  at?: Int;
  session?: number;
  workspace?: number;
  paths?: string[];
}

/** Feeds a projector; keeps what it says was written, newest row of each span. */
export class Feed {
  readonly rows = new Map<string, SpanRow>();
  readonly stored = new Map<number, StoredSpanEvent[]>();
  /** Span ids in the order their rows were written. */
  readonly order: string[] = [];
  hydrates: number[] = [];
  projector = this.restart();

  restart(): SpanProjector {
    this.projector = new SpanProjector({
      hydrate: (sessionKey, limit) => {
        this.hydrates.push(sessionKey);
        return (this.stored.get(sessionKey) ?? []).slice(-limit);
      },
    });
    return this.projector;
  }

  /** Appends an event; without an act it does nothing to spans. */
  add(act: SpanEvent["act"] | null, fields: Fields = {}, flush = false): this {
    const { at = 0, session = 1, workspace = 1, paths = [], ...rest } = fields;
    const said = { ...SILENT, ...rest, tsMs: at, paths: () => paths };
    const event: SpanEvent | null = act && { ...said, act };
    const stored = this.stored.get(session) ?? [];
    this.stored.set(session, stored);
    const seq = stored.length;
    const place = {
      workspaceKey: workspace,
      sessionKey: session,
      sessionId: `s${session}`,
      seq,
      lastSeq: seq - 1,
      tsMs: at,
    };
    for (const { row } of this.projector.apply(place, event, flush)) {
      this.rows.set(row.spanId.replace(/^v1:\d+:/, ""), row);
      this.order.push(row.spanId.replace(/^v1:\d+:/, ""));
    }
    stored.push({ seq, event });
    return this;
  }

  call(id: string | null, fields: Fields = {}): this {
    return this.add("call", { toolCallId: id, ...fields });
  }

  result(id: string | null, fields: Fields = {}): this {
    return this.add("result", { toolCallId: id, ...fields });
  }

  /** The rows' values of one kind, by span id. */
  get<K extends keyof SpanRow>(key: K): Record<string, SpanRow[K]> {
    return Object.fromEntries(
      [...this.rows].map(([id, row]) => [id, row[key]]),
    );
  }
}
