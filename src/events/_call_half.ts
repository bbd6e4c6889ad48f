// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Reads one event of a call.
 * @module
 */
import {
  type AgentName,
  type AgentRecord,
  AGENTS,
  type Meaning,
} from "../agents/mod.ts";
import { readCallInput } from "./call_input.ts";
import { type Outcome, readCallEnd } from "./call_outcome.ts";
import type { Moment } from "./moment.ts";
import type { Payload } from "./payload.ts";
import type { Usage } from "./usage.ts";

/** One event of a tool call, or a request for its permission. */
export interface CallHalf extends Usage {
  readonly at: Moment;
  /** The subagent that made the call; "" for the session itself. */
  readonly thread: string;
  readonly tool: string | null;
  readonly inputKey: string | null;
  readonly summary: string | null;
  readonly paths: readonly string[];
  /** How the call ended; null for its start, and if the event does not tell. */
  readonly outcome: Outcome | null;
  readonly error: string | null;
  /** Duration as the agent tells it, in milliseconds. */
  readonly latencyMs: number | null;
  /** Time until the user answered as the agent tells it, in milliseconds. */
  readonly waitMs: number | null;
  readonly startsAgent: string | null;
  readonly inBackground: boolean;
  readonly subagentType: string | null;
  /** Whether it comes from a transcript and not from a hook. */
  readonly isImported: boolean;
}

interface CallContext {
  readonly at: Moment;
  readonly meaning: Meaning;
  readonly agent: AgentName;
  readonly thread: string;
  readonly tool: string | null;
  /** The name of the event that gave the meaning. */
  readonly name: string;
}

export function readCall(
  payload: Payload,
  { at, meaning, agent, thread, tool, name }: CallContext,
  usage: Usage,
): CallHalf | null {
  const ends = meaning === "call_end" || meaning === "call_failed" ||
    meaning === "call_denied";
  const asks = meaning === "permission" || meaning === "question" ||
    meaning === "notification";
  if (!ends && !asks && meaning !== "call_start") return null;
  const { patchFiles, ...input } = readCallInput(payload);
  const record: AgentRecord = AGENTS[agent];
  // Cursor's tool events tell of failures. Its other events of a call, as `afterShellExecution`, do
  // not.
  const isBeside = agent === "cursor" && Object.hasOwn(record.events, name) &&
    !Object.hasOwn(record.wireNames, name);
  const end = ends
    ? readCallEnd(payload, meaning, {
      tellsFailure: record.tellsFailure && !isBeside,
      failureMember: record.failureMember,
    })
    : NO_END;
  const found = asks ? [] : payload.paths();
  return {
    at,
    thread,
    tool,
    ...input,
    paths: patchFiles.length === 0 ? found : [...found, ...patchFiles],
    ...end,
    latencyMs: ends ? readLatency(payload) : null,
    waitMs: payload.count("permission_wait_ms"),
    isImported: payload.text("kaizen_event_source") === "Tail",
    ...usage,
  };
}

const NO_END = {
  outcome: null,
  error: null,
  startsAgent: null,
  inBackground: false,
};

const LATENCY_KEYS = [
  "latency_ms",
  "duration_ms",
  "duration",
  "durationMs",
] as const;

function readLatency(payload: Payload): number | null {
  for (const name of LATENCY_KEYS) {
    const ms = payload.double(name);
    if (ms !== null && ms >= 0 && ms <= 0xffff_ffff) return Math.round(ms);
  }
  return null;
}
