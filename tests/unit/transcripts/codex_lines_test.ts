// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals } from "@std/assert";
import {
  codexLine,
  countLine,
  Folder,
  readAll,
  START_MS,
  THREAD,
  threadLine,
} from "./_transcripts.ts";

const CHILD = "019e5b00-0000-7000-8000-0000000000c1";
const context = (second: number, model: string, more = {}) =>
  codexLine(second, "turn_context", {
    cwd: "/repo/app",
    approval_policy: "on-request",
    model,
    effort: "medium",
    ...more,
  });

Deno.test("readTranscript() counts what each turn used, once, with the model of its turn", () => {
  using folder = new Folder();
  const path = folder.codex([
    threadLine(0),
    codexLine(1, "event_msg", { type: "token_count", info: null }),
    context(1, "gpt-5.5"),
    countLine(5, [100, 20, 30, 10], [100, 20, 30, 10]),
    countLine(6, [100, 20, 30, 10], [100, 20, 30, 10]), // only the limits changed
    countLine(9, [300, 120, 70, 10], [200, 100, 40, 0]),
    context(10, "gpt-5.5-mini"),
    countLine(12, [350, 120, 75, 10], null),
    countLine(13, null, [10, 50, 1, 0]),
    countLine(14, [350, 120, 75, 10], [0, 0, 0, 0]),
  ]);
  const { usage, mark } = readAll("codex", path);
  assertEquals(
    usage.map(({ model, ts_ms, tokens }) => [
      model,
      (ts_ms - START_MS) / 1000,
      tokens.input,
      tokens.cache_read,
      tokens.output,
      tokens.reasoning,
    ]),
    [
      ["gpt-5.5", 5, 80, 20, 30, 10],
      ["gpt-5.5", 9, 100, 100, 40, 0],
      ["gpt-5.5-mini", 12, 50, 0, 5, 0],
      ["gpt-5.5-mini", 13, 0, 10, 1, 0],
    ],
  );
  assertEquals(
    usage.map(({ session_id }) => session_id),
    Array(4).fill(THREAD),
  );
  assertEquals(new Set(usage.map(({ key }) => key)).size, 4);
  assertEquals(mark?.skipped, 0);
});

Deno.test("readTranscript() leaves out tokens of Codex whose count cannot be one", () => {
  using folder = new Folder();
  const path = folder.codex([
    threadLine(0),
    context(1, "gpt-5.5"),
    countLine(5, [100, 20, 30, 10], [100, 20, 30, 10]),
    countLine(6, null, [-1, 0, 5, 0]),
    // The sums tell what the message alone does not.
    countLine(7, [150, 20, 40, 10], [1.5, 0, 10, 0]),
  ]);
  const { usage, mark } = readAll("codex", path);
  assertEquals(
    usage.map(({ tokens }) => [tokens.input, tokens.output]),
    [[80, 30], [50, 10]],
  );
  assertEquals(mark?.skipped, 1);
});

Deno.test("readTranscript() knows a repeated count after it went on from a mark", () => {
  using folder = new Folder();
  const path = folder.codex([
    threadLine(0),
    context(1, "gpt-5.5"),
    countLine(5, [100, 20, 30, 10], [100, 20, 30, 10]),
  ]);
  const first = readAll("codex", path);
  Deno.writeTextFileSync(
    path,
    JSON.stringify(countLine(6, [100, 20, 30, 10], [100, 20, 30, 10])) + "\n" +
      JSON.stringify(countLine(8, [150, 20, 40, 10], [50, 0, 10, 0])) + "\n",
    { append: true },
  );
  const second = readAll("codex", path, { mark: first.mark });
  assertEquals(first.usage.length, 1);
  assertEquals(
    second.usage.map(({ tokens, model }) => [tokens.input, model]),
    [[50, "gpt-5.5"]],
  );
});

