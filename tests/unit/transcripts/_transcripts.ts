// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Transcripts in a temporary folder, with lines as the agents write them.
 * @module
 */
import {
  readTranscript,
  type ReadTranscriptOptions,
  type TranscriptBatch,
  type TranscriptMark,
} from "../../../src/transcripts/mod.ts";

export const SESSION = "5f0c2b1e-7d3a-4c0e-9a51-2f6d8b7c1a10";
export const THREAD = "019e5b00-0000-7000-8000-000000000001";
/** The time of the first line. */
export const START_MS = Date.UTC(2026, 10, 3, 9, 0, 0);

/** Returns the time of the n-th second. */
export function at(second: number): string {
  return new Date(START_MS + second * 1000).toISOString();
}

/** A folder like an agent's, removed in the end. */
export class Folder implements Disposable {
  readonly path = Deno.makeTempDirSync({ prefix: "kaizen-transcripts-" });

  /** Writes a file, and its folders. */
  write(name: string, lines: readonly (object | string)[], end = "\n"): string {
    const path = `${this.path}/${name}`;
    Deno.mkdirSync(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    Deno.writeTextFileSync(path, print(lines, end));
    return path;
  }

  claude(lines: readonly (object | string)[], name = SESSION): string {
    return this.write(`.claude/projects/-repo-app/${name}.jsonl`, lines);
  }

  codex(lines: readonly (object | string)[], thread = THREAD): string {
    return this.write(
      `.codex/sessions/2026/11/03/rollout-2026-11-03T09-00-00-${thread}.jsonl`,
      lines,
    );
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }
}

/** Prints lines as JSON Lines; texts stay as they are. */
export function print(
  lines: readonly (object | string)[],
  end = "\n",
): string {
  const texts = lines.map((line) =>
    typeof line === "string" ? line : JSON.stringify(line)
  );
  return texts.length === 0 ? "" : texts.join("\n") + end;
}

/** Everything that a read gives, and where it stopped. */
export interface WholeRead extends Omit<TranscriptBatch, "mark"> {
  mark: TranscriptMark | null;
  batches: number;
}

/** Reads all batches. */
export function readAll(
  agent: "claude" | "codex",
  path: string,
  options: ReadTranscriptOptions = {},
): WholeRead {
  const whole: WholeRead = {
    usage: [],
    calls: [],
    events: [],
    mark: options.mark ?? null,
    is_anew: false,
    batches: 0,
  };
  for (const batch of readTranscript(agent, path, options)) {
    whole.usage.push(...batch.usage);
    whole.calls.push(...batch.calls);
    whole.events.push(...batch.events);
    whole.mark = batch.mark;
    whole.is_anew = batch.is_anew;
    whole.batches++;
  }
  return whole;
}

/** The members that all lines of Claude Code have. */
const COMMON = {
  isSidechain: false,
  userType: "external",
  cwd: "/repo/app",
  sessionId: SESSION,
  version: "2.1.240",
  gitBranch: "main",
};

let lines = 0;

/** Returns an id as Claude Code gives one to each line. */
function nextUuid(): string {
  return `00000000-0000-4000-8000-${`${++lines}`.padStart(12, "0")}`;
}

/** A user's line of Claude Code. */
export function userLine(
  second: number,
  content: unknown,
  more: object = {},
): object {
  return {
    parentUuid: null,
    ...COMMON,
    type: "user",
    message: { role: "user", content },
    uuid: nextUuid(),
    timestamp: at(second),
    ...more,
  };
}

/** The parts of an answer of Claude Code. */
export interface AnswerParts {
  id?: string;
  request?: string;
  model?: string;
  content?: unknown[];
  stop?: string | null;
  usage?: object | null;
  more?: object;
}

/** An answer's line of Claude Code. */
export function answerLine(second: number, parts: AnswerParts = {}): object {
  const { id = "msg_01A", request = "req_01A", more } = parts;
  return {
    parentUuid: null,
    ...COMMON,
    message: {
      model: parts.model ?? "claude-opus-4-8",
      id,
      type: "message",
      role: "assistant",
      content: parts.content ?? [{ type: "text", text: "Done." }],
      stop_reason: parts.stop ?? null,
      stop_sequence: null,
      ...(parts.usage === null ? {} : {
        usage: {
          input_tokens: 3,
          cache_creation_input_tokens: 100,
          cache_read_input_tokens: 1000,
          cache_creation: {
            ephemeral_5m_input_tokens: 40,
            ephemeral_1h_input_tokens: 60,
          },
          output_tokens: 10,
          service_tier: "standard",
          ...parts.usage,
        },
      }),
    },
    requestId: request,
    type: "assistant",
    uuid: nextUuid(),
    timestamp: at(second),
    ...more,
  };
}

/** A line of Codex. */
export function codexLine(
  second: number,
  type: string,
  payload: object,
): object {
  return { timestamp: at(second), type, payload };
}

/** The first line of a Codex thread. */
export function threadLine(
  second: number,
  more: object = {},
  id = THREAD,
): object {
  return codexLine(second, "session_meta", {
    id,
    timestamp: at(second),
    cwd: "/repo/app",
    originator: "codex_cli_rs",
    cli_version: "0.153.4",
    instructions: null,
    source: "cli",
    model_provider: "openai",
    git: { branch: "main" },
    ...more,
  });
}

/** Counts of tokens as Codex writes them. */
export function tokenCounts(
  [input, cached, output, reasoning]: readonly [
    number,
    number,
    number,
    number,
  ],
): object {
  return {
    input_tokens: input,
    cached_input_tokens: cached,
    output_tokens: output,
    reasoning_output_tokens: reasoning,
    total_tokens: input + output,
  };
}

type Four = readonly [number, number, number, number];

/** A line of Codex that counts tokens. */
export function countLine(
  second: number,
  total: Four | null,
  last: Four | null,
): object {
  return codexLine(second, "event_msg", {
    type: "token_count",
    info: {
      ...(total === null ? {} : { total_token_usage: tokenCounts(total) }),
      ...(last === null ? {} : { last_token_usage: tokenCounts(last) }),
      model_context_window: 258400,
    },
    rate_limits: { primary: { used_percent: 7 } },
  });
}
