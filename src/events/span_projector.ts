// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Events to spans.
 * @module
 */
import type { Int, SpanRow } from "../proto/mod.ts";
import { subtractInts } from "./_int.ts";
import { SeqTable } from "./_seq_table.ts";
import { StartIndex } from "./_start_index.ts";
import { SpanUndoLog } from "./_span_undo_log.ts";
import { OpenSpan, SessionSpans } from "./open_spans.ts";
import type { SpanEvent } from "./span_event.ts";
import { addSums, closeSpan, type SpanEnd } from "./span_row.ts";
import { nextState, type SpanState } from "./span_state.ts";

/** A span that began longer than this before an event of its workspace is given up. */
const ORPHAN_AFTER_MS = 3_600_000;

/** How many of a session's latest events are looked at to find its open spans again. */
const HYDRATE_EVENTS = 512;

/** Where an event stands that is being appended. */
export interface AppendedEvent {
  readonly workspaceKey: number;
  /** Small integers, unique over all workspaces. */
  readonly sessionKey: number;
  readonly sessionId: string;
  readonly seq: number;
  /** Greatest number of the session's stored events, -1 without any. */
  readonly lastSeq: number;
  readonly tsMs: Int;
}

/** A row to insert, or to put in the place of the session's row with the same span id. */
export interface SpanChange {
  readonly sessionKey: number;
  readonly row: SpanRow;
}

/** A stored event, as spans see it. */
export interface StoredSpanEvent {
  readonly seq: number;
  readonly event: SpanEvent | null;
}

/** What the projector needs from its surroundings. */
export interface SpanProjectorOptions {
  /** Returns the latest `limit` stored events of a session in the order of their numbers; those that do nothing to spans may be left out. */
  hydrate: (sessionKey: number, limit: number) => readonly StoredSpanEvent[];
}

/** The span events of a rebuild whose paths nobody has asked for yet. */
type Pending = Map<OpenSpan, SpanEvent[]>;

/**
 * Keeps the open spans of all sessions in memory and says which rows each event writes.
 *
 * A session is in step from its first event on, for as long as the process lives; only that, four bytes, is kept of one without open
 * spans. One that is met for the first time although it has events, as after a restart, is rebuilt from the latest of them, without
 * re-enacting what expired or was flushed: such spans are open again, as with the reference.
 *
 * Changes are staged: they count at once, but until {@linkcode SpanProjector.commit} they can be taken back, when the transaction that
 * writes the rows fails. The cost of an event grows with the logarithm of the number of open spans and with the rows it writes, not with
 * the events of the session nor with the number of sessions.
 */
export class SpanProjector {
  readonly #hydrate: SpanProjectorOptions["hydrate"];
  readonly #undo = new SpanUndoLog();
  readonly #lastSeqs = new SeqTable();
  readonly #starts = new StartIndex<OpenSpan>();
  /** Sessions with open spans. */
  readonly #sessions = new Map<number, SessionSpans>();
  #ordinal = 0;

  constructor({ hydrate }: SpanProjectorOptions) {
    this.#hydrate = hydrate;
  }

  /**
   * Stages one event. To be called once for each, in the order of their numbers; whether the event is stored already makes no difference,
   * as `hydrate` is only listened to up to `lastSeq`.
   *
   * @param event What it does to spans, null for nothing.
   * @param flush Whether all open spans of its session end with it.
   * @returns The rows it writes, also for other sessions of the workspace, whose spans it lets expire: newest span first.
   */
  apply(
    at: AppendedEvent,
    event: SpanEvent | null,
    flush: boolean,
  ): SpanChange[] {
    this.#bringInStep(at);
    const rows: SpanChange[] = [];
    if (event !== null) {
      const row = this.#act(at, event, null);
      if (row !== null) rows.push({ sessionKey: at.sessionKey, row });
    }
    this.#setLastSeq(at.sessionKey, at.seq);
    this.#expire(at, rows);
    if (flush) this.#flush(at.sessionKey, rows);
    return rows;
  }

  /** Makes what was staged final: the transaction is on disk. */
  commit(): void {
    this.#undo.clear();
  }

  /** Takes back everything since the last commit: the transaction has failed. */
  rollback(): void {
    this.#undo.rollback();
  }

  /** Forgets a session that is being deleted: staged if something else is, else final at once. */
  forget(sessionKey: number): void {
    const staged = this.#undo.length > 0;
    this.#drop(sessionKey);
    this.#setLastSeq(sessionKey, null);
    if (!staged) this.commit();
  }

