// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals, assertObjectMatch } from "@std/assert";
import { type Members, MemorySession } from "./_session.ts";

const bash = (id: string, command = "make"): Members => ({
  tool_name: "Bash",
  tool_input: { command },
  tool_use_id: id,
});
const failure = { agent_event: "PostToolUseFailure" };

Deno.test("a call is there from its beginning, and ended by its end, however late that comes", () => {
  const session = new MemorySession();
  session.claude(1000, "PreToolUse", bash("t1"));
  assertObjectMatch(session.span("t1"), {
    span_id: "v1:1:s:t1",
    tool: "Bash",
    summary: "make",
    status: "open",
    started_at_ms: 1000,
    ended_at_ms: null,
    lead_time_ms: null,
    parent_span_id: null,
    depth: 0,
  });
  session.claude(2000, "Stop");
  assertEquals(session.span("t1").status, "orphaned");
  session.claude(3000, "SessionEnd");
  session.claude(9000, "PostToolUse", { ...bash("t1"), duration_ms: 7000 });
  assertObjectMatch(session.span("t1"), {
    status: "done",
    ended_at_ms: 9000,
    lead_time_ms: 8000,
    latency_ms: 7000,
  });
});

Deno.test("a call whose end came first is one call, and takes no negative time", () => {
  const session = new MemorySession();
  session.claude(2000, "PostToolUse", bash("t1"));
  assertObjectMatch(session.span("t1"), {
    status: "done",
    started_at_ms: null,
    lead_time_ms: null,
  });
  session.claude(2500, "PreToolUse", bash("t1"));
  assertEquals(session.span("t1").lead_time_ms, 0);
  assertEquals(session.record().totals?.tool_calls, 1);
});

const ends: [name: string, members: Members, status: string, error: unknown][] =
  [
    ["PostToolUse", {}, "done", null],
    [
      "PostToolUse",
      { ...failure, error: "Exit code 1\nmore" },
      "failed",
      "Exit code 1",
    ],
    ["PostToolUse", { ...failure, is_interrupt: true }, "interrupted", null],
    ["PermissionDenied", { reason: "Blocked" }, "denied", "Blocked"],
    [
      "PostToolUse",
      { tool_response: { interrupted: true } },
      "interrupted",
      null,
    ],
    [
      "PostToolUse",
      { tool_response: { isError: true, error: "no" } },
      "failed",
      "no",
    ],
    [
      "PostToolUse",
      { tool_response: { exit_code: 2, stderr: "\n bad\nworse" } },
      "failed",
      "bad",
    ],
    [
      "PostToolUse",
      { tool_response: '{"exitCode":3}' },
      "failed",
      "exit code 3",
    ],
    ["PostToolUse", { tool_response: '{"exitCode":0}' }, "done", null],
    ["PostToolUse", { tool_response: "{not JSON" }, "done", null],
    [
      "PostToolUse",
      { tool_response: { metadata: { exit_code: 1 } } },
      "failed",
      "exit code 1",
    ],
    [
      "PostToolUse",
      { is_error: true, tool_response: "broken\nfor good" },
      "failed",
      "broken",
    ],
    ["PostToolUse", { tool_result: { result_type: "denied" } }, "denied", null],
  ];
for (const [name, members, status, error] of ends) {
  Deno.test(`a call that ends by ${name} ${JSON.stringify(members)} is ${status}`, () => {
    const session = new MemorySession();
    session.claude(1, "PreToolUse", bash("t1"));
    session.claude(2, name, { ...bash("t1"), ...members });
    assertObjectMatch(session.span("t1"), { status, error });
    assertEquals(session.record().totals?.errors, status === "failed" ? 1 : 0);
  });
}

Deno.test("errors of an agent that does not tell them are read where the head of the result does", () => {
  const session = new MemorySession();
  const end = (id: string, tool_response: string) =>
    session.claude(2, "PostToolUse", {
      transcript_path: null,
      turn_id: "1",
      ...bash(id),
      tool_response,
    });
  end("t1", "Done");
  assertEquals(session.record().agent, "codex");
  assertEquals(session.record().totals?.errors, null);
  end("t2", "Process exited with code 0\nOutput:\nProcess exited with code 9");
  assertEquals(session.record().totals?.errors, null);
  end("t3", "Chunk ID: 8\nProcess exited with code 1\nOutput:\n");
  assertEquals(session.record().totals?.errors, 1);
  assertObjectMatch(session.span("t3"), {
    status: "failed",
    error: "Process exited with code 1",
  });
  assertEquals(session.span("t1").status, "done");
});

