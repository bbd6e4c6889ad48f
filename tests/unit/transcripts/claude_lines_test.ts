// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals } from "@std/assert";
import {
  answerLine,
  at,
  Folder,
  readAll,
  SESSION,
  START_MS,
  userLine,
} from "./_transcripts.ts";

const SUMMARY = { type: "summary", summary: "Fix the test", leafUuid: "1" };

Deno.test("readTranscript() gives all records of a streamed message the same key, the last one last", () => {
  using folder = new Folder();
  const path = folder.claude([
    answerLine(1, { usage: { output_tokens: 1 } }),
    answerLine(2, { usage: { output_tokens: 5 } }),
    answerLine(3, { usage: { output_tokens: 90 } }),
  ]);
  const { usage } = readAll("claude", path);
  assertEquals(usage.map(({ key }) => key), Array(3).fill("msg_01A:req_01A"));
  assertEquals(usage[2], {
    key: "msg_01A:req_01A",
    session_id: SESSION,
    agent_id: null,
    model: "claude-opus-4-8",
    ts_ms: START_MS + 3000,
    tokens: {
      input: 3,
      output: 90,
      cache_read: 1000,
      cache_write_5m: 40,
      cache_write_1h: 60,
      reasoning: null,
    },
    cost_usd_e6: null,
    call_id: null,
    is_copy: false,
  });
});

const usages: [
  name: string,
  usage: object,
  writes: [m5: number, h1: number],
][] = [
  ["kinds that add up", {}, [40, 60]],
  ["no kinds", { cache_creation: null }, [100, 0]],
  ["kinds without a sum", { cache_creation_input_tokens: null }, [40, 60]],
  [
    "more than the sum",
    { cache_creation: { ephemeral_1h_input_tokens: 500 } },
    [0, 100],
  ],
  [
    "counts of null",
    { cache_creation_input_tokens: null, cache_creation: null },
    [0, 0],
  ],
];

for (const [name, usage, [m5, h1]] of usages) {
  Deno.test(`readTranscript() counts written cache with ${name}`, () => {
    using folder = new Folder();
    const path = folder.claude([answerLine(1, { usage })]);
    const [fact] = readAll("claude", path).usage;
    assertEquals(fact?.tokens.cache_write_5m, m5);
    assertEquals(fact?.tokens.cache_write_1h, h1);
  });
}

for (const count of ["12", -4, 1.5, 1e13, 1e308, true, {}]) {
  Deno.test(`readTranscript() leaves out a message whose count is ${JSON.stringify(count)}`, () => {
    using folder = new Folder();
    for (
      const usage of [
        { input_tokens: count, output_tokens: 5 },
        {
          output_tokens: 5,
          cache_creation: { ephemeral_1h_input_tokens: count },
        },
      ]
    ) {
      const lines = [answerLine(1), answerLine(2, { usage })];
      const read = readAll("claude", folder.claude(lines));
      assertEquals(read.usage.length, 1);
      assertEquals(read.mark?.skipped, 1);
    }
  });
}

const free: [name: string, line: object][] = [
  ["a message that the agent made up", answerLine(1, { model: "<synthetic>" })],
  [
    "an error of the API",
    answerLine(1, { more: { isApiErrorMessage: true } }),
  ],
  ["an answer without usage", answerLine(1, { usage: null })],
  ["an answer without a time", answerLine(1, { more: { timestamp: null } })],
  ["a prompt", userLine(1, "fix it")],
  ["a summary", SUMMARY],
  [
    "progress of a subagent, which has a file of its own",
    {
      type: "progress",
      sessionId: SESSION,
      timestamp: at(1),
      data: { type: "agent_progress", message: answerLine(1) },
    },
  ],
];

for (const [name, line] of free) {
  Deno.test(`readTranscript() counts no tokens for ${name}`, () => {
    using folder = new Folder();
    const read = readAll("claude", folder.claude([SUMMARY, line]));
    assertEquals(read.usage, []);
    assertEquals(read.mark?.skipped, 0);
  });
}

Deno.test("readTranscript() tells a model in its fast mode from the model", () => {
  using folder = new Folder();
  const path = folder.claude([answerLine(1, { usage: { speed: "fast" } })]);
  assertEquals(readAll("claude", path).usage[0]?.model, "claude-opus-4-8-fast");
});

