// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals } from "@std/assert";
import { type Home, tempHome } from "./harness.ts";

interface Line {
  agent: string;
  event: string;
  payload: Record<string, unknown>;
}

interface StoredEvent {
  kind: string;
  tool: string | null;
  tool_call_id: string | null;
  latency_ms: number | null;
  payload: Record<string, unknown>;
}

interface Detail {
  session: { agent: string; workspace: string; status: string };
  events: StoredEvent[];
  spans: Node[];
}

interface Node {
  span: { span_id: string; status: string };
  children: Node[];
}

function flatten(nodes: Node[]): Node["span"][] {
  return nodes.flatMap(({ span, children }) => [span, ...flatten(children)]);
}

const lines: Line[] = Deno.readTextFileSync(
  new URL("../fixtures/agent_hooks.jsonl", import.meta.url),
).trimEnd().split("\n").map((line) => JSON.parse(line));

/** The kind that each event of an agent is stored as; those left out are of kind `Hook`. */
const kinds: Record<string, Record<string, string>> = {
  "claude-code": {
    SessionStart: "Lifecycle",
    UserPromptSubmit: "Lifecycle",
    PreToolUse: "ToolCall",
    PostToolUse: "ToolResult",
    PostToolUseFailure: "ToolResult",
    PermissionRequest: "Lifecycle",
    Notification: "Lifecycle",
    SubagentStart: "Lifecycle",
    SubagentStop: "Lifecycle",
    Stop: "Lifecycle",
    StopFailure: "Lifecycle",
    SessionEnd: "Lifecycle",
  },
  codex: {
    SessionStart: "Lifecycle",
    UserPromptSubmit: "Lifecycle",
    PreToolUse: "ToolCall",
    PostToolUse: "ToolResult",
    PermissionRequest: "Lifecycle",
    SubagentStop: "Lifecycle",
    Stop: "Lifecycle",
    Interrupt: "Lifecycle",
    SessionEnd: "Lifecycle",
  },
  cursor: {
    sessionStart: "Lifecycle",
    sessionEnd: "Lifecycle",
    beforeSubmitPrompt: "Lifecycle",
    preToolUse: "ToolCall",
    postToolUse: "ToolResult",
    postToolUseFailure: "ToolResult",
    subagentStart: "Lifecycle",
    subagentStop: "Lifecycle",
    stop: "Lifecycle",
  },
  openclaw: {
    "command:new": "Lifecycle",
    "message:received": "Lifecycle",
    "message:sent": "ToolCall",
  },
  gemini: {
    SessionStart: "Lifecycle",
    BeforeAgent: "Lifecycle",
    BeforeTool: "ToolCall",
    AfterTool: "ToolResult",
    AfterAgent: "Lifecycle",
    Notification: "Lifecycle",
    SessionEnd: "Lifecycle",
  },
  copilot: {
    sessionStart: "Lifecycle",
    userPromptSubmitted: "Lifecycle",
    preToolUse: "ToolCall",
    postToolUse: "ToolResult",
    postToolUseFailure: "ToolResult",
    agentStop: "Lifecycle",
    sessionEnd: "Lifecycle",
    PostToolUse: "ToolResult",
  },
  vibe: {
    pre_tool: "ToolCall",
    post_tool: "ToolResult",
    post_agent: "Lifecycle",
  },
};

function sessionOf({ payload }: Line): string {
  return String(
    payload.session_id ?? payload.conversation_id ?? payload.sessionKey ??
      payload.sessionId,
  );
}

/** Runs a hook for each event, one after the other. */
async function runHooks(
  home: Home,
  own: Line[],
  source: string,
): Promise<void> {
  for (const { event, payload } of own) {
    const named = "sessionId" in payload ? ["--event", event] : [];
    const { code, stdout, stderr } = await home.run(
      ["ingest", "hook", "--source", source, ...named],
      { stdin: JSON.stringify(payload) },
    );
    assertEquals([code, stdout, stderr], [0, "", ""]);
  }
}

/** Hands all events over in one go. */
async function ingestLines(
  home: Home,
  own: Line[],
  source: string,
): Promise<void> {
  const { code, stdout, stderr } = await home.run(
    ["ingest", "--source", source, "--ndjson"],
    { stdin: own.map(({ payload }) => JSON.stringify(payload)).join("\n") },
  );
  assertEquals([code, stdout, stderr], [0, "", ""]);
}

async function readDetail(
  home: Home,
  session: string,
  workspace: string,
): Promise<Detail> {
  const { stdout } = await home.run([
    "detail",
    session,
    "--workspace",
    workspace,
    "--json",
  ]);
  return JSON.parse(stdout);
}

const agents: [
  name: string,
  agent: string,
  given: string,
  how: "hooks" | "lines",
][] = [
  ["claude-code", "claude", "claude", "hooks"],
  ["codex", "codex", "codex", "hooks"],
  ["cursor", "cursor", "cursor", "hooks"],
  ["openclaw", "openclaw", "openclaw", "hooks"],
  ["vibe", "vibe", "vibe", "hooks"],
  ["gemini", "gemini", "gemini", "hooks"],
  ["copilot", "copilot", "copilot", "hooks"],
  // Agents run each other's hooks.
  ["claude-code", "claude", "cursor", "lines"],
  ["codex", "codex", "claude", "lines"],
  ["cursor", "cursor", "claude", "lines"],
  ["openclaw", "openclaw", "claude", "lines"],
  ["vibe", "vibe", "codex", "lines"],
  ["gemini", "gemini", "claude", "lines"],
];

