// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { toDelivered } from "../../driver/deliver.ts";
import { anyConversation, playDay } from "../../driver/mod.ts";
import {
  type Delivered,
  flatten,
  type ModelSession,
  modelSessions,
} from "../../model/mod.ts";

const NOW = 1_800_000_000_000;
const START = NOW - 60_000;

/** Events of one session, a second apart unless they have a time of their own. */
function told(
  source: string,
  ...events: Record<string, unknown>[]
): Delivered[] {
  return events.map((event, i) => ({
    source,
    payload: JSON.stringify({ session_id: "s", ...event }),
    tsMs: START + i * 1000,
    id: `k${i}`,
    workspace: "/w/app",
  }));
}

function sessionOf(events: Delivered[], nowMs = NOW): ModelSession {
  const [session] = modelSessions(events, nowMs);
  if (session === undefined) throw new RangeError("no session");
  return session;
}

const START_EVENT = {
  hook_event_name: "SessionStart",
  source: "startup",
  model: "claude-sonnet-5",
};
const PROMPT = { hook_event_name: "UserPromptSubmit", prompt: "fix it" };
const STOP = { hook_event_name: "Stop", background_tasks: [] };

function pre(id: string, tool = "Bash", more: Record<string, unknown> = {}) {
  return {
    hook_event_name: "PreToolUse",
    tool_name: tool,
    tool_input: { command: "ls" },
    tool_use_id: id,
    permission_mode: "default",
    ...more,
  };
}

function post(id: string, tool = "Bash", more: Record<string, unknown> = {}) {
  return {
    ...pre(id, tool),
    hook_event_name: "PostToolUse",
    tool_response: { stdout: "", stderr: "" },
    duration_ms: 400,
    ...more,
  };
}

/** The result of each list of events: status, state, tool. */
const STATES: [
  name: string,
  events: Record<string, unknown>[],
  state: [status: string, state: string, tool: string | null],
][] = [
  ["a start that nothing followed", [START_EVENT], ["Idle", "idle", null]],
  ["a prompt", [START_EVENT, PROMPT], ["Running", "working", null]],
  ["an open call", [PROMPT, pre("a")], ["Running", "tool", "Bash"]],
  ["a finished call", [PROMPT, pre("a"), post("a")], [
    "Running",
    "working",
    null,
  ]],
  ["a permission that is asked for", [
    PROMPT,
    pre("a"),
    { hook_event_name: "PermissionRequest", tool_name: "Bash" },
  ], ["Waiting", "needs_permission", "Bash"]],
  ["the same, told by a notification only", [
    PROMPT,
    pre("a"),
    {
      hook_event_name: "Notification",
      notification_type: "permission_prompt",
    },
  ], ["Waiting", "needs_permission", "Bash"]],
  ["a permission that was given", [
    PROMPT,
    pre("a"),
    { hook_event_name: "PermissionRequest", tool_name: "Bash" },
    post("a"),
  ], ["Running", "working", null]],
  ["a permission that was denied", [
    PROMPT,
    pre("a"),
    { hook_event_name: "PermissionRequest", tool_name: "Bash" },
    { ...pre("a"), hook_event_name: "PermissionDenied", reason: "no" },
  ], ["Running", "working", null]],
  ["an open question", [PROMPT, pre("a", "AskUserQuestion")], [
    "Waiting",
    "needs_answer",
    "AskUserQuestion",
  ]],
  ["a server's question", [PROMPT, { hook_event_name: "Elicitation" }], [
    "Waiting",
    "needs_answer",
    null,
  ]],
  ["the end of a turn", [PROMPT, STOP], ["Idle", "idle", null]],
  ["the end of a turn while a task runs in the background", [
    PROMPT,
    {
      ...STOP,
      background_tasks: [{ id: "a1", type: "subagent", status: "running" }],
    },
  ], ["Running", "working", null]],
  ["the same, after that task has ended", [
    PROMPT,
    { hook_event_name: "SubagentStart", agent_id: "a1", agent_type: "Explore" },
    {
      ...STOP,
      background_tasks: [{ id: "a1", type: "subagent", status: "running" }],
    },
    { hook_event_name: "SubagentStop", agent_id: "a1", agent_type: "Explore" },
  ], ["Idle", "idle", null]],
  ["a turn that failed", [PROMPT, {
    hook_event_name: "StopFailure",
    error: "rate_limit",
  }], ["Idle", "failed", null]],
  ["a compaction", [
    PROMPT,
    { hook_event_name: "PreCompact" },
    { ...START_EVENT, source: "compact" },
  ], ["Running", "working", null]],
  ["a call that the user stopped", [
    PROMPT,
    pre("a"),
    {
      ...pre("a"),
      hook_event_name: "PostToolUseFailure",
      error: "stopped",
      is_interrupt: true,
    },
  ], ["Idle", "idle", null]],
  ["the end", [PROMPT, { hook_event_name: "SessionEnd" }], [
    "Done",
    "ended",
    null,
  ]],
];