Deno.test("readTranscript() takes the cost that older versions tell", () => {
  using folder = new Folder();
  const path = folder.claude([answerLine(1, { more: { costUSD: 0.0421235 } })]);
  assertEquals(readAll("claude", path).usage[0]?.cost_usd_e6, 42124);
});

Deno.test("readTranscript() tells messages without a request id, or without any id, apart", () => {
  using folder = new Folder();
  const path = folder.claude([
    answerLine(1, { id: "msg_1", more: { requestId: undefined } }),
    answerLine(2, { id: "msg_2", more: { requestId: undefined } }),
    answerLine(3, { id: "", more: { uuid: "u-3" } }),
    answerLine(4, { id: "", more: { uuid: "u-4" } }),
  ]);
  assertEquals(readAll("claude", path).usage.map(({ key }) => key), [
    "msg_1:",
    "msg_2:",
    "line:u-3",
    "line:u-4",
  ]);
});

Deno.test("readTranscript() marks the lines that a session copied from another one", () => {
  using folder = new Folder();
  const fork = "7a1d0c44-0000-4000-8000-00000000f04c";
  const path = folder.claude([
    answerLine(1, { id: "msg_1" }),
    answerLine(2, {
      id: "msg_2",
      more: {
        sessionId: fork,
        forkedFrom: { sessionId: SESSION, messageUuid: "u" },
      },
    }),
    answerLine(3, { id: "msg_3", more: { sessionId: fork } }),
  ], fork);
  const { usage, calls } = readAll("claude", path);
  assertEquals(
    usage.map(({ session_id, is_copy }) => [session_id, is_copy]),
    [[SESSION, true], [fork, true], [fork, false]],
  );
  assertEquals(calls, []);
});

Deno.test("readTranscript() gives the lines of a subagent's file to its session", () => {
  using folder = new Folder();
  const more = { isSidechain: true, agentId: "a881341" };
  const call = { type: "tool_use", id: "toolu_9", name: "Read", input: {} };
  for (const name of [`${SESSION}/subagents/agent-a881341`, "agent-a881341"]) {
    const path = folder.claude([
      userLine(1, "Look around", more),
      answerLine(2, { content: [call], more }),
    ], name);
    const { usage, calls, events } = readAll("claude", path, { events: true });
    assertEquals(
      usage.map(({ session_id, agent_id, is_copy }) => [
        session_id,
        agent_id,
        is_copy,
      ]),
      [[SESSION, "a881341", false]],
    );
    assertEquals(calls, [{
      call_id: "toolu_9",
      tool: "Read",
      ts_ms: START_MS + 2000,
      session_id: SESSION,
      agent_id: "a881341",
    }]);
    assertEquals(events.map(({ event }) => event), ["PreToolUse"]);
    assertEquals(
      JSON.parse(events[0]?.payload ?? "").transcript_path,
      `${folder.path}/.claude/projects/-repo-app/${SESSION}.jsonl`,
    );
  }
});

Deno.test("readTranscript() finds the call that started a subagent whose lines are between the session's", () => {
  using folder = new Folder();
  const side = { isSidechain: true };
  const task = (id: string, prompt: string) => ({
    type: "tool_use",
    id,
    name: "Task",
    input: { description: "Look", prompt, subagent_type: "Explore" },
  });
  const path = folder.claude([
    answerLine(1, {
      id: "msg_1",
      content: [task("toolu_1", "Look left"), task("toolu_2", "Look right")],
    }),
    userLine(2, "Look right", { ...side, uuid: "r1" }),
    userLine(2, "Look left", { ...side, uuid: "l1" }),
    answerLine(3, {
      id: "msg_2",
      more: { ...side, parentUuid: "r1", uuid: "r2" },
    }),
    answerLine(4, {
      id: "msg_3",
      more: { ...side, parentUuid: "l1", uuid: "l2" },
    }),
    answerLine(5, {
      id: "msg_4",
      more: { ...side, parentUuid: "r2", uuid: "r3" },
    }),
    answerLine(6, { id: "msg_5" }),
  ]);
  const { usage } = readAll("claude", path, { stepBytes: 300 });
  assertEquals(
    usage.map(({ call_id }) => call_id),
    [null, "toolu_2", "toolu_1", "toolu_2", null],
  );
});

