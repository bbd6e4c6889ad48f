// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The facts of one event: everything that changes its session, and nothing else from the payload.
 * @module
 */
import {
  type AgentName,
  AGENTS,
  detectAgent,
  isAgentName,
  type Meaning,
  meaningOf,
  type OwnMeaning,
} from "../agents/mod.ts";
import { decodeText, type HookSource, type Int } from "../proto/mod.ts";
import { type CallHalf, readCall } from "./_call_half.ts";
import { readCopyKey } from "./_copy_key.ts";
import { hashBytes } from "./_hash.ts";
import { trimWhiteSpace } from "./_text.ts";
import {
  bytesOf,
  firstLine,
  headText,
  oneLine,
  readMembers,
} from "./json_part.ts";
import { type Moment, momentOf } from "./moment.ts";
import type { Payload } from "./payload.ts";
import { readUsage, type Usage } from "./usage.ts";

/** The request of a notification: to allow a call, to answer, or a new prompt. */
export type Asking = "permission" | "answer" | "prompt";

/** The facts of one event about its session. */
export interface Facts extends Usage {
  readonly at: Moment;
  readonly meaning: Meaning;
  readonly agent: AgentName;
  /** Whether the payload proves the agent; else the client named it. */
  readonly proven: boolean;
  /** The subagent of the event; "" for the session itself. */
  readonly thread: string;
  readonly threadType: string | null;
  /** A hash of the subagent's task; null if the event does not have it. */
  readonly task: string | null;
  readonly model: string | null;
  readonly tracePath: string | null;
  readonly agentVersion: string | null;
  readonly os: string | null;
  readonly arch: string | null;
  readonly parentSessionId: string | null;
  readonly branch: string | null;
  /** The commit of a git event. */
  readonly commit: string | null;
  /** First line of a prompt. */
  readonly title: string | null;
  /** The id of the event's call, not empty. */
  readonly callId: string | null;
  /** Set for events of a call, and for requests for a permission or an answer. */
  readonly call: CallHalf | null;
  readonly asking: Asking | null;
  /** Ids of the background work after the turn; null if the event does not tell. */
  readonly background: readonly string[] | null;
  /** A reason or a notification's text, in one line. */
  readonly message: string | null;
  /** Whether the session continues after a compaction. */
  readonly afterCompaction: boolean;
  /** The same for copies by hooks of different agents; null if the agent runs no other's hooks. */
  readonly copyKey: string | null;
  /** Tells copies with the same key that came through one hook apart. */
  readonly copyId: string;
  /** The hook that delivered it, and the form in which it did. */
  readonly via: string;
}

/** The input for an event's facts beside its payload. */
export interface FactsContext {
  readonly source: HookSource;
  /** The name that the source's own key gives the event. */
  readonly name: string;
  readonly tsMs: Int;
  /** The payload as it is stored. */
  readonly stored: Uint8Array;
}

/** Reads the facts of an event. */
export function readFacts(payload: Payload, context: FactsContext): Facts {
  const { source, tsMs } = context;
  const agent = detectAgent(payload, source);
  const own = findMeaning(payload, agent, context.name);
  const meaning = refine(payload, agent, own.meaning);
  const tie = payload.text("kaizen_id") || hashBytes(context.stored);
  const at = momentOf(tsMs, meaning, tie);
  const thread = readThread(payload, agent);
  const callId = payload.textOf(
    "tool_call_id",
    "tool_use_id",
    "call_id",
    "toolCallId",
    "id",
  ) || null;
  const usage = readUsage(payload);
  const tool = own.tool ?? payload.textOf("tool_name", "tool", "toolName");
  const via = payload.text("kaizen_source") ?? agent;
  const threadType = payload.textOf("agent_type", "subagent_type") || null;
  return {
    at,
    meaning,
    agent,
    proven: isAgentName(payload.text("kaizen_agent")) ||
      AGENTS[agent].marks(payload),
    thread,
    threadType,
    task: meaning === "subagent_start" || meaning === "subagent_stop"
      ? readTask(payload)
      : null,
    model: readModel(payload),
    tracePath: payload.textOf("transcript_path", "transcriptPath") || null,
    agentVersion: payload.textOf(
      "cursor_version",
      "claude_version",
      "agent_version",
      "version",
    ),
    os: payload.text("os"),
    arch: payload.text("arch"),
    parentSessionId: readParent(payload),
    branch: payload.textOf("git_branch", "gitBranch", "branch") ||
      readGit(payload, "branch"),
    commit: payload.text("commit") || readGit(payload, "commit"),
    title: meaning === "prompt" ? readTitle(payload) : null,
    callId,
    call: readCall(
      payload,
      { at, meaning, agent, thread, tool, name: own.name },
      usage,
    ),
    asking: meaning === "notification" ? readAsking(payload) : null,
    background: meaning === "turn_end" ? readBackground(payload) : null,
    message: readMessage(payload, meaning),
    afterCompaction: meaning === "session_start" &&
      payload.text("source") === "compact",
    ...AGENTS[agent].runsHooksOf.length === 0
      ? { copyKey: null, copyId: tie }
      : readCopyKey(payload, { meaning, callId, tie }),
    // Copilot sends two forms, so that two of its own hooks may get different texts.
    via: payload.text("sessionId") === null ? via : `${via}*`,
    ...usage,
  };
}

