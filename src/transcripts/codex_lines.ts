// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The lines of Codex' transcripts, `sessions/YYYY/MM/DD/rollout-<time>-<thread>.jsonl`.
 *
 * Each line has a time, a type and a payload. The first line names the thread. A thread that was
 * forked, or started as a subagent with its parent's history, begins with a copy of that: the names
 * of earlier threads, and their token counts, all with the time of the copy or with their own. A
 * count of tokens is written again when only the limits of the account have changed.
 * @module
 */
import {
  asCount,
  asList,
  asObject,
  asText,
  asTime,
  asTokens,
  type LineObject,
  parseJson,
  ShortMemory,
} from "./_values.ts";
import type {
  FactLists,
  LineReader,
  LineReaderOptions,
} from "./line_reader.ts";
import { makeEvent } from "./make_event.ts";

const MAX_OPEN_CALLS = 256;
/** A copied history is written within this time; no model answers so fast. */
const COPY_MS = 1000;
/** Shell tools by the names that models call them by. Hooks call all of them `Bash`. */
const SHELL_TOOLS: ReadonlySet<string> = new Set([
  "shell",
  "shell_command",
  "exec_command",
  "local_shell",
  "container.exec",
  "unified_exec",
]);
const THREAD_ID = /([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.jsonl$/i;
const KINDS = [
  "input_tokens",
  "cached_input_tokens",
  "output_tokens",
  "reasoning_output_tokens",
  "total_tokens",
] as const;

/** Makes a reader of Codex' lines. */
export function codexLines(options: LineReaderOptions): LineReader {
  return new CodexLines(options);
}

class CodexLines implements LineReader {
  isKnown: boolean;
  readonly #path: string;
  readonly #open: ShortMemory;
  /** The thread of the file; "" until its first line. */
  #thread: string;
  #session: string;
  #agent: string | null;
  /** When the thread began, and when its first line was written. */
  #beganMs: number;
  #firstMs: number;
  /** Whether the thread may begin with another one's history. */
  #hasHistory: boolean;
  #model: string | null;
  #cwd: string | null;
  #turn: string | null;
  /** The last total, to tell a repeated count. */
  #total: number[] | null;

  constructor({ path, saved }: LineReaderOptions) {
    this.#path = path;
    this.isKnown = saved !== null && saved.known === true;
    this.#open = new ShortMemory(MAX_OPEN_CALLS, saved?.open);
    this.#thread = asText(saved?.thread) ?? "";
    this.#session = asText(saved?.session) ?? path.match(THREAD_ID)?.[1] ??
      path.slice(path.lastIndexOf("/") + 1).replace(/\.jsonl$/, "");
    this.#agent = asText(saved?.agent);
    this.#beganMs = asCount(saved?.began);
    this.#firstMs = asCount(saved?.first);
    this.#hasHistory = saved?.history === true;
    this.#model = asText(saved?.model);
    this.#cwd = asText(saved?.cwd);
    this.#turn = asText(saved?.turn);
    const total = asList(saved?.total).map(asCount);
    this.#total = total.length === KINDS.length ? total : null;
  }

  wants(line: string): boolean {
    return !this.isKnown || line.includes('"token_count"') ||
      line.includes('"turn_context"') || line.includes('"session_meta"') ||
      line.includes('"call_id"') && !line.includes('_call_output"');
  }

  save(): LineObject {
    return {
      known: this.isKnown,
      open: this.#open,
      thread: this.#thread,
      session: this.#session,
      agent: this.#agent,
      began: this.#beganMs,
      first: this.#firstMs,
      history: this.#hasHistory,
      model: this.#model,
      cwd: this.#cwd,
      turn: this.#turn,
      total: this.#total,
    };
  }

  read(line: LineObject, facts: FactLists): boolean {
    const payload = asObject(line.payload);
    const ts = asTime(line.timestamp);
    if (payload === null || ts === null) return true;
    if (this.#firstMs === 0) this.#firstMs = ts;
    switch (line.type) {
      case "session_meta":
        this.isKnown = true;
        this.#readThread(payload, ts);
        break;
      case "turn_context":
        this.isKnown = true;
        this.#model = asText(payload.model) ?? this.#model;
        this.#cwd = asText(payload.cwd) ?? this.#cwd;
        this.#turn = asText(payload.turn_id);
        break;
      case "event_msg":
        if (payload.type === "token_count") {
          return this.#readCount(payload, ts, facts);
        }
        if (!this.#isHistory(ts)) this.#readMessage(payload, ts, facts);
        break;
      case "response_item":
        this.isKnown = true;
        if (!this.#isHistory(ts)) this.#readItem(payload, ts, facts);
        break;
    }
    return true;
  }

  finish(): void {
    // A turn's end has a line of its own.
  }

  #readThread(meta: LineObject, ts: number): void {
    const id = asText(meta.id);
    if (id === null || id === this.#thread) return;
    if (this.#thread !== "") {
      // The name of an earlier thread, in the copy of its history.
      this.#hasHistory = true;
      return;
    }
    const spawn = asObject(
      asObject(asObject(meta.source)?.subagent)?.thread_spawn,
    );
    const parent = asText(meta.session_id) ?? asText(spawn?.parent_thread_id);
    const isAgent = spawn !== null || meta.thread_source === "subagent";
    this.#thread = id;
    this.#session = isAgent && parent !== null ? parent : id;
    this.#agent = isAgent ? id : null;
    this.#beganMs = asTime(meta.timestamp) ?? ts;
    this.#hasHistory = spawn !== null || asText(meta.forked_from_id) !== null;
    this.#cwd = asText(meta.cwd) ?? this.#cwd;
  }

  /** Whether a line is part of the copy of another thread's history. */
  #isHistory(ts: number): boolean {
    return this.#hasHistory &&
      (ts < this.#beganMs || ts - this.#firstMs < COPY_MS);
  }

  #readCount(payload: LineObject, ts: number, facts: FactLists): boolean {
    const info = asObject(payload.info);
    const total = countsOf(info?.total_token_usage);
    const before = this.#total;
    if (total !== null) this.#total = total;
    const isRepeated = total !== null && before !== null &&
      total.every((count, i) => count === before[i]);
    if (isRepeated) return true;
    const last = countsOf(info?.last_token_usage) ?? since(total, before);
    if (last === null) return info === null;
    if (last.slice(0, 4).every((count) => count === 0)) return true;
    const isHistory = this.#isHistory(ts);
    // The copy has the time of the copying, so that it cannot be told which message it is.
    if (isHistory && ts >= this.#beganMs) return true;
    const [input = 0, cached = 0, output = 0, reasoning = 0] = last;
    const read = Math.min(cached, input);
    facts.usage.push({
      key: `codex:${ts}:${(total ?? []).join(".")}:${last.join(".")}`,
      session_id: this.#session,
      agent_id: this.#agent,
      model: asText(payload.model) ?? asText(info?.model) ?? this.#model ??
        "unknown",
      ts_ms: ts,
      tokens: {
        input: input - read,
        output,
        cache_read: read,
        cache_write_5m: 0,
        cache_write_1h: 0,
        reasoning,
      },
      cost_usd_e6: null,
      call_id: null,
      is_copy: isHistory,
    });
    return true;
  }

  #readMessage(payload: LineObject, ts: number, facts: FactLists): void {
    if (facts.events === null) return;
    switch (payload.type) {
      case "user_message": {
        const prompt = asText(payload.message);
        // A subagent's prompt is not the session's.
        if (prompt === null || this.#agent !== null) return;
        this.#push(facts, ts, "UserPromptSubmit", `${ts}-prompt`, {
          prompt,
          members: { prompt },
        });
        break;
      }
      case "task_complete":
      case "turn_complete":
        this.#readEnd(
          "Stop",
          { last_assistant_message: asText(payload.last_agent_message) },
          ts,
          facts,
        );
        break;
      case "turn_aborted":
        this.#readEnd("Interrupt", {}, ts, facts);
        break;
    }
  }

  /** The end of a turn; that of a subagent is its end, and only this event names its transcript. */
  #readEnd(
    event: "Stop" | "Interrupt",
    members: { readonly [key: string]: unknown },
    ts: number,
    facts: FactLists,
  ): void {
    const id = `${ts}-${event.toLowerCase()}`;
    if (this.#agent === null) this.#push(facts, ts, event, id, { members });
    else {
      this.#push(facts, ts, "SubagentStop", `${this.#agent}-${id}`, {
        members: { ...members, agent_transcript_path: this.#path },
      });
    }
  }

  #readItem(item: LineObject, ts: number, facts: FactLists): void {
    const id = asText(item.call_id);
    if (id === null) return;
    switch (item.type) {
      case "function_call":
        this.#readCall(
          id,
          asText(item.name),
          asText(item.arguments),
          ts,
          facts,
        );
        break;
      case "custom_tool_call":
        this.#readCall(id, asText(item.name), asText(item.input), ts, facts);
        break;
      case "local_shell_call": {
        const command = asObject(item.action)?.command;
        const input = JSON.stringify({ command });
        this.#readCall(id, "local_shell", input, ts, facts);
        break;
      }
      case "function_call_output":
      case "custom_tool_call_output":
        this.#readOutput(id, item.output, ts, facts);
        break;
    }
  }

  #readCall(
    id: string,
    name: string | null,
    input: string | null,
    ts: number,
    facts: FactLists,
  ): void {
    if (name === null) return;
    const tool = SHELL_TOOLS.has(name) ? "Bash" : name;
    facts.calls.push({
      call_id: id,
      tool,
      ts_ms: ts,
      session_id: this.#session,
      agent_id: this.#agent,
    });
    if (facts.events === null) return;
    this.#open.set(id, tool);
    this.#push(facts, ts, "PreToolUse", `${id}-call`, {
      call_id: id,
      members: {
        tool_name: tool,
        tool_input: inputOf(tool, input ?? ""),
        tool_use_id: id,
      },
    });
  }

  #readOutput(
    id: string,
    output: unknown,
    ts: number,
    facts: FactLists,
  ): void {
    if (facts.events === null) return;
    const tool = this.#open.get(id);
    this.#open.delete(id);
    // Older versions print a record with the exit code into a text.
    const inner = typeof output === "string" && output.startsWith("{")
      ? asObject(parseJson(output))
      : null;
    this.#push(facts, ts, "PostToolUse", `${id}-result`, {
      call_id: id,
      members: {
        tool_name: tool,
        tool_use_id: id,
        tool_response: inner ?? output ?? "",
      },
    });
  }

  #push(
    facts: FactLists,
    ts: number,
    event: string,
    id: string,
    parts: {
      call_id?: string;
      prompt?: string;
      members: { readonly [key: string]: unknown };
    },
  ): void {
    const { members, ...rest } = parts;
    facts.events?.push(makeEvent({
      agent: "codex",
      session_id: this.#session,
      ts_ms: ts,
      event,
      id,
      workspace: this.#cwd,
      agent_id: this.#agent,
      ...rest,
      members: {
        transcript_path: this.#agent === null ? this.#path : null,
        turn_id: this.#turn,
        model: this.#model,
        ...members,
      },
    }));
  }
}

