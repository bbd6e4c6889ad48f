// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Folders of transcripts as agents leave them behind, generated from a seed.
 * @module
 */
import {
  answerLine,
  codexLine,
  countLine,
  print,
  START_MS,
  threadLine,
  userLine,
} from "../unit/transcripts/_transcripts.ts";

/** A file below the home: path and content. */
export type TreeFile = readonly [path: string, content: string];

const CLAUDE_MODELS = [
  "claude-opus-4-6",
  "claude-sonnet-4-5-20250929",
  "claude-haiku-4-5-20251001",
  "claude-nova-9",
];
const CODEX_MODELS = ["gpt-5.5", "gpt-5.4", "gpt-5.3-codex", "gpt-nova-9"];

/** Numbers that look random, the same for the same seed. */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** A whole number from 0 to below `end`. */
  below(end: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) % end;
  }

  chance(percent: number): boolean {
    return this.below(100) < percent;
  }

  of<T>(list: readonly T[]): T {
    const one = list[this.below(list.length)];
    if (one === undefined) throw new RangeError("an empty list");
    return one;
  }
}

/** An id whose order is that of `n`. */
function idOf(n: number, kind: string): string {
  const hex = n.toString(16).padStart(8, "0");
  return `${hex}-0000-4000-8000-${kind.padStart(12, "0")}`;
}

/** Makes the transcripts of Claude Code. */
export function claudeTree(seed: number, sessions = 40): TreeFile[] {
  const dice = new Dice(seed);
  const files: TreeFile[] = [];
  const earlier: { lines: object[]; messages: object[][] }[] = [];
  for (let n = 0; n < sessions; n++) {
    const id = idOf(n, "c1");
    const folder = `.claude/projects/-repo-${dice.of(["app", "web"])}`;
    const start = n * 86_400 + dice.below(86_400);
    const own = messagesOf(dice, { session: id, name: `${n}`, start });
    const copied = n > 0 && dice.chance(30)
      ? copyOf(dice, dice.of(earlier).messages, id)
      : [];
    const lines = [
      { type: "summary", summary: "Fix it", leafUuid: `${n}` },
      ...copied,
      userLine(start, `task ${n}`, { sessionId: id }),
      ...own.flat(),
    ];
    earlier.push({ lines, messages: own });
    const half = dice.chance(20)
      ? JSON.stringify(answerLine(start, { id: `half${n}` })).slice(0, 180)
      : "";
    // A copy sorts after its original: see U1.
    files.push([
      `${folder.replace("web", "app")}/${id}.jsonl`,
      print(lines) + half,
    ]);
    for (let k = 0; k < dice.below(3); k++) {
      const agent = `a${n}x${k}`;
      const more = { isSidechain: true, agentId: agent };
      const side = messagesOf(dice, { session: id, name: agent, start, more });
      files.push([
        `${folder.replace("web", "app")}/${id}/subagents/agent-${agent}.jsonl`,
        print(side.flat()),
      ]);
    }
  }
  return files;
}

/** Copies some of a session's messages, as a session does that goes on from it. */
function copyOf(
  dice: Dice,
  messages: readonly object[][],
  session: string,
): object[] {
  const forked = dice.chance(50);
  return messages.slice(0, 1 + dice.below(messages.length)).flat().map(
    (line) => ({
      ...line,
      ...forked
        ? {
          forkedFrom: {
            sessionId: Reflect.get(line, "sessionId"),
            messageUuid: Reflect.get(line, "uuid"),
          },
        }
        : {},
      sessionId: session,
    }),
  );
}