const shells: [
  llmContent: string,
  status: string,
  error: string | null,
  errors: number | null,
][] = [
  ["Output: ok\nProcess Group PGID: 71", "done", null, 0],
  [
    "Output: (empty)\nExit Code: 3\nProcess Group PGID: 71",
    "failed",
    "Exit Code: 3",
    1,
  ],
  [
    `Output: ${'é\n"'.repeat(9000)}\nExit Code: 1\nProcess Group PGID: 71`,
    "failed",
    "Exit Code: 1",
    1,
  ],
  [
    `Output: ${
      "x".repeat(9000)
    }\nBackground PIDs: 7, 8\nProcess Group PGID: 71`,
    "done",
    null,
    0,
  ],
  ["Output: Exit Code: 3\nleft\nProcess Group PGID: 71", "done", null, 0],
  ["Output: a\nSignal: 9\nProcess Group PGID: 71", "failed", "Signal: 9", 1],
  [
    "Command: ls\nDirectory: (root)\nOutput: a\nError: (none)\nExit Code: 0\nSignal: (none)\nBackground PIDs: (none)\nProcess Group PGID: 71",
    "done",
    null,
    0,
  ],
  [
    "Command: ls\nDirectory: (root)\nOutput: a\nError: (none)\nExit Code: (none)\nSignal: (none)\nBackground PIDs: (none)\nProcess Group PGID: 71",
    "done",
    null,
    null,
  ],
  [
    "Command was cancelled by user before it could complete. There was no output before it was cancelled.",
    "interrupted",
    "Command was cancelled by user before it could complete.",
    0,
  ],
  [
    "Command was automatically cancelled because it exceeded the timeout of 5.0 minutes without output. Below is the output before it was cancelled:\nx",
    "failed",
    "Command was automatically cancelled because it exceeded the timeout of 5.0 minutes without output.",
    1,
  ],
  ["Exit Code: 3\nProcess Group PGID: 71", "done", null, null],
  ["the text of a file", "done", null, null],
];

for (const [llmContent, status, error, errors] of shells) {
  const name = llmContent.slice(-60).replaceAll("\n", " ");
  Deno.test(`a command of Gemini CLI is ${status} after "${name}"`, () => {
    const session = new MemorySession();
    gemini(session, 1, "PreToolUse", { command: "a" });
    gemini(session, 2, "PostToolUse", { command: "a" }, {
      tool_response: { llmContent, returnDisplay: "" },
    });
    const [node] = session.spans();
    assertObjectMatch({ ...node?.span }, { status, error });
    assertEquals(session.record().totals?.errors, errors);
  });
}

Deno.test("the later of two ends of a call counts", () => {
  const session = new MemorySession();
  session.claude(3, "PostToolUse", bash("t1"));
  session.claude(2, "PostToolUse", { ...bash("t1"), ...failure });
  assertEquals(session.span("t1").status, "done");
  session.claude(4, "PostToolUse", { ...bash("t1"), ...failure });
  assertEquals(session.span("t1").status, "failed");
  assertEquals(session.record().totals?.errors, 1);
});

Deno.test("an interrupt ends the open calls of its turn, and of no other", () => {
  const session = new MemorySession();
  session.claude(1, "PreToolUse", bash("old"));
  session.claude(2, "UserPromptSubmit");
  session.claude(3, "PreToolUse", bash("t1"));
  session.claude(3, "PreToolUse", { ...bash("t2"), agent_id: "a1" });
  session.claude(4, "Interrupt");
  session.claude(5, "PreToolUse", bash("t3"));
  session.claude(6, "Stop");
  session.claude(7, "Interrupt");
  const states = ["old", "t1", "t2", "t3"].map((id) => session.span(id));
  assertEquals(
    states.map(({ status, ended_at_ms, lead_time_ms }) => [
      status,
      ended_at_ms,
      lead_time_ms,
    ]),
    [
      ["orphaned", null, null],
      ["interrupted", 4, 1],
      ["open", null, null],
      ["orphaned", null, null],
    ],
  );
});