Deno.test("readTranscript() makes the events that hooks would have told", () => {
  using folder = new Folder();
  const path = folder.claude([
    SUMMARY,
    userLine(0, "<local-command-caveat>Caveat</local-command-caveat>", {
      isMeta: true,
    }),
    userLine(0, "<command-name>/clear</command-name>"),
    userLine(1, "fix the \ud83d test\nplease", { uuid: "p1" }),
    answerLine(2, {
      id: "msg_1",
      content: [{ type: "text", text: "I will." }],
    }),
    answerLine(3, {
      id: "msg_1",
      content: [{
        type: "tool_use",
        id: "toolu_1",
        name: "Bash",
        input: { command: "deno test" },
      }],
    }),
    userLine(5, [{
      type: "tool_result",
      tool_use_id: "toolu_1",
      content: "Exit code 1\nfailed",
      is_error: true,
    }], { toolUseResult: "Error: Exit code 1" }),
    answerLine(6, {
      id: "msg_2",
      content: [{
        type: "tool_use",
        id: "toolu_2",
        name: "Edit",
        input: { file_path: "/repo/app/a.ts", old_string: "a" },
      }],
    }),
    userLine(8, [{
      type: "tool_result",
      tool_use_id: "toolu_2",
      content: "The file was updated",
    }], { toolUseResult: { filePath: "/repo/app/a.ts" } }),
    answerLine(9, { id: "msg_3", more: { uuid: "a3" } }),
    userLine(20, [{ type: "text", text: "and now?" }], { uuid: "p2" }),
    answerLine(21, {
      id: "msg_4",
      content: [{ type: "tool_use", id: "toolu_3", name: "Bash", input: {} }],
    }),
    userLine(22, [{
      type: "tool_result",
      tool_use_id: "toolu_3",
      is_error: true,
      content: "The user doesn't want to proceed with this tool use. Stop.",
    }]),
    userLine(23, "[Request interrupted by user for tool use]", { uuid: "i1" }),
    userLine(24, "go on", { uuid: "p3" }),
    answerLine(25, { id: "msg_5", stop: "end_turn", more: { uuid: "a5" } }),
  ]);
  const { events } = readAll("claude", path, { events: true });
  const second = (ms: number) => (ms - START_MS) / 1000;
  const told = events.map(({ event, ts_ms, payload }) =>
    `${second(ts_ms)} ${event} ${JSON.parse(payload).kaizen_id}`
  );
  assertEquals(told, [
    "1 UserPromptSubmit tail-p1-prompt",
    "3 PreToolUse tail-toolu_1-call",
    "5 PostToolUseFailure tail-toolu_1-result",
    "6 PreToolUse tail-toolu_2-call",
    "8 PostToolUse tail-toolu_2-result",
    "9 Stop tail-a3-stop",
    "20 UserPromptSubmit tail-p2-prompt",
    "21 PreToolUse tail-toolu_3-call",
    "22 PermissionDenied tail-toolu_3-result",
    "23 Interrupt tail-i1-interrupt",
    "24 UserPromptSubmit tail-p3-prompt",
    "25 Stop tail-a5-stop",
  ]);
  assertEquals(events[0]?.prompt, "fix the \ud83d test\nplease");
  assertEquals(JSON.parse(events[0]?.payload ?? ""), {
    session_id: SESSION,
    cwd: "/repo/app",
    hook_event_name: "UserPromptSubmit",
    transcript_path: path,
    prompt: "fix the \ufffd test\nplease",
    version: "2.1.240",
    git_branch: "main",
    timestamp_ms: START_MS + 1000,
    kaizen_id: "tail-p1-prompt",
    kaizen_agent: "claude",
    kaizen_event_source: "Tail",
  });
  assertEquals(JSON.parse(events[2]?.payload ?? ""), {
    session_id: SESSION,
    cwd: "/repo/app",
    hook_event_name: "PostToolUse",
    agent_event: "PostToolUseFailure",
    transcript_path: path,
    tool_name: "Bash",
    tool_use_id: "toolu_1",
    error: "Exit code 1\nfailed",
    timestamp_ms: START_MS + 5000,
    kaizen_id: "tail-toolu_1-result",
    kaizen_agent: "claude",
    kaizen_event_source: "Tail",
  });
});
