// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The readers of answers: whole ones, and records as they arrive.
 * @module
 */
import { assertEquals } from "@std/assert";
import { type AnswerRecord, RecordSplitter } from "../../src/output/mod.ts";
import {
  AnswerError,
  type DaemonAnswer,
  decodeAnswer,
  encodeJson,
  JsonError,
} from "../../src/proto/mod.ts";
import { event, node, session } from "../unit/output/_samples.ts";
import { Random } from "./random.ts";
import { attempt, makeTarget, print } from "./target.ts";

const encoder = new TextEncoder();

/** Answers of all kinds. */
export function exampleAnswers(): Uint8Array[] {
  const size = { bytes: 4096, sessions: 2, events: 7 };
  const answers = [
    { type: "hello", proto_version: 1, daemon_version: "1", workspaces: [] },
    {
      type: "status",
      pid: 7,
      uptime_ms: 12,
      queue_depth: 0,
      last_error: null,
      capture: [],
      store: size,
    },
    {
      type: "sessions",
      rows: [
        session({ title: "a title" }),
        session({
          id: "s2",
          branch: "main",
          start_commit: "0123456789",
          last_event_at_ms: 1_714_000_001_000,
          totals: {
            events: 3,
            tool_calls: 1,
            errors: 0,
            tokens_in: 9,
            tokens_out: 8,
            cost_usd_e6: 125_000,
            last_event_ms: 1_714_000_001_000,
            cost_complete: false,
          },
          activity: {
            state: "working",
            since_ms: 1_714_000_000_500,
            tool: "Bash",
            message: "ls",
          },
        }),
      ],
      total: 2,
      next_offset: null,
    },
    {
      type: "detail",
      session: session(),
      events: [
        event({ tool: "Bash", tool_call_id: "t1", payload: { a: ["b\n"] } }),
        event({ seq: 1, kind: "Error", tokens_in: 5, cost_usd_e6: 70 }),
      ],
      spans: [
        node({ paths: ["a.ts"], summary: "ls", error: "no" }, [
          node({ span_id: "v1:2:s1:t2", depth: 1, cost_usd_e6: 9 }),
        ]),
      ],
    },
    { type: "ack", message: "recorded" },
    { type: "error", message: "no", supported_min: 1, supported_max: 1 },
    { type: "store", ...size, removed_sessions: 1, removed_events: 2 },
  ];
  return answers.map((answer) => encoder.encode(encodeJson(answer)));
}

/** Decodes an answer; null if it is refused. */
export function tryDecode(
  input: Uint8Array,
): { answer: DaemonAnswer | null; words: string } {
  const result = attempt(() => decodeAnswer(input), [JsonError, AnswerError]);
  return "refusal" in result
    ? { answer: null, words: result.refusal }
    : { answer: result.value, words: result.value.type };
}

/**
 * An answer that is accepted is encoded to the same meaning; records do not depend on the pieces.
 */
export const answerTarget = makeTarget(exampleAnswers, (input) => {
  const { answer, words } = tryDecode(input);
  if (answer !== null) {
    const bytes = encoder.encode(encodeJson(answer));
    assertEquals(print(decodeAnswer(bytes)), print(answer), "encoded again");
  }
  const whole = split(input, () => input.length);
  const random = Random.of(input);
  const pieced = split(input, () => 1 + random.below(100));
  assertEquals(pieced.text, whole.text, "records in pieces");
  const isList = answer?.type === "sessions" || answer?.type === "detail";
  if (isList && whole.fault !== null && !isNullSession(answer)) {
    throw new Error(`decoded, but split into records: ${whole.fault}`);
  }
  return `${words} ${whole.fault} ${whole.count}`;
});

function isNullSession(answer: DaemonAnswer): boolean {
  return answer.type === "detail" && !answer.session;
}

/** The records, or the fault: a fault may come before or after the first records. */
function split(
  input: Uint8Array,
  step: () => number,
): { text: string; fault: string | null; count: number } {
  const splitter = new RecordSplitter({ spans: "each" });
  const records: AnswerRecord[] = [];
  const result = attempt(() => {
    for (let at = 0; at < input.length;) {
      const next = at + step();
      records.push(...splitter.push(input.slice(at, next)));
      at = next;
    }
    splitter.end();
  }, [JsonError, AnswerError]);
  const fault = "refusal" in result ? result.refusal : null;
  const text = fault ?? print(records.map(({ kind, bytes }) => [
    kind,
    new TextDecoder().decode(bytes),
  ]));
  return { text, fault, count: records.length };
}