Deno.test("a session's end orphans every open call, also a subagent's; a session that another went on with has ended", () => {
  const session = new MemorySession();
  session.claude(1, "PreToolUse", bash("t1"));
  session.claude(1, "PreToolUse", { ...bash("t2"), agent_id: "a1" });
  session.claude(2, "SessionEnd");
  assertEquals(session.tree().length, 3);
  assertEquals(session.span("t1").status, "orphaned");
  assertEquals(session.span("t2").status, "orphaned");
});

Deno.test("paths, summaries and errors are read from what agents send", () => {
  const patch = "*** Begin Patch\n*** Update File: src/a.ts\n@@\n" +
    "*** Add File: b c.ts\n+*** Add File: no.ts\n*** Move to: d.ts\n*** End Patch";
  const inputs: [input: unknown, summary: string | null, paths: string[]][] = [
    [{ command: "deno  test\n--all" }, "deno test --all", []],
    [{ command: ["git", "log"] }, "git log", []],
    [{ file_path: "/w/a.ts", content: "x" }, "/w/a.ts", ["/w/a.ts"]],
    [{ notebook_path: "/w/n.ipynb" }, "/w/n.ipynb", ["/w/n.ipynb"]],
    [{ pattern: "TODO", path: "src" }, "TODO", ["src"]],
    [{ url: "https://x.test", prompt: "what" }, "https://x.test", []],
    [{ description: "look", prompt: "long" }, "look", []],
    [{ command: patch }, "src/a.ts b c.ts d.ts", [
      "b c.ts",
      "d.ts",
      "src/a.ts",
    ]],
    [{ input: patch }, "src/a.ts b c.ts d.ts", ["b c.ts", "d.ts", "src/a.ts"]],
    ['{"query":"x"}', "x", []],
    ["plain", "plain", []],
    [{}, null, []],
    [undefined, null, []],
    [{ command: "x".repeat(9000) }, "x".repeat(200), []],
    [{ command: "\u{1F600}".repeat(9000) }, "\u{1F600}".repeat(200), []],
    [{ command: `${"a".repeat(4095)}"\u{1F600}` }, "a".repeat(200), []],
  ];
  for (const [tool_input, summary, paths] of inputs) {
    const session = new MemorySession();
    session.claude(1, "PreToolUse", {
      tool_name: "T",
      tool_use_id: "t",
      tool_input,
    });
    assertObjectMatch(session.span("t"), { summary, paths });
  }
});

Deno.test("wait_ms is what the agent says, else what is left of the time from the request to the end", () => {
  const session = new MemorySession();
  session.claude(1000, "PreToolUse", bash("t1", "a"));
  session.claude(1000, "PreToolUse", bash("t2", "b"));
  session.claude(1000, "PreToolUse", bash("t3", "c"));
  session.claude(1000, "PreToolUse", bash("t4", "d"));
  session.claude(1500, "PermissionRequest", {
    ...bash("t1", "a"),
    tool_use_id: undefined,
  });
  session.claude(1600, "Notification", {
    notification_type: "permission_prompt",
  });
  session.claude(2000, "PermissionRequest", {
    ...bash("t2", "b"),
    tool_use_id: undefined,
  });
  session.claude(4000, "PostToolUse", { ...bash("t1", "a"), duration_ms: 500 });
  session.claude(5000, "PermissionDenied", bash("t2", "b"));
  session.claude(6000, "PostToolUse", { ...bash("t3", "c"), duration_ms: 100 });
  session.claude(7000, "PostToolUse", {
    ...bash("t4", "d"),
    permission_wait_ms: 42,
  });
  const waits = ["t1", "t2", "t3", "t4"].map((id) => session.span(id).wait_ms);
  assertEquals(waits, [2000, 3000, null, 42]);
});

/** Events of an agent that gives its calls no id. */
function gemini(
  session: MemorySession,
  ms: number,
  name: string,
  input?: Members,
  more: Members = {},
) {
  return session.send("claude", {
    hook_event_name: name,
    timestamp_ms: ms,
    transcript_path: "/home/u/.gemini/tmp/x/chats/s.json",
    tool_name: "run_shell_command",
    tool_input: input,
    ...more,
  });
}

