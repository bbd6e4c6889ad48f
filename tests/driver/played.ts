// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The driver's own record of what it played: written while it happens, never read from an event.
 * @module
 */

/** An object of JSON, as an agent prints it. */
export type Fields = Record<string, unknown>;

/** How a call went, or that it goes on; `unknown` where the agent's events do not tell. */
export type PlayedOutcome =
  | "open"
  | "done"
  | "unknown"
  | "failed"
  | "denied"
  | "interrupted"
  | "orphaned";

/** A tool call that was made. */
export interface PlayedCall {
  /** The agent's id for it, null if it gives none. */
  id: string | null;
  tool: string;
  input: Fields;
  /** The text that identifies it to a reader: a command, a file, a pattern. */
  summary: string | null;
  files: string[];
  /** The subagent that made it, null for the session's own agent. */
  by: PlayedAgent | null;
  startedMs: number;
  endedMs: number | null;
  outcome: PlayedOutcome;
  /** Why it failed, in one line. */
  error: string | null;
  latencyMs: number | null;
  waitMs: number | null;
  askedMs: number | null;
}

/** A subagent that was started. */
export interface PlayedAgent {
  id: string;
  type: string;
  /** The call that started it. */
  call: PlayedCall | null;
  /** Whether the events tell which call started it. */
  isTold: boolean;
  startedMs: number;
  stoppedMs: number | null;
  isBackground: boolean;
}

/** A session that was played. */
export interface PlayedSession {
  id: string;
  agent: string;
  /** The directory it is in. */
  folder: string;
  model: string | null;
  startedMs: number;
  lastMs: number;
  endedMs: number | null;
  title: string | null;
  parent: string | null;
  events: number;
  calls: PlayedCall[];
  agents: PlayedAgent[];
  /** The activity at the end of the day, in the words of the list; `null` if unknown. */
  state: string;
  tool: string | null;
}

/** One run of a hook: what the agent gives it, and when. */
export interface Hook {
  /** The agent that the configured command line names. */
  source: string;
  fields: Fields;
  tsMs: number;
  /** The event's id. */
  id: string;
  /** Whether another configuration has delivered the same event before. */
  isCopy?: boolean | undefined;
  folder: string;
}

/** The clock of what is played, and all hooks that were run. */
export class Stage {
  readonly hooks: Hook[] = [];
  readonly sessions: PlayedSession[] = [];
  nowMs: number;
  #ids = 0;

  constructor(startMs: number) {
    this.nowMs = startMs;
  }

  /** Lets time pass. */
  pass(ms: number): this {
    this.nowMs += ms;
    return this;
  }

  /** A number that is given out once. */
  nextNumber(): number {
    return ++this.#ids;
  }

  /** Runs a hook now. */
  run(hook: Omit<Hook, "tsMs" | "id">): void {
    const id = this.nextNumber().toString(16).padStart(8, "0");
    this.hooks.push({ ...hook, tsMs: this.nowMs, id: `k${id}` });
  }
}
