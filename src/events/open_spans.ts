// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Tool calls that have begun and not ended, one list a session.
 * @module
 */
import type { Int } from "../proto/mod.ts";
import { OrderedList } from "./_ordered_list.ts";
import type { StartIndex } from "./_start_index.ts";
import type { SpanState } from "./span_state.ts";

/** One open span. Its parent is the one before it in its session's list, its depth its place there. */
export class OpenSpan {
  heapIndex = -1;
  readonly paths = new Set<string>();

  /** @param ordinal Grows with each span that is opened. */
  constructor(
    readonly session: SessionSpans,
    readonly localId: string,
    readonly ordinal: number,
    public state: SpanState,
  ) {}

  get workspaceKey(): number {
    return this.session.workspaceKey;
  }

  /** When it began; what a Hook event said takes precedence. Null for one that only its end is known of. */
  get startMs(): Int | null {
    return this.state.hookStart ?? this.state.callStart;
  }

  /** Whether a Hook event opened it and no call has been seen yet. */
  get awaitsCall(): boolean {
    return this.state.hookStart !== null && this.state.callStart === null;
  }
}

/** The open spans of one session, in the order they were opened, to be found by id and by tool. */
export class SessionSpans {
  readonly list = new OrderedList<OpenSpan>();
  readonly #byId = new Map<string, OpenSpan>();
  readonly #byTool = new Map<string, OrderedList<OpenSpan>>();
  readonly #starts: StartIndex<OpenSpan>;
  #awaitingCall = 0;

  constructor(
    readonly key: number,
    readonly id: string,
    readonly workspaceKey: number,
    starts: StartIndex<OpenSpan>,
  ) {
    this.#starts = starts;
  }

  /** The open span with that id. */
  byId(localId: string): OpenSpan | undefined {
    return this.#byId.get(localId);
  }

  /** The newest open span of exactly that tool; of null there is none. */
  newestOf(tool: string | null): OpenSpan | undefined {
    return tool === null ? undefined : this.#byTool.get(tool)?.last;
  }

  /** The newest open span of that tool which a Hook event opened and no call has touched; rare, so nothing is kept sorted for it. */
  newestAwaitingCall(tool: string | null): OpenSpan | undefined {
    if (this.#awaitingCall === 0 || tool === null) return undefined;
    for (const span of this.#byTool.get(tool)?.newestFirst() ?? []) {
      if (span.awaitsCall) return span;
    }
    return undefined;
  }

  /** Takes a span in, at its place by ordinal. */
  add(span: OpenSpan): void {
    this.list.add(span);
    this.#byId.set(span.localId, span);
    this.#index(span);
  }

  /** Takes a span out. */
  delete(span: OpenSpan): void {
    this.list.delete(span);
    this.#byId.delete(span.localId);
    this.#unindex(span);
  }

  /** Replaces what is known of an open span. */
  change(span: OpenSpan, state: SpanState): void {
    const { tool, callStart, hookStart } = span.state;
    if (
      state.tool === tool && state.callStart === callStart &&
      state.hookStart === hookStart
    ) {
      span.state = state;
      return;
    }
    this.#unindex(span);
    span.state = state;
    this.#index(span);
  }

  #index(span: OpenSpan): void {
    if (span.awaitsCall) this.#awaitingCall++;
    this.#starts.add(span);
    const { tool } = span.state;
    if (tool === null) return;
    const spans = this.#byTool.get(tool) ?? new OrderedList();
    this.#byTool.set(tool, spans);
    spans.add(span);
  }

  #unindex(span: OpenSpan): void {
    if (span.awaitsCall) this.#awaitingCall--;
    this.#starts.delete(span);
    const { tool } = span.state;
    const spans = tool === null ? undefined : this.#byTool.get(tool);
    spans?.delete(span);
    if (tool !== null && spans?.length === 0) this.#byTool.delete(tool);
  }
}