Deno.test("an end without an id goes with the oldest open call of the same tool and arguments", () => {
  const session = new MemorySession();
  gemini(session, 1, "PreToolUse", { command: "a", mode: "sync" });
  gemini(session, 2, "PreToolUse", { command: "b" });
  gemini(session, 3, "PreToolUse", { command: "b" });
  gemini(session, 5, "PostToolUse", { command: "b" });
  gemini(session, 6, "PostToolUse", { command: "a" });
  gemini(session, 7, "PostToolUse", { command: "c" });
  assertEquals(session.record().totals?.tool_calls, 4);
  assertEquals(
    session.spans().map(({ span }) => [span.status, span.lead_time_ms]),
    [["done", 5], ["done", 3], ["open", null], ["done", null]],
  );
  gemini(session, 4, "PostToolUse", { command: "b" });
  assertEquals(session.record().totals?.tool_calls, 4);
  assertEquals(
    session.spans().map(({ span }) => [span.status, span.lead_time_ms]),
    [["done", 5], ["done", 2], ["done", 2], ["done", null]],
  );
});

Deno.test("a call without an id does not go on in the next turn", () => {
  const session = new MemorySession();
  gemini(session, 1, "PreToolUse", { command: "a" });
  session.claude(2, "UserPromptSubmit");
  gemini(session, 3, "PreToolUse", { command: "a" });
  gemini(session, 4, "PostToolUse", { command: "a" });
  assertEquals(
    session.spans().map(({ span }) => [span.status, span.lead_time_ms]),
    [["orphaned", null], ["done", 1]],
  );
});

function cursor(
  session: MemorySession,
  ms: number,
  name: string,
  members: Members,
) {
  return session.send("cursor", {
    hook_event_name: name,
    timestamp_ms: ms,
    cursor_version: "3.1.0",
    ...members,
  });
}

Deno.test("Cursor's pairs of events are calls", () => {
  const session = new MemorySession();
  cursor(session, 1, "beforeShellExecution", { command: "npm test" });
  cursor(session, 2, "afterShellExecution", {
    command: "npm test",
    duration: 1234,
  });
  cursor(session, 3, "afterFileEdit", { file_path: "/w/a.ts", edits: [] });
  const search = { tool_name: "search", tool_input: '{"q":"x"}' };
  cursor(session, 4, "beforeMCPExecution", {
    ...search,
    command: "npx linear",
  });
  cursor(session, 5, "afterMCPExecution", {
    ...search,
    result_json: "{}",
    duration: 250,
  });
  assertEquals(session.tree(), [
    "Shell npm test done",
    "Edit /w/a.ts done",
    "search done",
  ]);
  assertEquals(session.spans()[1]?.span.paths, ["/w/a.ts"]);
  assertEquals(session.spans().map(({ span }) => span.lead_time_ms), [
    1,
    null,
    1,
  ]);
  assertEquals(session.record().totals?.tool_calls, 3);
  assertEquals(session.record().totals?.errors, null);
});

Deno.test("Cursor's pairs and its events with an id are one call, in every order", () => {
  const shell = {
    tool_name: "Shell",
    tool_use_id: "t1",
    tool_input: { command: "npm test", working_directory: "/w" },
  };
  const edit = {
    tool_name: "Write",
    tool_use_id: "t2",
    tool_input: { file_path: "/w/a.ts", content: "x" },
  };
  const events: [ms: number, name: string, members: Members][] = [
    [1, "preToolUse", shell],
    [2, "beforeShellExecution", { command: "npm test" }],
    [8, "afterShellExecution", { command: "npm test", duration: 6 }],
    [9, "postToolUse", {
      ...shell,
      tool_input: { command: "npm test" },
      tool_output: '{"exitCode":1}',
    }],
    [10, "preToolUse", edit],
    [12, "postToolUse", edit],
    [13, "afterFileEdit", { file_path: "/w/a.ts" }],
  ];
  for (
    const order of [
      events,
      events.toReversed(),
      events.toSorted((a, b) => a[1] < b[1] ? -1 : 1),
    ]
  ) {
    const session = new MemorySession();
    for (const [ms, name, members] of order) cursor(session, ms, name, members);
    assertEquals(session.tree(), [
      "Shell npm test failed",
      "Write /w/a.ts done",
    ]);
    assertObjectMatch(session.span("t1"), { latency_ms: 6, lead_time_ms: 8 });
    assertEquals(session.record().totals?.tool_calls, 2);
    assertEquals(session.record().totals?.errors, 1);
  }
});