for (const [name, events, state] of STATES) {
  Deno.test(`modelSessions() tells the state after ${name}`, () => {
    const { status, activity } = sessionOf(told("claude", ...events));
    assertEquals([status, activity.state, activity.tool], state);
  });
}

Deno.test("modelSessions() calls a session silent after 30 minutes, after 12 hours if a call is open", () => {
  const stateAfter = (events: Record<string, unknown>[], ms: number) =>
    sessionOf(told("claude", ...events), START + 1000 + ms).activity.state;
  const open = [PROMPT, pre("a")];
  const closed = [PROMPT, { hook_event_name: "PreCompact" }];
  assertEquals(stateAfter(closed, 1_799_999), "working");
  assertEquals(stateAfter(closed, 1_800_000), "silent");
  assertEquals(stateAfter(open, 43_199_999), "tool");
  assertEquals(stateAfter(open, 43_200_000), "silent");
});

Deno.test("modelSessions() lets a compaction and a resume leave the start where it is, and a resume take back the end", () => {
  const events = [
    START_EVENT,
    PROMPT,
    { hook_event_name: "SessionEnd" },
    { ...START_EVENT, source: "resume", model: "claude-opus-4-7" },
    { ...START_EVENT, source: "compact", model: null },
  ];
  const session = sessionOf(told("claude", ...events));
  assertEquals(
    [session.started_at_ms, session.ended_at_ms, session.last_event_at_ms],
    [START, null, START + 4000],
  );
  assertEquals([session.model, session.title], ["claude-opus-4-7", "fix it"]);
  const over = sessionOf(told("claude", ...events.slice(0, 3)));
  assertEquals([over.ended_at_ms, over.status], [START + 2000, "Done"]);
});

Deno.test("modelSessions() ends a session whose transcript another one has taken over", () => {
  const trace = { transcript_path: "/home/dev/.claude/projects/-app/t.jsonl" };
  const [old, next] = [
    told("claude", { ...START_EVENT, ...trace }, { ...PROMPT, ...trace }),
    told("claude", { ...START_EVENT, session_id: "n", ...trace })
      .map((event) => ({ ...event, tsMs: START + 9000, id: "n0" })),
  ];
  const sessions = modelSessions([...old, ...next], NOW);
  assertEquals(
    sessions.map(({ id, status, ended_at_ms }) => [id, status, ended_at_ms]),
    [["n", "Idle", null], ["s", "Done", START + 9000]],
  );
});

Deno.test("modelSessions() makes one span of a call, from the first event that names it", () => {
  const spans = (...events: Record<string, unknown>[]) =>
    sessionOf(told("claude", ...events)).spans.map((
      { tool_call_id, status, lead_time_ms },
    ) => [tool_call_id, status, lead_time_ms]);
  assertEquals(spans(pre("a")), [["a", "open", null]]);
  assertEquals(spans(pre("a"), post("a")), [["a", "done", 1000]]);
  assertEquals(spans(post("a")), [["a", "done", null]]);
  assertEquals(spans(pre("a"), STOP), [["a", "orphaned", null]]);
  assertEquals(spans(pre("a"), STOP, post("a")), [["a", "done", 2000]]);
  assertEquals(spans(pre("a"), { hook_event_name: "Interrupt" }), [
    ["a", "interrupted", 1000],
  ]);
  assertEquals(
    spans(
      pre("denied"),
      { ...pre("denied"), hook_event_name: "PermissionDenied" },
      ...["b", "c"].flatMap((id) => [pre(id), post(id)]),
    ),
    [["denied", "denied", 1000], ["b", "done", 1000], ["c", "done", 1000]],
  );
});