/** The counts of each kind; null if there are none. */
function countsOf(usage: unknown): number[] | null {
  const counts = asObject(usage);
  return counts === null ? null : asTokens(KINDS.map((kind) => counts[kind]));
}

/** Returns the usage since an earlier total. */
function since(
  total: readonly number[] | null,
  before: readonly number[] | null,
): number[] | null {
  return total?.map((count, i) => Math.max(0, count - (before?.[i] ?? 0))) ??
    null;
}

/** The input as hooks tell it: a shell's command as one text, a patch as the command. */
function inputOf(tool: string, input: string): unknown {
  const members = asObject(parseJson(input));
  if (members === null) return { command: input };
  if (tool !== "Bash") return members;
  const command = members.command ?? members.cmd;
  const words = asList(command);
  const text = words.length > 0 ? scriptOf(words) : command;
  return { ...members, command: text };
}

/** The script of `bash -lc SCRIPT`, or the words in one line. */
function scriptOf(words: readonly unknown[]): string {
  const [shell, flag, script] = words;
  const isScript = words.length === 3 && typeof shell === "string" &&
    /(?:^|\/)(?:ba|z|da)?sh$/.test(shell) && typeof flag === "string" &&
    /^-l?c$/.test(flag) && typeof script === "string";
  return isScript ? script : words.join(" ");
}
