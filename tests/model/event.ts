// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * How the model reads one event: from what the agent wrote, without a line of the program's.
 * @module
 */

/** One event as it was delivered: what an agent gave its hook, or what the wire carries. */
export interface Delivered {
  /** The agent that the hook's command line names, or the wire's source. */
  source: string;
  /** JSON text. */
  payload: string;
  /** Epoch milliseconds at which the hook ran; a `timestamp_ms` in the payload comes first. */
  tsMs: number;
  /** The event's id; a `kaizen_id` in the payload comes first. */
  id: string;
  /** The directory that the session belongs to. */
  workspace: string;
}

/** The subjects of events, in the order of events of one millisecond. */
export const MEANINGS = [
  "session_start",
  "prompt",
  "subagent_start",
  "call_start",
  "permission",
  "question",
  "notification",
  "other",
  "answer",
  "call_denied",
  "call_end",
  "call_failed",
  "compaction",
  "subagent_stop",
  "interrupt",
  "turn_end",
  "turn_failed",
  "session_end",
] as const;
export type Meaning = typeof MEANINGS[number];

/** An object of JSON. */
export type Fields = Record<string, unknown>;

/** One event as the model sees it. */
export interface Seen {
  session: string;
  workspace: string;
  ms: number;
  /** Settles the order within a millisecond. */
  id: string;
  name: string;
  meaning: Meaning;
  source: string;
  /** The agent, if the payload proves it. */
  provenAgent: string | null;
  /** The configuration that delivered it. */
  via: string;
  /** The subagent it is from or about; "" for the session's own. */
  thread: string;
  fields: Fields;
}

const NAMES: Record<Exclude<Meaning, "other">, string> = {
  session_start:
    "SessionStart session_start sessionStart command:new command:reset",
  session_end: "SessionEnd session_end sessionEnd",
  prompt:
    "UserPromptSubmit user_prompt_submit beforeSubmitPrompt userPromptSubmitted BeforeAgent message:received",
  call_start:
    "PreToolUse pre_tool_use preToolUse pre_tool before_tool tool_start function_call_start BeforeTool beforeShellExecution beforeMCPExecution",
  call_end:
    "PostToolUse post_tool_use postToolUse post_tool after_tool tool_end function_call_end AfterTool afterShellExecution afterMCPExecution afterFileEdit beforeReadFile",
  call_failed: "PostToolUseFailure post_tool_use_failure postToolUseFailure",
  call_denied: "PermissionDenied permission_denied",
  permission: "PermissionRequest permission_request permissionRequest",
  question: "Elicitation elicitation",
  answer: "ElicitationResult elicitation_result",
  notification: "Notification notification",
  subagent_start: "SubagentStart subagent_start subagentStart",
  subagent_stop: "SubagentStop subagent_stop subagentStop",
  turn_end:
    "Stop stop agentStop post_agent post_agent_turn AfterAgent command:stop message:sent",
  turn_failed: "StopFailure stop_failure",
  interrupt: "Interrupt interrupt",
  compaction:
    "PreCompact PostCompact pre_compact post_compact preCompact PreCompress",
};

const MEANING_OF = new Map<string, Meaning>(
  MEANINGS.flatMap((meaning) =>
    meaning === "other"
      ? []
      : NAMES[meaning].split(" ").map((name): [string, Meaning] => [
        name,
        meaning,
      ])
  ),
);

/** Cursor's families of events that stand for a call, and the tool of each. */
export const FAMILIES: Readonly<Record<string, string>> = {
  beforeShellExecution: "Shell",
  afterShellExecution: "Shell",
  beforeMCPExecution: "MCP",
  afterMCPExecution: "MCP",
  afterFileEdit: "Edit",
  beforeReadFile: "Read",
};

/** Reads one delivered event. */
export function seeEvent(delivered: Delivered): Seen {
  const fields = asFields(JSON.parse(delivered.payload)) ?? {};
  const { source } = delivered;
  const name = text(fields, "agent_event") ?? ownName(delivered, fields);
  const meaning = meaningOf(name, fields);
  return {
    session: firstText(fields, "session_id", "conversation_id", "sessionId") ??
      firstText(fields, "sessionKey") ?? "",
    workspace: delivered.workspace,
    ms: timeOf(delivered, fields),
    id: text(fields, "kaizen_id") ?? delivered.id,
    name,
    meaning,
    source,
    provenAgent: text(fields, "kaizen_agent") ?? provenAgent(name, fields),
    via: (text(fields, "kaizen_source") ?? source) +
      ("sessionId" in fields ? "*" : ""),
    thread: threadOf(meaning, fields),
    fields,
  };
}