Deno.test("modelSessions() pairs events without an id, the oldest call of the same tool and input first", () => {
  const call = (name: string, command: string) => ({
    hook_event_name: name,
    tool_name: "run_shell_command",
    tool_input: { command },
  });
  const { spans } = sessionOf(told(
    "gemini",
    call("BeforeTool", "one"),
    call("BeforeTool", "two"),
    call("BeforeTool", "one"),
    call("AfterTool", "two"),
    call("AfterTool", "one"),
    call("AfterTool", "three"),
  ));
  assertEquals(
    spans.map(({ summary, status, lead_time_ms }) => [
      summary,
      status,
      lead_time_ms,
    ]),
    [
      ["one", "done", 4000],
      ["two", "done", 2000],
      ["one", "open", null],
      ["three", "done", null],
    ],
  );
});

Deno.test("modelSessions() shows how long a permission was waited for", () => {
  const request = { hook_event_name: "PermissionRequest", tool_name: "Bash" };
  const [span] = sessionOf(told("claude", pre("a"), request, PROMPT)).spans;
  assertEquals([span?.status, span?.wait_ms], ["orphaned", null]);
  const [given] = sessionOf(
    told("claude", pre("a"), request, post("a", "Bash", { duration_ms: 300 })),
  ).spans;
  assertEquals([given?.wait_ms, given?.latency_ms], [700, 300]);
});

/** A call that starts a subagent, and events around it. */
const AGENT = { subagent_type: "Explore", description: "look" };
const launch = (id: string) => pre(id, "Agent", { tool_input: AGENT });
const begin = (id: string) => ({
  hook_event_name: "SubagentStart",
  agent_id: id,
  agent_type: "Explore",
});
const report = (id: string, agent: string) =>
  post(id, "Agent", {
    tool_input: AGENT,
    tool_response: { status: "completed", agentId: agent },
  });
const inside = (agent: string) => ({ agent_id: agent, agent_type: "Explore" });

/** A tree as text: each span's call or agent, with its children in brackets. */
function outline(session: ModelSession): string {
  const print = (span: ModelSession["spans"][number]): string => {
    const name = span.is_agent ? `agent ${span.agent_id}` : span.tool_call_id;
    return span.children.length === 0
      ? `${name}`
      : `${name}(${span.children.map(print).join(" ")})`;
  };
  return session.spans.map(print).join(" ");
}

const TREES: [name: string, events: Record<string, unknown>[], tree: string][] =
  [
    [
      "calls that merely overlap",
      [pre("a"), pre("b"), post("b"), post("a")],
      "a b",
    ],
    ["the only subagent", [
      launch("A"),
      begin("a1"),
      pre("x", "Read", inside("a1")),
    ], "A(x)"],
    ["two subagents at once that nothing tells apart", [
      launch("A"),
      launch("B"),
      begin("a1"),
      begin("a2"),
      pre("x", "Read", inside("a1")),
      pre("y", "Read", inside("a2")),
    ], "A B agent a1(x) agent a2(y)"],
    ["the same, after one result has named its own", [
      launch("A"),
      launch("B"),
      begin("a1"),
      begin("a2"),
      pre("x", "Read", inside("a1")),
      pre("y", "Read", inside("a2")),
      report("B", "a1"),
    ], "A(y) B(x)"],
    ["a subagent's subagent", [
      launch("A"),
      begin("a1"),
      { ...launch("N"), ...inside("a1") },
      pre("w"),
      begin("a2"),
      pre("x", "Read", inside("a2")),
      { ...report("N", "a2"), ...inside("a1") },
    ], "A(N(x)) w"],
    ["a subagent that no call is known to have started", [
      pre("x", "Read", inside("a9")),
    ], "agent a9(x)"],
  ];

for (const [name, events, tree] of TREES) {
  Deno.test(`modelSessions() finds the place of ${name}`, () => {
    const session = sessionOf(told("claude", ...events));
    assertEquals(outline(session), tree);
    for (const { depth, children } of flatten(session.spans)) {
      for (const child of children) assertEquals(child.depth, depth + 1);
    }
  });
}

