// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Reads what one event says of its call: the outcome, the input, the files.
 * @module
 */
import {
  asFields,
  FAMILIES,
  type Fields,
  firstText,
  looseFields,
  type Seen,
  text,
} from "./event.ts";

/** How a call went; null where nothing tells. */
export type Outcome = "done" | "failed" | "denied" | "interrupted";

const RESULT_KEYS = [
  "tool_response",
  "tool_output",
  "tool_result",
  "toolResult",
  "result_json",
];
const ID_KEYS = ["tool_call_id", "tool_use_id", "call_id", "id"];
const PATH_KEYS = [
  "path",
  "file_path",
  "target_file",
  "file",
  "relative_workspace_path",
  "notebook_path",
  "absolute_path",
  "target_notebook",
];
/**
 * The argument that stands for a call, the first that is there: of a search what it looks for, not
 * the folder.
 */
const MAIN_KEYS = [
  "command",
  "file_path",
  "notebook_path",
  "target_notebook",
  "target_file",
  "absolute_path",
  "pattern",
  "query",
  "url",
  "path",
  "dir_path",
  "file",
  "description",
  "plan",
];
/** The line of Codex's head of a result that tells the exit code. */
const EXITED = /^(Process exited with code|Exit code:) (-?\d+)$/m;
/** Agents that send one event for a good result and a bad one. */
const SAYS_NOTHING = new Set(["codex", "gemini"]);

/** The id of the call that an event names. */
export function callIdOf({ fields }: Seen): string | null {
  return firstText(fields, ...ID_KEYS);
}

/** The tool's name. */
export function toolOf({ fields, name }: Seen): string | null {
  return firstText(fields, "tool_name", "tool", "toolName") ??
    FAMILIES[name] ?? null;
}

/** The input of the call. */
export function inputOf({ fields, name }: Seen): Fields | null {
  if (/^(?:before|after)(?:Shell|ReadFile|FileEdit)/.test(name)) return fields;
  for (const key of ["tool_input", "toolArgs", "tool_args", "params"]) {
    const input = looseFields(fields[key]);
    if (input !== null) return input;
  }
  return null;
}

/** The call in one line: its command, its file, what it looks for. */
export function summaryOf(event: Seen): string | null {
  const input = inputOf(event);
  if (input === null) return null;
  const files = patchFiles(input);
  if (files.length > 0) return files.join(" ");
  const questions = Array.isArray(input.questions) ? input.questions : [];
  const main = firstText(input, ...MAIN_KEYS) ??
    text(asFields(questions[0]), "question");
  return main?.trim().replaceAll(/\s+/g, " ") ?? null;
}

/** By which two events without an id are about one call. */
export function inputKeyOf(event: Seen): string | null {
  const input = inputOf(event);
  if (input === null) return null;
  return summaryOf(event) ?? JSON.stringify(sorted(input));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  const fields = asFields(value);
  if (fields === null) return value;
  return Object.keys(fields).sort().map((key) => [key, sorted(fields[key])]);
}

/** Files that a patch names, in its order. */
function patchFiles(input: Fields): string[] {
  const patch = firstText(input, "command", "input", "patch") ?? "";
  if (!patch.startsWith("*** Begin Patch")) return [];
  return [
    ...patch.matchAll(
      /^\*\*\* (?:(?:Update|Add|Delete) File|Move to): (.+)$/gm,
    ),
  ]
    .map(([, path = ""]) => path.trim());
}

