// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The lines of Claude Code's transcripts.
 *
 * A session writes `<project>/<session>.jsonl`. The lines of its subagents are in
 * `<project>/<session>/subagents/agent-<id>.jsonl`, in older versions in
 * `<project>/agent-<id>.jsonl`, and before that between the session's own lines. A message is
 * written once for each part of its content while it streams, each time with the usage so far. A
 * session that goes on from another one may begin with a copy of its lines.
 * @module
 */
import {
  asList,
  asObject,
  asText,
  asTime,
  asTokens,
  type LineObject,
  ShortMemory,
} from "./_values.ts";
import type {
  FactLists,
  LineReader,
  LineReaderOptions,
} from "./line_reader.ts";
import { makeEvent } from "./make_event.ts";
import type { TokenCounts } from "./transcript_line.ts";

/** Models of messages that the agent made up itself. */
const SYNTHETIC = "<synthetic>";
const MAX_OPEN_CALLS = 256;
const MAX_TASKS = 64;
const MAX_CHAIN = 256;
const SUBAGENT_TOOLS: ReadonlySet<string> = new Set(["Agent", "Task"]);
const REJECTED = /^The user doesn't want to (?:proceed|take this action)/;
const INTERRUPTED = /^\[Request interrupted by user/;
/** Matches commands that the user typed for the agent itself, and their output. */
const LOCAL = /^<(?:local-command|command-(?:message|name|args)|bash-|task-)/;
const COMMAND =
  /<command-name>([^<]*)<\/command-name>(?:[\s\S]*<command-args>([^<]*)<\/command-args>)?/;
/** Commands that the agent obeys itself. Other commands are prompts. */
const OWN_COMMANDS =
  /^\/(?:clear|compact|config|context|cost|exit|help|login|logout|mcp|memory|model|permissions|plugin|quit|resume|status|usage)$/;

/** The place of a line. */
interface LinePlace {
  session: string;
  agent: string | null;
  /** The call that started the subagent. */
  call: string | null;
  ts: number;
  uuid: string;
  cwd: string | null;
  isCopy: boolean;
}

/** Makes a reader of Claude Code's lines. */
export function claudeLines(options: LineReaderOptions): LineReader {
  return new ClaudeLines(options);
}

class ClaudeLines implements LineReader {
  isKnown: boolean;
  readonly #path: string;
  /** The session of the file; null for a subagent's file, whose lines tell it. */
  readonly #session: string | null;
  /** Tools of the calls that have not ended, by id. */
  readonly #open: ShortMemory;
  /** Calls that start subagents, by the prompt that they give. */
  readonly #tasks: ShortMemory;
  /** The calls that started the subagents of the lines, by the lines' ids. */
  readonly #chain: ShortMemory;
  /** The last message of the session itself, until its turn has ended: time, line, directory. */
  #last: { ts: number; uuid: string; cwd: string | null } | null;
  #model: string | null;

  constructor({ path, saved }: LineReaderOptions) {
    const name = path.slice(path.lastIndexOf("/") + 1).replace(/\.jsonl$/, "");
    this.#path = path;
    this.#session = name.startsWith("agent-") ? null : name;
    this.isKnown = saved !== null && saved.known === true;
    this.#open = new ShortMemory(MAX_OPEN_CALLS, saved?.open);
    this.#tasks = new ShortMemory(MAX_TASKS, saved?.tasks);
    this.#chain = new ShortMemory(MAX_CHAIN, saved?.chain);
    this.#model = asText(saved?.model);
    const last = asObject(saved?.last);
    const ts = asTime(last?.ts);
    const uuid = asText(last?.uuid);
    this.#last = ts === null || uuid === null
      ? null
      : { ts, uuid, cwd: asText(last?.cwd) };
  }

  wants(line: string): boolean {
    return !this.isKnown || line.includes('"usage"') ||
      line.includes('"isSidechain":true') && !line.includes('"agentId"');
  }

  save(): LineObject {
    return {
      known: this.isKnown,
      open: this.#open,
      tasks: this.#tasks,
      chain: this.#chain,
      model: this.#model,
      last: this.#last,
    };
  }

  read(line: LineObject, facts: FactLists): boolean {
    const type = asText(line.type);
    if (type === null) return true;
    this.isKnown ||= asText(line.sessionId) !== null ||
      type === "summary" || type === "file-history-snapshot";
    if (type !== "assistant" && type !== "user") return true;
    const message = asObject(line.message);
    const place = message === null ? null : this.#placeOf(line, message);
    if (message === null || place === null) return true;
    if (type === "assistant") {
      this.#readAnswer(line, message, place, facts);
      return readUsage(line, message, place, facts);
    }
    if (facts.events !== null) this.#readUser(line, message, place, facts);
    return true;
  }

  finish(facts: FactLists): void {
    this.#endTurn(facts);
  }

  #placeOf(line: LineObject, message: LineObject): LinePlace | null {
    const ts = asTime(line.timestamp);
    const own = asText(line.sessionId);
    const session = own ?? this.#session;
    if (ts === null || session === null) return null;
    const uuid = asText(line.uuid) ?? `${ts}`;
    const agent = asText(line.agentId);
    const isSide = line.isSidechain === true;
    const call = isSide && agent === null
      ? this.#callOf(line, message, uuid)
      : null;
    return {
      session,
      agent,
      call,
      ts,
      uuid,
      cwd: asText(line.cwd),
      isCopy: asObject(line.forkedFrom) !== null ||
        this.#session !== null && own !== null && own !== this.#session,
    };
  }

  /** The call that started the subagent of a line that names none: its first line is the prompt. */
  #callOf(line: LineObject, message: LineObject, uuid: string): string | null {
    const parent = asText(line.parentUuid);
    const call = parent !== null
      ? this.#chain.get(parent)
      : this.#tasks.get(keyOfPrompt(textOf(message.content)));
    if (call !== null) this.#chain.set(uuid, call);
    return call;
  }

  #readAnswer(
    line: LineObject,
    message: LineObject,
    place: LinePlace,
    facts: FactLists,
  ): void {
    const model = modelOf(line, message);
    if (facts.events !== null && model !== null) this.#model = model;
    let calls = 0;
    for (const part of asList(message.content)) {
      const block = asObject(part);
      if (block?.type !== "tool_use") continue;
      this.#readCall(block, place, facts);
      calls++;
    }
    if (facts.events === null || place.isCopy || line.isSidechain === true) {
      return;
    }
    // A turn does not end with a call.
    this.#last = calls > 0
      ? null
      : { ts: place.ts, uuid: place.uuid, cwd: place.cwd };
    const reason = asText(message.stop_reason);
    if (reason === "end_turn" || reason === "stop_sequence") {
      this.#endTurn(facts, textOf(message.content));
    }
  }

  #readCall(block: LineObject, place: LinePlace, facts: FactLists): void {
    const id = asText(block.id);
    const tool = asText(block.name);
    if (id === null || tool === null) return;
    const input = asObject(block.input);
    const prompt = asText(input?.prompt);
    if (SUBAGENT_TOOLS.has(tool) && prompt !== null) {
      this.#tasks.set(keyOfPrompt(prompt), id);
    }
    if (place.isCopy) return;
    facts.calls.push({
      call_id: id,
      tool,
      ts_ms: place.ts,
      session_id: place.session,
      agent_id: place.agent,
    });
    if (facts.events === null) return;
    this.#open.set(id, tool);
    facts.events.push(this.#make(place, "PreToolUse", `${id}-call`, {
      call_id: id,
      members: {
        model: this.#model,
        tool_name: tool,
        tool_input: block.input ?? {},
        tool_use_id: id,
      },
    }));
  }

  #readUser(
    line: LineObject,
    message: LineObject,
    place: LinePlace,
    facts: FactLists,
  ): void {
    if (place.isCopy) return;
    for (const part of asList(message.content)) {
      const block = asObject(part);
      if (block?.type === "tool_result") {
        this.#readResult(block, line.toolUseResult, place, facts);
      }
    }
    if (
      line.isMeta === true || line.isSidechain === true ||
      line.isCompactSummary === true || line.isVisibleInTranscriptOnly === true
    ) return;
    const text = textOf(message.content);
    if (text === "") return;
    if (INTERRUPTED.test(text)) {
      this.#last = null;
      facts.events?.push(
        this.#make(place, "Interrupt", `${place.uuid}-interrupt`, {
          members: {},
        }),
      );
      return;
    }
    const prompt = promptOf(text);
    if (prompt === null) return;
    this.#endTurn(facts);
    facts.events?.push(
      this.#make(place, "UserPromptSubmit", `${place.uuid}-prompt`, {
        prompt,
        members: {
          prompt,
          version: line.version,
          git_branch: asText(line.gitBranch),
        },
      }),
    );
  }

  #readResult(
    block: LineObject,
    result: unknown,
    place: LinePlace,
    facts: FactLists,
  ): void {
    const id = asText(block.tool_use_id);
    if (id === null) return;
    const tool = this.#open.get(id);
    this.#open.delete(id);
    const text = textOf(block.content);
    const isRejected = block.is_error === true && REJECTED.test(text);
    const event = isRejected
      ? "PermissionDenied"
      : block.is_error === true
      ? "PostToolUseFailure"
      : "PostToolUse";
    const members = isRejected
      ? { reason: text }
      : block.is_error === true
      ? { error: text }
      : { tool_response: result ?? block.content ?? "" };
    facts.events?.push(this.#make(place, event, `${id}-result`, {
      call_id: id,
      members: { tool_name: tool, tool_use_id: id, ...members },
    }));
  }

  /** The transcript of the session itself, which the hooks of its subagents name, too. */
  #mainOf(session: string): string {
    return this.#session === null
      ? this.#path.replace(
        /(?:\/[^/]+\/subagents)?\/[^/]+$/,
        () => `/${session}.jsonl`,
      )
      : this.#path;
  }

  /** Ends the turn after its last message, if that is not done. */
  #endTurn(facts: FactLists, text: string | null = null): void {
    const last = this.#last;
    this.#last = null;
    if (last === null || this.#session === null) return;
    const place = { ...last, session: this.#session, agent: null };
    facts.events?.push(this.#make(place, "Stop", `${last.uuid}-stop`, {
      members: { model: this.#model, last_assistant_message: text || null },
    }));
  }

  #make(
    { session, agent, ts, cwd }: Pick<
      LinePlace,
      "session" | "agent" | "ts" | "cwd"
    >,
    event: string,
    id: string,
    parts: {
      call_id?: string;
      prompt?: string;
      members: { readonly [key: string]: unknown };
    },
  ) {
    const { members, ...rest } = parts;
    return makeEvent({
      agent: "claude",
      session_id: session,
      ts_ms: ts,
      event,
      id,
      workspace: cwd,
      agent_id: agent,
      ...rest,
      members: { transcript_path: this.#mainOf(session), ...members },
    });
  }
}

