// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Reads from the event of its end how a call ended.
 * @module
 */
import type { Meaning } from "../agents/mod.ts";
import { decodeInt } from "../proto/mod.ts";
import {
  bytesOf,
  firstElement,
  firstLine,
  headText,
  type JsonPart,
  readMembers,
  tailText,
} from "./json_part.ts";
import type { Payload } from "./payload.ts";

/** How a call ended. */
export type Outcome = "done" | "failed" | "denied" | "interrupted";

/** The facts of a call's end. */
export interface CallEnd {
  /** Null if the event does not tell. */
  readonly outcome: Outcome | null;
  /** First line of the error. */
  readonly error: string | null;
  /** The subagent that the call started. */
  readonly startsAgent: string | null;
  /** Whether the subagent continues after the call. */
  readonly inBackground: boolean;
}

const EXIT_KEYS = ["exit_code", "exitCode", "returncode"] as const;
const I32_MAX = 2n ** 31n - 1n;
const I32_MIN = -(2n ** 31n);
/**
 * Codex writes the exit code in the lines before the output. Its two shell tools use different
 * words.
 */
const OUTPUT = /^Output:/m;
const EXITED = /^(?:Process exited with code|Exit code:) (-?\d+)\s*$/m;

/**
 * Gemini CLI writes the exit code of a command, if it is not 0, in the lines after the output.
 * Older versions write each of these lines, with "(none)" for what is not known.
 */
const SHELL_HEAD = /^(?:Output|Command): /;
const SHELL_TAIL =
  /\n(?:Exit Code: (-?\d+|\(none\))\n)?(?:Signal: (.+)\n)?(?:Background PIDs: .*\n)?Process Group PGID: .+\s*$/;
const CANCELLED = /^Command was (?:automatically )?cancelled /;
const TAIL_BYTES = 512;
const NONE = "(none)";
/** Copilot writes the exit code of a command after its output, and calls the result a success. */
const COPILOT_TAIL =
  /<((?:exited|shellId: \S+ completed) with exit code (-?\d+))>\s*$/;
const SHELL_TOOL = /^(?:bash|powershell)$/i;

const STATUS_WORDS: ReadonlyMap<string, Outcome> = new Map([
  ["success", "done"],
  ["failure", "failed"],
  ["error", "failed"],
  ["timeout", "failed"],
  ["cancelled", "interrupted"],
  ["canceled", "interrupted"],
  ["denied", "denied"],
  ["rejected", "denied"],
]);

/** The kind of the agent's events. */
export interface CallEndOptions {
  /** Whether an end without a failure is a success. */
  readonly tellsFailure: boolean;
  /** A member that only the results of failed calls have; null if there is none. */
  readonly failureMember: string | null;
}

/** Reads the event of a call's end. */
export function readCallEnd(
  payload: Payload,
  meaning: Meaning,
  { tellsFailure, failureMember }: CallEndOptions,
): CallEnd {
  const result = payload.valueOf(
    "tool_response",
    "tool_output",
    "tool_result",
    "toolResult",
    "result_json",
    "result",
  );
  const members = readMembers(result);
  const outcome = judge(payload, meaning, members) ??
    (failureMember !== null && members?.has(failureMember) ? "failed" : null) ??
    (tellsFailure
      ? "done"
      : judgeHead(resultText(result, members)) ?? judgeShell(members));
  return {
    outcome,
    error: outcome === "done" || outcome === null
      ? null
      : readError(payload, result, members),
    startsAgent: headText(members?.get("agentId")) ||
      headText(members?.get("agent_id")) || null,
    inBackground: headText(members?.get("status")) === "async_launched" ||
      members?.get("isAsync")?.kind === "true",
  };
}

type Members = ReadonlyMap<string, JsonPart> | null;

function judge(
  payload: Payload,
  meaning: Meaning,
  members: Members,
): Outcome | null {
  if (meaning === "call_denied") return "denied";
  if (payload.isTrue("is_interrupt")) return "interrupted";
  if (meaning === "call_failed") {
    const type = payload.text("failure_type") ?? "";
    return /denied|reject/i.test(type) ? "denied" : "failed";
  }
  const status = STATUS_WORDS.get(payload.text("tool_status") ?? "") ?? null;
  // A tool may have succeeded in running a command that failed.
  if (status !== null && status !== "done") return status;
  if (payload.isTrue("is_error") || payload.isTrue("isError")) return "failed";
  if (payload.text("error")) return "failed";
  return judgeMembers(payload, members) ?? judgeCode(readCode(payload)) ??
    status;
}