Deno.test("tokens and costs of a call count once, those of other events each; nothing reported is null", () => {
  const session = new MemorySession();
  session.claude(1, "SessionStart");
  assertObjectMatch(session.record(), {
    totals: {
      events: 1,
      tool_calls: 0,
      errors: 0,
      tokens_in: null,
      tokens_out: null,
      cost_usd_e6: null,
      cost_complete: false,
    },
  });
  session.claude(2, "PreToolUse", { ...bash("t1"), input_tokens: 5 });
  session.claude(3, "PostToolUse", {
    ...bash("t1"),
    input_tokens: 7,
    total_cost_usd: 0.5,
  });
  session.claude(4, "Stop", { input_tokens: 100, output_tokens: 0 });
  assertObjectMatch(session.record(), {
    totals: {
      tokens_in: 107,
      tokens_out: 0,
      cost_usd_e6: 500_000,
      cost_complete: true,
    },
  });
  session.claude(5, "PostToolUse", bash("t2"));
  assertObjectMatch(session.record(), { totals: { cost_complete: false } });
});

Deno.test("more open calls than the state holds are all there, and the oldest is the one that is told", () => {
  const session = new MemorySession();
  const count = 100;
  for (let i = 0; i < count; i++) {
    session.claude(i + 1, "PreToolUse", bash(`t${i}`, `c${i}`));
  }
  assertEquals(session.state.open.length <= 32, true);
  assertEquals(session.activity(), "Running tool 1 Bash c0");
  for (let i = 0; i < count; i++) {
    assertEquals(session.activity(), `Running tool ${i + 1} Bash c${i}`);
    session.claude(200 + i, "PostToolUse", bash(`t${i}`, `c${i}`));
  }
  assertEquals(session.activity(), `Running working ${199 + count}`);
  assertEquals(
    session.spans().every(({ span }) => span.status === "done"),
    true,
  );
  assertEquals(session.record().totals?.tool_calls, count);
});

const withoutId: [name: string, members: Members, errors: number | null][] = [
  ["postToolUse", { tool_name: "Shell", tool_input: { command: "ls" } }, 0],
  ["postToolUseFailure", { tool_name: "Shell", error_message: "no" }, 1],
  ["afterFileEdit", { file_path: "/w/a.ts", edits: [] }, null],
  ["afterShellExecution", { command: "ls", output: "x", duration: 1 }, null],
  ["beforeReadFile", { file_path: "/w/a.ts", content: "" }, null],
];
for (const [name, members, errors] of withoutId) {
  Deno.test(`Cursor's ${name} without an id is a call that has ended, with ${errors} errors`, () => {
    const session = new MemorySession();
    cursor(session, 1, name, members);
    const [node] = session.spans();
    const status = errors === 1 ? "failed" : "done";
    assertObjectMatch({ ...node?.span }, { status, ended_at_ms: 1 });
    assertEquals(session.record().totals?.errors, errors);
    assertEquals(session.activity().split(" ").slice(0, 2), [
      "Running",
      "working",
    ]);
  });
}

Deno.test("a turn's end reads no rows of a session whose calls have no ends, unless a subagent's may run", () => {
  const session = new MemorySession();
  for (let i = 0; i < 40; i++) {
    session.claude(1000 + i, "PreToolUse", bash(`t${i}`));
  }
  session.claude(2000, "Stop");
  assertEquals(session.reads, 0);
  assertEquals(session.state.spilled, null);
  session.claude(3000, "SubagentStart", { agent_id: "a", agent_type: "x" });
  for (let i = 40; i < 80; i++) {
    const agent = i === 79 ? { agent_id: "a", agent_type: "x" } : {};
    session.claude(3000 + i, "PreToolUse", { ...bash(`t${i}`), ...agent });
  }
  session.claude(4000, "Stop");
  assertEquals(session.reads, 1);
  assertEquals(session.state.open.map(({ callId }) => callId), ["t79"]);
  assertEquals(session.span("t39").status, "orphaned");
});