/** The same for all records of one message, in all files. */
function keyOf(
  line: LineObject,
  message: LineObject,
  place: LinePlace,
): string {
  const id = asText(message.id);
  // Messages without an id are never written twice.
  return id === null
    ? `line:${place.uuid}`
    : `${id}:${asText(line.requestId) ?? ""}`;
}

/** The model of an answer; null if the agent wrote it itself. */
function modelOf(line: LineObject, message: LineObject): string | null {
  const model = asText(message.model) ?? "unknown";
  return model === SYNTHETIC || line.isApiErrorMessage === true ? null : model;
}

/** Adds the tokens of an answer. Returns false if a count cannot be one. */
function readUsage(
  line: LineObject,
  message: LineObject,
  place: LinePlace,
  facts: FactLists,
): boolean {
  const model = modelOf(line, message);
  const usage = asObject(message.usage);
  if (model === null || usage === null) return true;
  const tokens = countTokens(usage);
  if (tokens === null) return false;
  facts.usage.push({
    key: keyOf(line, message, place),
    session_id: place.session,
    agent_id: place.agent,
    // Each of its tokens costs several times as much, so it is not the same model to a price.
    model: usage.speed === "fast" ? `${model}-fast` : model,
    ts_ms: place.ts,
    tokens,
    cost_usd_e6: costOf(line.costUSD),
    call_id: place.call,
    is_copy: place.isCopy,
  });
  return true;
}