Deno.test("readTranscript() takes a total that begins anew after a compaction", () => {
  using folder = new Folder();
  const path = folder.codex([
    threadLine(0),
    context(1, "gpt-5.5"),
    countLine(5, [100, 20, 30, 10], [100, 20, 30, 10]),
    codexLine(6, "compacted", { message: "" }),
    countLine(7, [40, 0, 3, 0], [40, 0, 3, 0]),
    countLine(9, [50, 0, 4, 0], null),
  ]);
  assertEquals(
    readAll("codex", path).usage.map(({ tokens }) => tokens.input),
    [80, 40, 10],
  );
});

const copies: [name: string, meta: object, seconds: [number, number]][] = [
  ["a fork", { forked_from_id: THREAD }, [100, 100.2]],
  [
    "a subagent with its parent's history",
    { source: { subagent: { thread_spawn: { parent_thread_id: THREAD } } } },
    [100, 100.2],
  ],
  ["a thread that names an earlier one", {}, [100, 100.2]],
];

for (const [name, meta, [first, second]] of copies) {
  Deno.test(`readTranscript() does not count again what ${name} copied`, () => {
    using folder = new Folder();
    const path = folder.codex([
      threadLine(100, meta, CHILD),
      threadLine(100),
      context(100, "gpt-5.5"),
      codexLine(100, "event_msg", { type: "user_message", message: "fix it" }),
      codexLine(100, "response_item", {
        type: "function_call",
        name: "exec_command",
        arguments: '{"cmd":"ls"}',
        call_id: "call_1",
      }),
      countLine(first, [100, 20, 30, 10], [100, 20, 30, 10]),
      countLine(second, [300, 120, 70, 10], [200, 100, 40, 0]),
      context(110, "gpt-5.5"),
      countLine(120, [340, 120, 79, 10], [40, 0, 9, 0]),
    ], CHILD);
    const { usage, calls, events } = readAll("codex", path, { events: true });
    assertEquals(usage.map(({ tokens }) => tokens.input), [40]);
    assertEquals(calls, []);
    assertEquals(events, []);
  });
}

Deno.test("readTranscript() gives a copy with the original times the original's key", () => {
  using folder = new Folder();
  const parent = folder.codex([
    threadLine(0),
    context(1, "gpt-5.5"),
    countLine(5, [100, 20, 30, 10], [100, 20, 30, 10]),
  ]);
  const fork = folder.codex([
    threadLine(100, { forked_from_id: THREAD }, CHILD),
    context(1, "gpt-5.5"),
    countLine(5, [100, 20, 30, 10], [100, 20, 30, 10]),
    countLine(120, [140, 20, 39, 10], [40, 0, 9, 0]),
  ], CHILD);
  const [original] = readAll("codex", parent).usage;
  const [copy, own] = readAll("codex", fork).usage;
  assertEquals(copy?.key, original?.key);
  assertEquals(copy?.is_copy, true);
  assertEquals(own?.is_copy, false);
  assertEquals(own?.session_id, CHILD);
});

Deno.test("readTranscript() gives a subagent's thread to its session", () => {
  using folder = new Folder();
  const path = folder.codex([
    threadLine(100, {
      session_id: THREAD,
      thread_source: "subagent",
      parent_thread_id: THREAD,
    }, CHILD),
    context(100, "gpt-5.5"),
    countLine(120, [40, 0, 9, 0], [40, 0, 9, 0]),
  ], CHILD);
  const [fact] = readAll("codex", path).usage;
  assertEquals([fact?.session_id, fact?.agent_id], [THREAD, CHILD]);
});