  #bringInStep(at: AppendedEvent): void {
    const known = this.#lastSeqs.get(at.sessionKey);
    if (at.lastSeq === (known ?? -1)) return;
    this.#drop(at.sessionKey);
    if (at.lastSeq < 0) return;
    const pending: Pending = new Map();
    for (const stored of this.#hydrate(at.sessionKey, HYDRATE_EVENTS)) {
      const { seq, event } = stored;
      if (event === null || seq > at.lastSeq) continue;
      this.#act({ ...at, seq }, event, pending);
    }
    for (const [span, events] of pending) {
      if (span.session.byId(span.localId) !== span) continue;
      for (const event of events) {
        for (const path of event.paths()) span.paths.add(path);
      }
    }
  }

  /** Lets the event open, change or close a span; the row is that of one that closes. */
  #act(
    at: AppendedEvent,
    event: SpanEvent,
    pending: Pending | null,
  ): SpanRow | null {
    const session = this.#sessions.get(at.sessionKey) ??
      new SessionSpans(
        at.sessionKey,
        at.sessionId,
        at.workspaceKey,
        this.#starts,
      );
    const { act, tsMs } = event;
    const found = findSpan(session, event);
    if (found === undefined && act === "result") return null;
    const state = nextState(found?.state, event);
    const localId = event.toolCallId ?? `${session.id}:${at.seq}:${tsMs}`;
    const span = found ?? this.#open(session, localId, state);
    if (found !== undefined) this.#change(span, state);
    this.#addPaths(span, event, pending);
    if (act !== "result" && act !== "post") return null;
    return this.#close(span, { tsMs, hooked: act === "post" }, true);
  }

  /** Closes, newest first, the spans of the workspace that have been open for too long by the event's time. */
  #expire(at: AppendedEvent, rows: SpanChange[]): void {
    const limit = subtractInts(at.tsMs, ORPHAN_AFTER_MS);
    const spans = this.#starts.before(at.workspaceKey, limit);
    spans.sort((a, b) => b.ordinal - a.ordinal);
    for (const span of spans) {
      const row = this.#close(span, null, true);
      rows.push({ sessionKey: span.session.key, row });
    }
  }

  /** Closes all spans of the session, newest first, so that none finds its parent closed; nothing is added to parents. */
  #flush(sessionKey: number, rows: SpanChange[]): void {
    const spans = this.#sessions.get(sessionKey)?.list.newestFirst() ?? [];
    for (const span of [...spans]) {
      rows.push({ sessionKey, row: this.#close(span, null, false) });
    }
  }

  #open(session: SessionSpans, localId: string, state: SpanState): OpenSpan {
    const span = new OpenSpan(session, localId, ++this.#ordinal, state);
    this.#undo.run(() => this.#add(span), () => this.#remove(span));
    return span;
  }

  #change(span: OpenSpan, state: SpanState): void {
    const { session, state: old } = span;
    this.#undo.run(
      () => session.change(span, state),
      () => session.change(span, old),
    );
  }

  #addPaths(span: OpenSpan, event: SpanEvent, pending: Pending | null): void {
    if (pending !== null) {
      const events = pending.get(span);
      if (events === undefined) pending.set(span, [event]);
      else events.push(event);
      return;
    }
    const { paths } = span;
    for (const path of event.paths()) {
      if (paths.has(path)) continue;
      this.#undo.run(() => paths.add(path), () => paths.delete(path));
    }
  }

  #close(
    span: OpenSpan,
    end: SpanEnd | null,
    addsToParent: boolean,
  ): SpanRow {
    const { list } = span.session;
    const depth = list.indexOf(span);
    const parent = list.at(depth - 1);
    const row = closeSpan(span, end, parent, depth);
    this.#undo.run(() => this.#remove(span), () => this.#add(span));
    if (addsToParent && parent !== undefined) {
      const sums = addSums(parent.state, row);
      this.#change(parent, { ...parent.state, ...sums });
    }
    return row;
  }

  #add(span: OpenSpan): void {
    span.session.add(span);
    this.#sessions.set(span.session.key, span.session);
  }

  #remove(span: OpenSpan): void {
    span.session.delete(span);
    if (span.session.list.length > 0) return;
    this.#sessions.delete(span.session.key);
  }

  /** Forgets the session's open spans without rows. */
  #drop(sessionKey: number): void {
    const spans = this.#sessions.get(sessionKey)?.list.newestFirst() ?? [];
    for (const span of [...spans]) {
      this.#undo.run(() => this.#remove(span), () => this.#add(span));
    }
  }

  #setLastSeq(sessionKey: number, seq: number | null): void {
    const old = this.#lastSeqs.get(sessionKey);
    this.#undo.run(
      () => this.#lastSeqs.set(sessionKey, seq),
      () => this.#lastSeqs.set(sessionKey, old),
    );
  }
}

/** The open span that the event is about. */
function findSpan(
  session: SessionSpans,
  { act, tool, toolCallId }: SpanEvent,
): OpenSpan | undefined {
  const named = toolCallId === null ? undefined : session.byId(toolCallId);
  switch (act) {
    case "call":
      return toolCallId === null ? session.newestAwaitingCall(tool) : named;
    case "result":
      return named ?? session.newestOf(tool) ?? session.list.last;
    case "pre":
    case "post":
      return toolCallId === null ? session.newestOf(tool) : named;
  }
}