function messagesOf(
  dice: Dice,
  { session, name, start, more = {} }: {
    session: string;
    name: string;
    start: number;
    more?: object;
  },
): object[][] {
  let second = start;
  return Array.from({ length: 1 + dice.below(10) }, (_, k) => {
    second += 1 + dice.below(dice.chance(10) ? 40_000 : 200);
    const common = { sessionId: session, ...more };
    const kind = dice.below(20);
    if (kind === 0) {
      const usage = {
        input_tokens: 0,
        output_tokens: 0,
        cache_creation_input_tokens: 0,
        cache_read_input_tokens: 0,
        cache_creation: undefined,
      };
      const isError = dice.chance(50);
      return [answerLine(second, {
        id: `msg_${name}_${k}`,
        model: "<synthetic>",
        usage,
        more: { ...common, ...isError ? { isApiErrorMessage: true } : {} },
      })];
    }
    if (kind === 1) return [userLine(second, "go on", common)];
    const written = dice.below(5000);
    const hour = dice.below(written + 1);
    const usage = {
      input_tokens: dice.below(3000),
      cache_creation_input_tokens: written,
      cache_read_input_tokens: dice.below(100_000),
      cache_creation: dice.chance(70)
        ? {
          ephemeral_5m_input_tokens: written - hour,
          ephemeral_1h_input_tokens: hour,
        }
        : undefined,
    };
    const model = dice.of(CLAUDE_MODELS);
    // Inline lines of a subagent, as older versions wrote them.
    const inline = dice.chance(5) ? { isSidechain: true } : {};
    let output = 0;
    return Array.from(
      { length: 1 + dice.below(4) },
      () =>
        answerLine(second++, {
          id: `msg_${name}_${k}`,
          request: `req_${name}_${k}`,
          model,
          usage: { ...usage, output_tokens: output += dice.below(500) },
          more: { ...common, ...inline },
        }),
    );
  });
}

/** Makes the transcripts of Codex. */
export function codexTree(seed: number, threads = 40): TreeFile[] {
  const dice = new Dice(seed);
  const files: TreeFile[] = [];
  let parent: { id: string; lines: object[] } | null = null;
  for (let n = 0; n < threads; n++) {
    const id = idOf(n, "d1");
    const start = n * 86_400 + dice.below(86_400);
    const isFork: boolean = parent !== null && dice.chance(35);
    const isSpawn = isFork && dice.chance(50);
    const meta = !isFork || parent === null ? {} : isSpawn
      ? {
        source: {
          subagent: { thread_spawn: { parent_thread_id: parent.id, depth: 1 } },
        },
      }
      : { forked_from_id: parent.id };
    const history = isFork && parent !== null
      ? copyOfThread(dice, parent, { start, isSpawn })
      : [];
    const own = [
      codexLine(start + 20, "event_msg", {
        type: "user_message",
        message: `task ${n}`,
      }),
      ...turnsOf(dice, start + 30),
    ];
    files.push([
      `.codex/sessions/2026/11/03/rollout-2026-11-03T09-00-00-${id}.jsonl`,
      print([threadLine(start, meta, id), ...history, ...own]) +
      (dice.chance(20) ? '{"timestamp":"2026-11-03T' : ""),
    ]);
    if (!isFork) parent = { id, lines: own };
  }
  return files;
}

/** Copies a thread's lines: with their own times, or with that of the copy. */
function copyOfThread(
  dice: Dice,
  { id, lines }: { id: string; lines: readonly object[] },
  { start, isSpawn }: { start: number; isSpawn: boolean },
): object[] {
  const now = new Date(START_MS + start * 1000 + 5).toISOString();
  const kept = lines.slice(0, 1 + dice.below(lines.length)).filter((line) =>
    String(Reflect.get(line, "timestamp")) < now
  );
  if (!isSpawn) return kept;
  return [
    threadLine(start, {}, id),
    ...kept.map((line) => ({ ...line, timestamp: now })),
  ];
}

function turnsOf(dice: Dice, start: number): object[] {
  const total = [0, 0, 0, 0];
  let second = start;
  const four = ([a = 0, b = 0, c = 0, d = 0]: readonly number[]) =>
    [a, b, c, d] as const;
  const context = () =>
    codexLine(second, "turn_context", {
      cwd: "/repo/app",
      model: dice.of(CODEX_MODELS),
    });
  const lines: object[] = [
    context(),
    codexLine(second, "event_msg", { type: "token_count", info: null }),
  ];
  for (let k = 0; k < 1 + dice.below(12); k++) {
    second += 3 + dice.below(dice.chance(10) ? 40_000 : 200);
    if (dice.chance(20)) lines.push(context());
    const input = 1 + dice.below(50_000);
    const output = 1 + dice.below(5000);
    const last = [
      input,
      dice.below(input + 1),
      output,
      dice.below(output + 1),
    ];
    last.forEach((count, i) => total[i] = (total[i] ?? 0) + count);
    const told = dice.chance(80) ? four(last) : null;
    lines.push(countLine(second, four(total), told));
    if (dice.chance(30)) {
      second += 3; // see U7

      lines.push(countLine(second, four(total), told));
    }
  }
  // Only a subagent's end names its transcript.
  lines.push(codexLine(second + 3, "event_msg", {
    type: "task_complete",
    last_agent_message: "Done.",
  }));
  return lines;
}