Deno.test("readTranscript() makes the events that Codex' hooks would have told", () => {
  using folder = new Folder();
  const item = (second: number, payload: object) =>
    codexLine(second, "response_item", payload);
  const path = folder.codex([
    threadLine(0),
    context(1, "gpt-5.5", { turn_id: "7" }),
    item(1, { type: "message", role: "user", content: [] }),
    codexLine(1, "event_msg", { type: "user_message", message: "fix it" }),
    item(2, {
      type: "function_call",
      name: "shell",
      arguments: '{"command":["bash","-lc","cargo test"],"workdir":"/repo"}',
      call_id: "call_1",
    }),
    item(4, {
      type: "function_call_output",
      call_id: "call_1",
      output: "Process exited with code 1\nOutput:\nfailed",
    }),
    item(5, {
      type: "custom_tool_call",
      status: "completed",
      call_id: "call_2",
      name: "apply_patch",
      input: "*** Begin Patch\n*** Add File: a.ts\n+1\n*** End Patch",
    }),
    item(6, {
      type: "custom_tool_call_output",
      call_id: "call_2",
      output: '{"output":"Done","metadata":{"exit_code":0}}',
    }),
    item(7, {
      type: "local_shell_call",
      call_id: "call_3",
      status: "completed",
      action: { type: "exec", command: ["ls", "-l"] },
    }),
    codexLine(8, "event_msg", { type: "turn_aborted", reason: "interrupted" }),
    codexLine(9, "event_msg", {
      type: "task_complete",
      last_agent_message: "Done.",
    }),
  ]);
  const { events, calls } = readAll("codex", path, { events: true });
  const payloads = events.map(({ payload }) => JSON.parse(payload));
  assertEquals(
    payloads.map(({ hook_event_name, kaizen_id, tool_name }) => [
      hook_event_name,
      kaizen_id,
      tool_name,
    ]),
    [
      ["UserPromptSubmit", `tail-${START_MS + 1000}-prompt`, undefined],
      ["PreToolUse", "tail-call_1-call", "Bash"],
      ["PostToolUse", "tail-call_1-result", "Bash"],
      ["PreToolUse", "tail-call_2-call", "apply_patch"],
      ["PostToolUse", "tail-call_2-result", "apply_patch"],
      ["PreToolUse", "tail-call_3-call", "Bash"],
      ["Interrupt", `tail-${START_MS + 8000}-interrupt`, undefined],
      ["Stop", `tail-${START_MS + 9000}-stop`, undefined],
    ],
  );
  assertEquals(payloads[1].tool_input, {
    command: "cargo test",
    workdir: "/repo",
  });
  assertEquals(payloads[1].turn_id, "7");
  assertEquals(
    payloads[3].tool_input.command.split("\n")[1],
    "*** Add File: a.ts",
  );
  assertEquals(payloads[4].tool_response.metadata.exit_code, 0);
  assertEquals(payloads[5].tool_input, { command: "ls -l" });
  assertEquals(calls.map(({ tool }) => tool), ["Bash", "apply_patch", "Bash"]);
});

Deno.test("readTranscript() makes the end of a subagent's turn an event that names its transcript", () => {
  using folder = new Folder();
  const path = folder.codex([
    threadLine(0, {
      source: { subagent: { thread_spawn: { parent_thread_id: THREAD } } },
    }, CHILD),
    codexLine(3, "event_msg", { type: "user_message", message: "look" }),
    codexLine(9, "event_msg", {
      type: "task_complete",
      last_agent_message: "Found it.",
    }),
    codexLine(12, "event_msg", { type: "turn_aborted" }),
  ], CHILD);
  const { events } = readAll("codex", path, { events: true });
  const payloads = events.map(({ payload }) => JSON.parse(payload));
  assertEquals(
    payloads.map(({ hook_event_name, session_id, ...more }) => [
      hook_event_name,
      session_id,
      more.agent_id,
      more.agent_transcript_path,
      more.last_assistant_message,
    ]),
    [
      ["SubagentStop", THREAD, CHILD, path, "Found it."],
      ["SubagentStop", THREAD, CHILD, path, undefined],
    ],
  );
  assertEquals(new Set(events.map(({ id }) => id)).size, 2);
});
