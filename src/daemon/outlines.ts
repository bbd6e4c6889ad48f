// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Makes the trees of calls for answers. Readers that see a session in the same state share one,
 * because the tree of a huge session takes some hundred bytes a call for as long as it is sent.
 * @module
 */
import {
  type CallOutline,
  decodeState,
  outlineCalls,
  type ThreadUsage,
} from "../events/mod.ts";
import type { ReadableSession, Reader } from "../store/mod.ts";
import { Budget } from "./budget.ts";
import type { Pace } from "./pace.ts";

/**
 * Maximum number of events in the sessions whose calls are arranged at the same time, some 500
 * bytes each; the last session may exceed it.
 */
const MAX_EVENTS = 100_000;

const NEVER = new AbortController().signal;

/** Makes and shares outlines. */
export class Outlines {
  readonly #pace: Pace;
  readonly #events = new Budget(MAX_EVENTS);
  /** The outlines by session and state. Each event changes the state. */
  readonly #made = new Map<string, WeakRef<CallOutline>>();
  readonly #making = new Map<string, Promise<CallOutline>>();

  constructor(pace: Pace) {
    this.#pace = pace;
  }

  /**
   * Returns the outline of a session's calls as a reader sees them.
   *
   * @throws {unknown} The error of a read.
   */
  async outline(
    reader: Reader,
    session: ReadableSession,
  ): Promise<CallOutline> {
    const used = usedByAgents(reader, session);
    const told = reader.usage.countCalls(session.key);
    const name = `${session.key} ${told} ${
      JSON.stringify(used)
    } ${session.state}`;
    const known = this.#made.get(name)?.deref();
    if (known !== undefined) return known;
    const making = this.#making.get(name) ?? this.#make(reader, session, name);
    this.#making.set(name, making);
    try {
      return await making;
    } catch {
      // The error may be one of the reader that made the outline.
      return await this.#plan(reader, session);
    } finally {
      this.#making.delete(name);
    }
  }

  async #make(
    reader: Reader,
    session: ReadableSession,
    name: string,
  ): Promise<CallOutline> {
    const outline = await this.#plan(reader, session);
    for (const [other, made] of this.#made) {
      if (made.deref() === undefined) this.#made.delete(other);
    }
    this.#made.set(name, new WeakRef(outline));
    return outline;
  }

  async #plan(
    reader: Reader,
    session: ReadableSession,
  ): Promise<CallOutline> {
    const events = session.eventCount;
    // No client can hold this up: once the amount is drawn, the plan is made without waiting for
    // the client.
    await this.#events.draw(() => events, NEVER);
    try {
      const state = decodeState(session.state);
      const rows = reader.sessions.calls(session);
      return await this.#pace.run(outlineCalls(state, rows, {
        usage: usedByAgents(reader, session),
        calls: reader.usage.calls(session.key),
      }));
    } finally {
      this.#events.give(events);
    }
  }
}

/** Returns the usage of a session's subagents. */
function usedByAgents(
  { usage }: Reader,
  { key }: ReadableSession,
): ThreadUsage[] {
  return usage.ofSession(key).filter(({ agentId }) => agentId !== "")
    .map(({ agentId, call, ...sums }) => ({
      agentId,
      call,
      tokensIn: sums.input,
      tokensOut: sums.output,
      reasoningTokens: sums.reasoning,
      costUsdE6: sums.unpriced === sums.messages ? null : sums.cost,
      isComplete: sums.unpriced === 0,
    }));
}