function judgeMembers(payload: Payload, members: Members): Outcome | null {
  if (members === null) return null;
  const isTrue = (name: string) => members.get(name)?.kind === "true";
  if (isTrue("is_error") || isTrue("isError")) return "failed";
  if (isTrue("interrupted")) return "interrupted";
  const type = headText(members.get("result_type")) ??
    headText(members.get("resultType"));
  const status = STATUS_WORDS.get(type ?? "") ?? null;
  if (status !== null && status !== "done") return status;
  const [, , code] = copilotTail(payload, members) ?? [];
  return judgeCode(codeOf(members)) ??
    judgeCode(codeOf(readMembers(members.get("metadata")))) ??
    judgeCode(code === undefined ? null : Number(code)) ?? status;
}

function copilotTail(
  payload: Payload,
  members: Members,
): RegExpMatchArray | null {
  const text = copilotText(members);
  return text === null || !SHELL_TOOL.test(payload.text("tool_name") ?? "")
    ? null
    : tailText(text, TAIL_BYTES)?.match(COPILOT_TAIL) ?? null;
}

function copilotText(members: Members): JsonPart | null {
  return members?.get("text_result_for_llm") ??
    members?.get("textResultForLlm") ?? null;
}

/**
 * Returns the text of a result: the result itself, or the first of its list of contents, as MCP
 * servers send it.
 */
function resultText(result: JsonPart | null, members: Members): string | null {
  const content = firstElement(members?.get("content") ?? result);
  return headText(result) ?? headText(readMembers(content)?.get("text"));
}

function judgeCode(code: number | null): Outcome | null {
  return code === null ? null : code === 0 ? "done" : "failed";
}

function codeOf(members: Members): number | null {
  for (const name of EXIT_KEYS) {
    const value = members?.get(name);
    if (value?.kind === "number") return asCode(bytesOf(value));
  }
  return null;
}

function readCode(payload: Payload): number | null {
  for (const name of EXIT_KEYS) {
    const token = payload.number(name);
    if (token !== null) return asCode(token);
  }
  return null;
}

function asCode(token: Uint8Array): number | null {
  const code = decodeInt(token, I32_MIN, I32_MAX);
  return code === null ? null : Number(code);
}

function judgeHead(text: string | null): Outcome | null {
  const [, code] = exitLine(text) ?? [];
  return code === undefined ? null : judgeCode(Number(code));
}

function exitLine(text: string | null): RegExpMatchArray | null {
  const [head = "", output] = text?.split(OUTPUT, 2) ?? [];
  // A text without these lines is the output alone, which may say anything.
  return output === undefined ? null : head.match(EXITED);
}

/** Judges a command of Gemini CLI. */
function judgeShell(members: Members): Outcome | null {
  const content = members?.get("llmContent");
  const head = headText(content, 64) ?? "";
  const cancelled = head.match(CANCELLED)?.[0];
  if (cancelled !== undefined) {
    return cancelled.includes("automatically") ? "failed" : "interrupted";
  }
  const tail = shellTail(members);
  if (tail === null) return null;
  const { code, signal } = tail;
  if (code === undefined) return signal === undefined ? "done" : "failed";
  if (code !== NONE) return judgeCode(Number(code));
  return signal === undefined || signal === NONE ? null : "failed";
}

function shellTail(
  members: Members,
): { code: string | undefined; signal: string | undefined } | null {
  const content = members?.get("llmContent");
  if (!SHELL_HEAD.test(headText(content, 64) ?? "")) return null;
  const found = tailText(content, TAIL_BYTES)?.match(SHELL_TAIL);
  return found ? { code: found[1], signal: found[2] } : null;
}

/** Tells how a command of Gemini CLI failed. */
function shellError(members: Members): string | null {
  const { code = NONE, signal = NONE } = shellTail(members) ?? {};
  if (signal !== NONE) return `Signal: ${signal}`;
  if (code !== NONE) return `Exit Code: ${code}`;
  const content = headText(members?.get("llmContent"));
  return content !== null && CANCELLED.test(content)
    ? content.replace(/ (?:Below is the output|There was no output)[^]*/, "")
    : null;
}

function readError(
  payload: Payload,
  result: JsonPart | null,
  members: Members,
): string | null {
  const inner = readMembers(payload.value("error"));
  const text = resultText(result, members);
  const said = [
    headText(payload.value("error")),
    headText(inner?.get("message")),
    headText(payload.value("error_message")),
    headText(payload.value("tool_error")),
    headText(payload.value("reason")),
    headText(members?.get("error")),
    headText(readMembers(members?.get("error"))?.get("message")),
    headText(members?.get("stderr")),
    copilotTail(payload, members)?.[1] ?? null,
    headText(copilotText(members)),
    exitLine(text)?.[0] ?? null,
    shellError(members),
    members === null || members.has("content") ? text : null,
  ];
  for (const one of said) {
    const line = firstLine(one);
    if (line !== null) return line;
  }
  const code = codeOf(members) ??
    codeOf(readMembers(members?.get("metadata"))) ??
    readCode(payload);
  return code === null || code === 0 ? null : `exit code ${code}`;
}