Deno.test("modelSessions() adds up the tree, and knows nothing without an event", () => {
  const figures = { total_cost_usd: 0.5, input_tokens: 10, output_tokens: 2 };
  const { spans: [span], totals } = sessionOf(told(
    "claude",
    launch("A"),
    begin("a1"),
    pre("x", "Read", inside("a1")),
    post("x", "Read", { ...inside("a1"), ...figures }),
    report("A", "a1"),
  ));
  assertEquals(
    [span?.cost_usd_e6, span?.subtree_cost_usd_e6, span?.subtree_token_count],
    [null, 500_000, 12],
  );
  assertEquals([totals.cost_usd_e6, totals.tokens_in, totals.tokens_out], [
    500_000,
    10,
    2,
  ]);
  const { totals: none } = sessionOf(told("claude", PROMPT));
  assertEquals([none.cost_usd_e6, none.tokens_in, none.errors], [
    null,
    null,
    0,
  ]);
});

Deno.test("modelSessions() stores once what two configurations deliver", () => {
  const fields = { conversation_id: "s", cursor_version: "3.9.1" };
  const prompt = {
    ...fields,
    hook_event_name: "beforeSubmitPrompt",
    prompt: "x",
  };
  const both = ["cursor", "claude", "cursor", "claude"].map((source, i) => ({
    source,
    payload: JSON.stringify(prompt),
    tsMs: START + i,
    id: `k${i}`,
    workspace: "/w/app",
  }));
  const session = sessionOf(both);
  assertEquals([session.totals.events, session.agent], [2, "cursor"]);
});

Deno.test("modelSessions() agrees with the driver's own record of a day", () => {
  const { stage } = playDay({ app: "/w/app", lib: "/w/lib", nowMs: NOW });
  const sessions = modelSessions(stage.hooks.map(toDelivered), NOW);
  for (const played of stage.sessions) {
    const session = sessions.find(({ id }) => id === played.id);
    assertEquals(
      {
        agent: session?.agent,
        title: session?.title,
        started: session?.started_at_ms,
        last: session?.last_event_at_ms,
        ended: session?.ended_at_ms,
        state: session?.activity.state,
        events: session?.totals.events,
      },
      {
        agent: played.agent,
        title: played.title,
        started: played.startedMs,
        last: played.lastMs,
        ended: played.endedMs,
        state: played.state,
        events: played.events,
      },
      played.id,
    );
    const spans = flatten(session?.spans ?? []).filter((span) =>
      !span.is_agent
    );
    const inOrder = <T>(rows: T[]) =>
      rows.map((row) => JSON.stringify(row)).sort();
    assertEquals(
      inOrder(spans.map((span) => [
        span.tool_call_id,
        span.tool,
        span.started_at_ms ?? span.ended_at_ms,
        span.ended_at_ms,
        span.status,
        span.error,
        span.latency_ms,
        span.wait_ms,
        span.summary,
        span.agent_id,
      ])),
      inOrder(played.calls.map((call) => [
        call.id,
        call.tool,
        call.startedMs,
        call.endedMs,
        call.outcome === "unknown" ? "done" : call.outcome,
        call.error,
        call.latencyMs,
        call.waitMs,
        call.summary,
        call.by?.id ?? null,
      ])),
      played.id,
    );
  }
});

function byId<T extends { id: string }>(events: readonly T[]): T[] {
  return events.toSorted((a, b) => a.id < b.id ? -1 : 1);
}

Deno.test("modelSessions() says the same for every order of arrival of what is sent once", () => {
  const options = { folder: "/w/app", nowMs: NOW, prefix: "" };
  fc.assert(
    fc.property(anyConversation(() => options), ({ arrivals }) => {
      // Of two acts with the same fields the first is left, and the first of their copies.
      const firsts = new Map(
        byId(arrivals).toReversed().map((
          { source, fields, id },
        ) => [JSON.stringify([source, fields]), id]),
      );
      const once = new Set(firsts.values());
      const delivered = arrivals
        .filter(({ id }, i) =>
          once.has(id) && arrivals.findIndex((one) => one.id === id) === i
        )
        .map(toDelivered);
      const sent = byId(delivered);
      assertEquals(modelSessions(delivered, NOW), modelSessions(sent, NOW));
    }),
    { numRuns: 100 },
  );
});