for (const [name, agent, given, how] of agents) {
  Deno.test(`every event of ${name} is stored as what it is, as ${how} for ${given}`, async () => {
    await using home = await tempHome();
    await using _daemon = await home.startDaemon();
    const own = lines.filter((line) => line.agent === name);
    assert(own.length > 0);
    if (how === "hooks") await runHooks(home, own, given);
    else await ingestLines(home, own, given);
    const workspace = agent === "openclaw" ? home.workspace : "/repo/app";
    for (const session of new Set(own.map(sessionOf))) {
      const expected = own.filter((line) => sessionOf(line) === session);
      const detail = await readDetail(home, session, workspace);
      const isGuest = detail.events.every((event) =>
        event.payload.kaizen_agent === agent
      );
      assertEquals(detail.session.agent, agent);
      assertEquals(isGuest, ["codex", "copilot", "gemini"].includes(agent));
      assertEquals(detail.session.workspace, workspace);
      assertEquals(
        detail.events.map(({ kind }) => kind),
        expected.map(({ event }) => kinds[name]?.[event] ?? "Hook"),
      );
      for (const [i, { event, payload }] of expected.entries()) {
        const stored = detail.events[i];
        const tool = payload.tool_name ?? payload.toolName ?? null;
        assertEquals(stored?.tool, tool, event);
        const call = payload.tool_use_id ?? payload.tool_call_id ?? null;
        assertEquals(stored?.tool_call_id, call, event);
        const known = [
          stored?.payload.agent_event,
          stored?.payload.hook_event_name,
          stored?.payload.event,
        ];
        assert(known.includes(event), `${event} can be told: ${known}`);
      }
    }
    const { stdout } = await home.run(["spool", "status", "--json"]);
    const { pending, rejected, failures } = JSON.parse(stdout);
    assertEquals([pending, rejected, failures], [0, 0, 0]);
  });
}

/**
 * Agents with their names of a call's events, the key of the wire's name, and the name kept in
 * `agent_event`.
 */
const failing: {
  agent: string;
  call: string;
  result: string;
  failure: string;
  key: string;
  kept?: string;
}[] = [
  {
    agent: "claude",
    call: "PreToolUse",
    result: "PostToolUse",
    failure: "PostToolUseFailure",
    key: "hook_event_name",
  },
  {
    agent: "cursor",
    call: "preToolUse",
    result: "postToolUse",
    failure: "postToolUseFailure",
    key: "event",
    kept: "postToolUse",
  },
];

for (const { agent, call, result, failure, key, kept } of failing) {
  Deno.test(`a failed tool call of ${agent} closes its span and can be told from one that worked`, async () => {
    await using home = await tempHome();
    await using _daemon = await home.startDaemon();
    const event = (name: string, id: string, more = {}) =>
      JSON.stringify({
        hook_event_name: name,
        session_id: "s",
        cwd: home.workspace,
        tool_name: "Bash",
        tool_use_id: id,
        ...more,
      });
    const events = [
      event(call, "worked"),
      event(call, "failed"),
      event(failure, "failed", { error: "Exit code 1", duration_ms: 7 }),
      event(result, "worked", { duration_ms: 8 }),
    ];
    for (const stdin of events) {
      await home.run(["ingest", "hook", "--source", agent], { stdin });
    }
    const detail = await readDetail(home, "s", home.workspace);
    assertEquals(
      flatten(detail.spans).map(({ span_id, status }) => [span_id, status]),
      [["v1:1:s:worked", "done"], ["v1:1:s:failed", "failed"]],
    );
    const results = detail.events.filter(({ kind }) => kind === "ToolResult");
    assertEquals(
      results.map(({ payload, latency_ms }) => [
        payload[key],
        payload.agent_event,
        latency_ms,
      ]),
      [["PostToolUse", failure, 7], ["PostToolUse", kept, 8]],
    );
  });
}

Deno.test("an event that the hooks of the user and of the repository both deliver is stored once", async () => {
  await using home = await tempHome();
  const workspace = "/repo/app";
  const common = {
    session_id: "s",
    transcript_path: "/t",
    cwd: workspace,
    permission_mode: "default",
    model: "gpt-5.5",
    turn_id: "7",
  };
  const bash = { tool_name: "Bash", tool_input: { command: "ls" } };
  const payloads = [
    { hook_event_name: "UserPromptSubmit", prompt: "fix it" },
    { hook_event_name: "PreToolUse", ...bash, tool_use_id: "c1" },
    { hook_event_name: "PostToolUse", ...bash, tool_use_id: "c1" },
    { hook_event_name: "PreToolUse", ...bash, tool_use_id: "c2" },
    { hook_event_name: "Stop", last_assistant_message: "Done." },
  ];
  for (const [i, payload] of payloads.entries()) {
    // On a busy machine one of the two processes may start much later.
    const timestamp_ms = 1_800_000_000_000 + i;
    const stdin = JSON.stringify({ ...common, ...payload, timestamp_ms });
    const args = ["ingest", "hook", "--source", "codex"];
    await Promise.all([home.run(args, { stdin }), home.run(args, { stdin })]);
  }
  await home.run(["spool", "flush"]);
  const { events } = await readDetail(home, "s", workspace);
  assertEquals(
    events.map(({ payload }) => payload.hook_event_name),
    payloads.map(({ hook_event_name }) => hook_event_name),
  );
});