/** Every file that an event names, anywhere in it. */
export function pathsOf(event: Seen): string[] {
  const found = new Set<string>();
  const walk = (value: unknown): void => {
    if (typeof value === "string") {
      if (!/^\s*["[{]/.test(value)) return;
      try {
        walk(JSON.parse(value));
      } catch {
        // A text that is no JSON names no file.
      }
      return;
    }
    if (Array.isArray(value)) return value.forEach(walk);
    for (const [key, member] of Object.entries(asFields(value) ?? {})) {
      if (
        PATH_KEYS.includes(key) && typeof member === "string" && member !== ""
      ) {
        found.add(member);
      }
      walk(member);
    }
  };
  walk(event.fields);
  const input = inputOf(event);
  if (input !== null) patchFiles(input).forEach((path) => found.add(path));
  return [...found];
}

/** How the call went by this event, which is one of its ends. */
export function outcomeOf(event: Seen): Outcome | null {
  const { fields, meaning } = event;
  if (meaning === "call_denied") return "denied";
  if (meaning === "call_failed") {
    if (fields.is_interrupt === true) return "interrupted";
    return fields.failure_type === "permission_denied" ? "denied" : "failed";
  }
  const said: Record<string, Outcome> = {
    success: "done",
    failure: "failed",
    cancelled: "interrupted",
    denied: "denied",
    rejected: "denied",
  };
  const status = firstText(fields, "tool_status") ??
    firstText(resultOf(fields), "resultType", "result_type");
  const outcome = Object.hasOwn(said, status ?? "") ? said[status ?? ""] : null;
  if (outcome && outcome !== "done") return outcome;
  const code = exitCode(fields);
  if (code !== null) return code === 0 ? "done" : "failed";
  const result = resultOf(fields);
  for (const one of [fields, result]) {
    if (one?.is_error === true || one?.isError === true) return "failed";
  }
  if (result?.interrupted === true) return "interrupted";
  if (result?.error) return "failed";
  if (outcome) return outcome;
  if (event.name in FAMILIES) return null;
  return SAYS_NOTHING.has(event.provenAgent ?? event.source) ? null : "done";
}

/** A command's exit code, if the result tells it. */
function exitCode(fields: Fields): number | null {
  const result = resultOf(fields);
  for (const one of [fields, result]) {
    for (const key of ["exit_code", "exitCode", "returncode"]) {
      const code = one?.[key];
      if (typeof code === "number") return code;
    }
  }
  const [, , code] = headOf(fields).match(EXITED) ?? [];
  return code === undefined
    ? shellCode(result) ?? copilotCode(fields)
    : Number(code);
}

/** The exit code that Copilot writes after a command's output. */
function copilotCode(fields: Fields): number | null {
  const said = firstText(
    resultOf(fields),
    "textResultForLlm",
    "text_result_for_llm",
  );
  const [, code] = said?.match(/\n?<exited with exit code (\d+)>$/) ?? [];
  return code === undefined ? null : Number(code);
}

/** The exit code that Gemini CLI writes after a command's output, unless it is 0. */
function shellCode(result: Fields | null): number | null {
  const lines = text(result, "llmContent")?.split("\n") ?? [];
  if (!lines[0]?.startsWith("Output: ")) return null;
  const last = lines.pop();
  if (!last?.startsWith("Process Group PGID: ")) return null;
  const [, code] = lines.pop()?.split("Exit Code: ") ?? [];
  return Number(code ?? 0);
}

/** The part of a text result that the agent wrote, not the command. */
function headOf(fields: Fields): string {
  const result = RESULT_KEYS.map((key) => fields[key])
    .find((value) => typeof value === "string");
  const [head = "", output] = typeof result === "string"
    ? result.split(/^Output:/m)
    : [];
  return output === undefined ? "" : head;
}

/** The result, where it is an object or the text of one. */
export function resultOf(fields: Fields): Fields | null {
  for (const key of RESULT_KEYS) {
    const result = looseFields(fields[key]);
    if (result !== null) return result;
  }
  return null;
}

/** Why the call failed, in one line. */
export function errorOf(event: Seen): string | null {
  const { fields } = event;
  const outcome = outcomeOf(event);
  if (outcome === null || outcome === "done") return null;
  const said =
    firstText(fields, "error", "error_message", "tool_error", "reason") ??
      text(resultOf(fields), "error") ??
      text(asFields(resultOf(fields)?.error), "message") ??
      headOf(fields).match(EXITED)?.[0] ??
      (shellCode(resultOf(fields)) ? `Exit Code: ${exitCode(fields)}` : null) ??
      (copilotCode(fields)
        ? `exited with exit code ${copilotCode(fields)}`
        : null);
  return said?.split("\n").map((line) => line.trim()).find((line) =>
    line !== ""
  ) ??
    null;
}

/** The agent's own figure of how long the call took. */
export function latencyOf({ fields }: Seen): number | null {
  for (const key of ["latency_ms", "duration_ms", "duration"]) {
    const value = fields[key];
    if (typeof value === "number" && value >= 0) return Math.round(value);
  }
  return null;
}

/** A number that an event reports. */
export function numberOf({ fields }: Seen, key: string): number | null {
  const value = fields[key];
  return typeof value === "number" && Number.isInteger(value) && value >= 0
    ? value
    : null;
}

/** The cost that an event reports, in millionths of a dollar. */
export function costOf({ fields }: Seen): number | null {
  const value = fields.total_cost_usd;
  return typeof value === "number" ? Math.trunc(value * 1e6) : null;
}

/** The subagent that a call's result says to have started. */
export function startedAgent({ fields, meaning }: Seen): string | null {
  if (meaning !== "call_end" && meaning !== "call_failed") return null;
  return firstText(resultOf(fields), "agentId", "agent_id");
}
