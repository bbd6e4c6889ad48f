// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Transcripts as agents write them.
 * @module
 */
import {
  answerLine,
  codexLine,
  countLine,
  print,
  SESSION,
  threadLine,
  userLine,
} from "../unit/transcripts/_transcripts.ts";

const encoder = new TextEncoder();
const call = (id: string) => ({
  type: "tool_use",
  id,
  name: "Bash",
  input: { command: "ls" },
});

/** Transcripts of Claude Code. */
export function claudeExamples(): Uint8Array[] {
  const lines = [
    userLine(0, "Fix the bug"),
    answerLine(1, { content: [call("toolu_1")], stop: "tool_use" }),
    userLine(2, [{
      type: "tool_result",
      tool_use_id: "toolu_1",
      content: "x",
    }]),
    answerLine(3, { id: "msg_01B", request: "req_01B", stop: "end_turn" }),
    userLine(4, "Thanks", { isSidechain: true, agentId: "a1", isMeta: true }),
    { type: "summary", summary: "A bug", leafUuid: SESSION },
    answerLine(5, {
      id: "msg_01C",
      more: { isSidechain: true, costUSD: 0.25 },
    }),
    answerLine(6, { model: "<synthetic>", usage: null }),
  ];
  return [print(lines), print(lines.slice(0, 2)), print(lines, '\n{"a')]
    .map((text) => encoder.encode(text));
}

/** Transcripts of Codex. */
export function codexExamples(): Uint8Array[] {
  const lines = [
    threadLine(0),
    codexLine(1, "turn_context", { cwd: "/repo/app", model: "gpt-5.5" }),
    codexLine(2, "event_msg", { type: "user_message", message: "Fix it" }),
    codexLine(3, "response_item", {
      type: "function_call",
      name: "shell",
      arguments: '{"command":["ls"]}',
      call_id: "call_1",
    }),
    codexLine(4, "response_item", {
      type: "function_call_output",
      call_id: "call_1",
      output: "x",
    }),
    countLine(5, [100, 20, 30, 10], [100, 20, 30, 10]),
    countLine(6, [300, 120, 70, 10], [200, 100, 40, 0]),
    codexLine(7, "event_msg", { type: "task_complete" }),
  ];
  return [print(lines), print(lines.slice(0, 6)), print(lines, '\n{"a')]
    .map((text) => encoder.encode(text));
}