function countTokens(usage: LineObject): TokenCounts | null {
  const written = asObject(usage.cache_creation);
  const sum = usage.cache_creation_input_tokens ?? null;
  const counts = asTokens([
    usage.input_tokens,
    usage.output_tokens,
    usage.cache_read_input_tokens,
    written?.ephemeral_5m_input_tokens,
    written?.ephemeral_1h_input_tokens,
    sum,
  ]);
  if (counts === null) return null;
  const [input = 0, output = 0, read = 0, minutes = 0, hour = 0, total = 0] =
    counts;
  const all = sum === null ? minutes + hour : total;
  return {
    input,
    output,
    cache_read: read,
    cache_write_5m: all - Math.min(hour, all),
    cache_write_1h: Math.min(hour, all),
    reasoning: null,
  };
}

function costOf(dollars: unknown): number | null {
  if (typeof dollars !== "number" || !(dollars >= 0)) return null;
  const millionths = Math.round(dollars * 1e6);
  return Number.isSafeInteger(millionths) ? millionths : null;
}

/** The text of a message's or a result's content. */
function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  return asList(content).flatMap((part) => {
    const block = asObject(part);
    return block?.type === "text" ? asText(block.text) ?? [] : [];
  }).join("\n");
}

/** The prompt that a text of the user is; null if the agent wrote it, or obeyed it itself. */
function promptOf(text: string): string | null {
  if (!LOCAL.test(text.trimStart())) return text;
  const [, name, args] = text.match(COMMAND) ?? [];
  if (name === undefined || OWN_COMMANDS.test(name)) return null;
  return args ? `${name} ${args}` : name;
}

/** Short, and unlike that of other prompts. */
function keyOfPrompt(prompt: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < prompt.length; i++) {
    hash = Math.imul(hash ^ prompt.charCodeAt(i), 0x01000193);
  }
  return `${prompt.length}:${hash >>> 0}`;
}
