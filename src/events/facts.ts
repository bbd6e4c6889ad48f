// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * What one event tells about its session: everything that a session is made of, and nothing else of the payload.
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

/** What a notification asks of the user: to allow a call, to answer, or a new prompt; null for nothing. */
export type Asking = "permission" | "answer" | "prompt";

/** What one event tells about its session. */
export interface Facts extends Usage {
  readonly at: Moment;
  readonly meaning: Meaning;
  readonly agent: AgentName;
  /** Whether the payload proves the agent; else it is what the client was told. */
  readonly proven: boolean;
  /** The subagent whose event it is; "" for the session itself. */
  readonly thread: string;
  readonly threadType: string | null;
  /** A hash of what the subagent was told to do; null where its start or end does not tell. */
  readonly task: string | null;
  readonly model: string | null;
  readonly tracePath: string | null;
  readonly agentVersion: string | null;
  readonly os: string | null;
  readonly arch: string | null;
  readonly parentSessionId: string | null;
  readonly branch: string | null;
  /** The commit that an event of git is about. */
  readonly commit: string | null;
  /** First line of a prompt. */
  readonly title: string | null;
  /** The id of the call that the event names, not empty. */
  readonly callId: string | null;
  /** Set for events of a call and for those that ask for a permission or an answer. */
  readonly call: CallHalf | null;
  readonly asking: Asking | null;
  /** Ids of what goes on in the background after the turn; null where the event does not tell. */
  readonly background: readonly string[] | null;
  /** A reason or a notification's text, in one line. */
  readonly message: string | null;
  /** Whether a session goes on after its history was cut short. */
  readonly afterCompaction: boolean;
  /** Same for two copies of one event that an agent delivered to two hooks; null where it cannot do that. */
  readonly copyKey: string | null;
  /** Which hook delivered it. */
  readonly via: string;
}

/** What is known of an event before its payload is looked at. */
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
    "id",
  ) || null;
  const usage = readUsage(payload);
  const tool = own.tool ?? payload.textOf("tool_name", "tool");
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
    copyKey: AGENTS[agent].runsHooksOf.length === 0
      ? null
      : readCopyKey(payload, { meaning, callId, tool }),
    via,
    ...usage,
  };
}

/** The meaning by the agent's own name for the event, else by the wire's, else by the name that readers see it by. */
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

/** Cursor's `stop` says in its status how the turn ended. */
function refine(
  payload: Payload,
  agent: AgentName,
  meaning: Meaning,
): Meaning {
  if (agent !== "cursor" || meaning !== "turn_end") return meaning;
  const status = payload.text("status");
  if (status === "aborted") return "interrupt";
  return status === "error" ? "turn_failed" : meaning;
}

/** What our event of a git hook tells. */
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
  // Other agents call themselves so.
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

function readAsking(payload: Payload): Asking | null {
  switch (payload.text("notification_type")) {
    case "permission_prompt":
    case "ToolPermission":
      return "permission";
    case "elicitation_dialog":
      return "answer";
    case "idle_prompt":
      return "prompt";
    default:
      return null;
  }
}

/** The ids in `background_tasks`; a task without one is called by its place. */
function readBackground(payload: Payload): string[] | null {
  const value = payload.value("background_tasks");
  if (value?.kind !== "array") return null;
  const tasks: unknown = JSON.parse(decodeText(bytesOf(value)));
  if (!Array.isArray(tasks)) return null;
  return tasks.flatMap((task: unknown, i) =>
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