/** Orders events: by time, then by what happens first within a millisecond, then by id. */
export function compareSeen(a: Seen, b: Seen): number {
  return a.ms - b.ms ||
    MEANINGS.indexOf(rankOf(a.meaning)) - MEANINGS.indexOf(rankOf(b.meaning)) ||
    (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

/** Ends of one kind are of one rank. */
function rankOf(meaning: Meaning): Meaning {
  if (meaning === "call_failed") return "call_end";
  return meaning === "turn_failed" ? "turn_end" : meaning;
}

function ownName({ source }: Delivered, fields: Fields): string {
  const isClaude = ["claude", "codex"].includes(source);
  const keys = isClaude
    ? ["hook_event_name", "event"]
    : ["event", "hook_event_name"];
  const named = firstText(fields, ...keys);
  if (named !== null) return named;
  return `${text(fields, "type") ?? ""}:${text(fields, "action") ?? ""}`;
}

function meaningOf(name: string, fields: Fields): Meaning {
  const meaning = MEANING_OF.get(name) ?? "other";
  if (meaning === "notification") {
    const isAnswered = fields.notification_type === "elicitation_complete" ||
      fields.notification_type === "elicitation_response";
    return isAnswered ? "answer" : meaning;
  }
  // Cursor says with one event how a turn ended.
  if (meaning === "turn_end" && "cursor_version" in fields) {
    if (fields.status === "error") return "turn_failed";
    if (fields.status === "aborted") return "interrupt";
  }
  return meaning;
}

function timeOf({ source, tsMs }: Delivered, fields: Fields): number {
  const whole = (key: string) => {
    const value = fields[key];
    return typeof value === "number" && Number.isInteger(value) && value > 0
      ? value
      : null;
  };
  const ms = whole("timestamp_ms");
  if (ms !== null) return ms;
  const seconds = source === "vibe" ? whole("timestamp") : null;
  if (seconds === null) return tsMs;
  return seconds < 1e12 ? seconds * 1000 : seconds;
}

/** The agent that only can have written this, by the marks of its payload. */
function provenAgent(name: string, fields: Fields): string | null {
  const has = (key: string) => key in fields;
  if (has("conversation_id") || has("cursor_version")) return "cursor";
  if (has("sessionId") && typeof fields.timestamp === "number") {
    return "copilot";
  }
  if (has("sessionKey") && has("type") && has("action")) return "openclaw";
  if (
    /^(?:pre_tool|post_tool|post_agent|before_tool|after_tool|post_agent_turn)$/
      .test(name)
  ) {
    return "vibe";
  }
  if (
    /^(?:Before|After)(?:Tool|Agent|Model)$|^BeforeToolSelection$|^PreCompress$/
      .test(name)
  ) {
    return "gemini";
  }
  const transcript = (text(fields, "transcript_path") ?? "").replaceAll(
    "\\",
    "/",
  );
  if (/^\d{4}-.*T.*Z$/.test(text(fields, "timestamp") ?? "")) {
    if (transcript !== "") return "gemini";
    if (!has("permission_mode")) return "copilot";
  }
  if (has("prompt_id") || has("effort")) return "claude";
  if (/^[A-Z]/.test(name) && has("turn_id")) return "codex";
  if (has("tool_name") && has("permission_mode")) return "claude";
  if (transcript.includes("/.claude/projects/")) return "claude";
  return transcript.includes("/.codex/") ? "codex" : null;
}

function threadOf(meaning: Meaning, fields: Fields): string {
  const isAbout = meaning === "subagent_start" || meaning === "subagent_stop";
  return firstText(
    fields,
    "agent_id",
    ...isAbout ? ["subagent_id", "agentId"] : [],
  ) ?? "";
}

/** Narrows a value to an object, else null. */
export function asFields(value: unknown): Fields | null {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return null;
  }
  return Object.fromEntries(Object.entries(value));
}

/** A value that is an object, or the JSON text of one. */
export function looseFields(value: unknown): Fields | null {
  if (typeof value !== "string") return asFields(value);
  try {
    return asFields(JSON.parse(value));
  } catch {
    return null;
  }
}

/** A member that is a text with something in it. */
export function text(fields: Fields | null, key: string): string | null {
  const value = fields?.[key];
  return typeof value === "string" && value !== "" ? value : null;
}

/** The first of several members that is such a text. */
export function firstText(
  fields: Fields | null,
  ...keys: string[]
): string | null {
  return keys.map((key) => text(fields, key)).find((value) => value !== null) ??
    null;
}