/**
 * Finds the meaning by the agent's own name of the event, else by the protocol's name, else by
 * `hook_event_name`.
 */
function findMeaning(
  payload: Payload,
  agent: AgentName,
  wireName: string,
): OwnMeaning & { name: string } {
  const names = [
    payload.text("agent_event"),
    wireName,
    payload.text("hook_event_name"),
  ];
  for (const name of names) {
    if (name === null) continue;
    const found = meaningOf(agent, name);
    if (found.meaning !== "other") return { ...found, name };
  }
  return { meaning: "other", tool: null, name: wireName };
}

/**
 * The status of Cursor's `stop` tells how the turn ended. Copilot sends an event for each error,
 * and goes on after most of them. A notification may tell that the user has answered.
 */
function refine(
  payload: Payload,
  agent: AgentName,
  meaning: Meaning,
): Meaning {
  if (agent === "copilot" && meaning === "turn_failed") {
    return payload.isFalse("recoverable") ? meaning : "other";
  }
  if (meaning === "notification") {
    const type = payload.text("notification_type") ?? "";
    return ANSWERED.test(type) ? "answer" : meaning;
  }
  if (agent !== "cursor" || meaning !== "turn_end") return meaning;
  const status = payload.text("status");
  if (status === "aborted") return "interrupt";
  return status === "error" ? "turn_failed" : meaning;
}

/** Reads a member of our event of a git hook. */
function readGit(payload: Payload, name: "branch" | "commit"): string | null {
  return headText(readMembers(payload.value("git"))?.get(name)) || null;
}

function readTask(payload: Payload): string | null {
  const task = payload.text("task");
  return !task ? null : hashBytes(new TextEncoder().encode(task));
}

function readThread(payload: Payload, agent: string): string {
  const named = payload.textOf("agent_id", "subagent_id");
  if (named !== null) return named;
  // Other agents use `agentId` for themselves.
  return agent === "copilot" ? payload.text("agentId") ?? "" : "";
}

function readModel(payload: Payload): string | null {
  const model = said(payload.text("model"));
  if (model !== null) return model;
  for (const name of ["message", "metadata", "config"]) {
    const value = payload.value(name);
    if (value?.kind !== "object") continue;
    const inner = said(headText(readMembers(value)?.get("model")));
    if (inner !== null) return inner;
  }
  return null;
}

function said(text: string | null): string | null {
  return text === null ? null : trimWhiteSpace(text) || null;
}

function readParent(payload: Payload): string | null {
  const parent = payload.textOf("parent_session_id", "parent_conversation_id");
  return parent === payload.text("session_id") ? null : parent || null;
}

function readTitle(payload: Payload): string | null {
  return firstLine(headText(payload.value("prompt"))) ??
    firstLine(headText(readMembers(payload.value("context"))?.get("content")));
}

const ANSWERED = /^elicitation_(?:complete|response)$/;

function readAsking(payload: Payload): Asking | null {
  switch (payload.text("notification_type")) {
    case "permission_prompt":
    case "ToolPermission":
      return "permission";
    case "agent_needs_input":
    case "elicitation_dialog":
    case "elicitation_url_dialog":
      return "answer";
    case "idle_prompt":
      return "prompt";
    case null:
      return guessAsking(payload.text("message") ?? "");
    default:
      return null;
  }
}

/** Older versions of Claude Code tell only in words. */
function guessAsking(message: string): Asking | null {
  if (/\bneeds your permission\b/.test(message)) return "permission";
  return /\bis waiting for your input$/.test(message) ? "prompt" : null;
}

/** Tasks that are looked at: the record of a session holds each. */
const MAX_TASKS = 4_096;

/** Returns the ids in `background_tasks`. A task without an id is named by its index. */
function readBackground(payload: Payload): string[] | null {
  const value = payload.value("background_tasks");
  if (value?.kind !== "array") return null;
  const tasks: unknown = JSON.parse(decodeText(bytesOf(value)));
  if (!Array.isArray(tasks)) return null;
  return tasks.slice(0, MAX_TASKS).flatMap((task: unknown, i) =>
    isOver(task) ? [] : [taskId(task) ?? `#${i}`]
  );
}

const OVER = /^(?:completed|failed|killed|stopped|cancell?ed)$/;

function isOver(task: unknown): boolean {
  return typeof task === "object" && task !== null && "status" in task &&
    typeof task.status === "string" && OVER.test(task.status);
}

function taskId(task: unknown): string | null {
  if (typeof task === "string") return task;
  if (typeof task !== "object" || task === null) return null;
  const { id, agent_id, task_id }: Record<string, unknown> = { ...task };
  const found = [agent_id, id, task_id].find((one) => typeof one === "string");
  return typeof found === "string" ? found : null;
}

function readMessage(payload: Payload, meaning: Meaning): string | null {
  if (meaning === "turn_failed") {
    const inner = readMembers(payload.value("error"));
    return firstLine(
      headText(payload.value("error")) ?? headText(inner?.get("message")) ??
        headText(payload.value("error_message")) ??
        headText(payload.value("reason")) ?? headText(payload.value("message")),
    );
  }
  const asks = meaning === "notification" || meaning === "question" ||
    meaning === "permission";
  return asks
    ? oneLine(
      headText(payload.value("message")) ?? headText(payload.value("reason")),
    )
    : null;
}
