// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The facts that the lines of a transcript tell, in one form for all agents.
 * @module
 */
import type { AgentName } from "../agents/mod.ts";

/** The tokens of one message. A kind that the agent does not count apart is 0. */
export interface TokenCounts {
  /** Input that was neither read from a cache nor written to one. */
  input: number;
  /** All output, reasoning included. */
  output: number;
  cache_read: number;
  /** Input written to a cache for five minutes, or for a time that the agent does not tell. */
  cache_write_5m: number;
  /** Input written to a cache for an hour. */
  cache_write_1h: number;
  /** The part of the output that is reasoning; null if the agent does not tell. */
  reasoning: number | null;
}

/**
 * The usage of one message. A message may be told several times, while it streams and in sessions
 * that copy earlier ones; all these facts have the same key.
 *
 * - In one file the last fact of a key counts.
 * - Over all files the message belongs to one session. A fact that `is_copy` never takes it away
 *   from another session; a fact that is no copy takes it away from a copy. Otherwise the session
 *   that had it first keeps it.
 */
export interface UsageFact {
  /** The same for all facts of the message, and unlike that of any other message of the agent. */
  key: string;
  session_id: string;
  /** The subagent that got the message; null for the session itself. */
  agent_id: string | null;
  /** The model, as the agent spells it. */
  model: string;
  /** When it was written, in epoch milliseconds. */
  ts_ms: number;
  tokens: TokenCounts;
  /** The cost in millionths of a dollar, if the agent tells one. */
  cost_usd_e6: number | null;
  /** The call that started the subagent, where the transcript tells it. */
  call_id: string | null;
  /** Whether the line says itself that another session wrote it first. */
  is_copy: boolean;
}

/** A tool call that a transcript tells of. */
export interface CallFact {
  call_id: string;
  tool: string;
  /** When it was asked for, in epoch milliseconds. */
  ts_ms: number;
  session_id: string;
  agent_id: string | null;
}

/** An event made from a transcript, as a hook would have told it. */
export interface ImportedEvent {
  agent: AgentName;
  /** Its `kaizen_id`: the same whenever it is made from the same line. */
  id: string;
  session_id: string;
  /** When it happened, in epoch milliseconds. */
  ts_ms: number;
  /** Its name in the agent's spelling, such as `PreToolUse`. */
  event: string;
  /** The id of the call that it begins or ends. */
  call_id: string | null;
  /** The subagent that it is of; null for the session itself. */
  agent_id: string | null;
  /** The prompt's text, for an event that is a prompt. */
  prompt: string | null;
  /** The agent's directory, if the transcript tells it. */
  workspace: string | null;
  /** JSON text of the payload, complete for the wire. */
  payload: string;
}
