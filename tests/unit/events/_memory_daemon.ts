// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * A daemon without socket and disk: what a writer does with `src/events`, over maps.
 * @module
 */
import {
  decodeJson,
  encodeJson,
  type HookSource,
  type JsonValue,
  type SessionRecord,
  type SpanRow,
} from "../../../src/proto/mod.ts";
import {
  buildSpanTree,
  changeSession,
  measureSpans,
  printSpans,
  printSpanView,
  readHookEvent,
  replaySpanEvent,
  type SpanBranch,
  SpanProjector,
} from "../../../src/events/mod.ts";
import { printRecord } from "./_record.ts";

const encoder = new TextEncoder();
const LONG_VIEW_CHARS = 300;

export interface Stored {
  key: number;
  workspace: string;
  session: SessionRecord;
  records: Uint8Array[];
  rows: Map<string, SpanRow>;
}

/** Concatenates, for texts that come in chunks. */
export function joinBytes(chunks: Iterable<Uint8Array>): Uint8Array {
  return Uint8Array.from([...chunks].flatMap((chunk) => [...chunk]));
}

/** Prints a tree as an answer has it. */
export function* printTree(
  tree: readonly SpanBranch<SpanRow>[],
): Generator<Uint8Array> {
  const rows: SpanRow[] = [];
  const levels: number[] = [];
  const steps = measureSpans(tree, (row, level) => {
    rows.push(row);
    levels.push(level);
    return 0;
  });
  while (!steps.next().done);
  let at = 0;
  yield* printSpans(levels, () => {
    const row = rows[at++];
    if (row === undefined) throw new RangeError("asked for too many");
    const view = printSpanView(row);
    const isLong = view.length > LONG_VIEW_CHARS;
    return { ...row, view: isLong ? encoder.encode(view) : view };
  });
}

function copy(sessions: readonly Stored[]): Stored[] {
  return sessions.map((stored) => ({
    ...stored,
    records: [...stored.records],
    rows: new Map(stored.rows),
  }));
}

export class MemoryDaemon {
  sessions: Stored[] = [];
  readonly workspaces: string[] = [];
  #begun: Stored[] = [];
  projector = this.#newProjector();

  constructor(readonly nowMs = 1_800_000_000_000) {}

  ingest(source: HookSource, payload: string, workspace = "/w/app"): void {
    this.begin();
    this.stage(source, payload, workspace);
    this.commit();
  }

  begin(): void {
    this.#begun = copy(this.sessions);
  }

  commit(): void {
    this.projector.commit();
  }

  rollback(): void {
    this.sessions = this.#begun;
    this.projector.rollback();
  }

  end(fails: boolean): void {
    if (fails) this.rollback();
    else this.commit();
  }

  stage(source: HookSource, payload: string, workspace = "/w/app"): void {
    const event = readHookEvent(source, payload, this.nowMs);
    const stored = this.find(event.sessionId, workspace);
    const session = changeSession(stored?.session ?? null, event, workspace);
    const target = stored ?? {
      key: this.sessions.length + 1,
      workspace,
      session,
      records: [],
      rows: new Map<string, SpanRow>(),
    };
    if (!stored) this.sessions.push(target);
    target.session = session;
    const seq = target.records.length;
    if (!this.workspaces.includes(workspace)) this.workspaces.push(workspace);
    const changes = this.projector.apply(
      {
        workspaceKey: this.workspaces.indexOf(workspace),
        sessionKey: target.key,
        sessionId: event.sessionId,
        seq,
        lastSeq: seq - 1,
        tsMs: event.tsMs,
      },
      event.spanEvent,
      event.flushesSpans,
    );
    target.records.push(printRecord(event, seq));
    for (const { sessionKey, row } of changes) {
      this.sessions[sessionKey - 1]?.rows.set(row.spanId, row);
    }
  }

  restart(): void {
    this.projector = this.#newProjector();
  }

  find(id: string, workspace = "/w/app"): Stored | undefined {
    return this.sessions.find((stored) =>
      stored.session.id === id && stored.workspace === workspace
    );
  }

  /** The `detail` answer for a session, by way of its text; without the session's totals. */
  detail(id: string, workspace?: string): JsonValue {
    const stored = this.find(id, workspace);
    if (!stored) return { session: null, events: [], spans: [] };
    const { totals: _, ...session } = stored.session;
    const decoder = new TextDecoder();
    const events = stored.records.map((record) => decoder.decode(record));
    const tree = buildSpanTree([...stored.rows.values()]);
    const spans = joinBytes(printTree(tree));
    const text = `{"session":${encodeJson(session)},"events":[${events}],` +
      `"spans":${decoder.decode(spans)}}`;
    return decodeJson(new TextEncoder().encode(text));
  }

  #newProjector(): SpanProjector {
    return new SpanProjector({
      hydrate: (sessionKey, limit) => {
        const records = this.sessions[sessionKey - 1]?.records ?? [];
        const first = Math.max(records.length - limit, 0);
        return records.slice(first).map((record, i) => ({
          seq: first + i,
          event: replaySpanEvent(record),
        }));
      },
    });
  }
}
