// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals } from "@std/assert";
import { cellWidth } from "../../../src/output/cells.ts";
import { renderEvents } from "../../../src/output/event_table.ts";
import { makePaint } from "../../../src/output/paint.ts";
import { event, span, START_MS } from "./_samples.ts";

const options = {
  paint: makePaint(false),
  width: 100,
  startMs: START_MS,
  full: false,
  titles: true,
};
const call = event({
  seq: 7,
  ts_ms: START_MS + 1_234,
  kind: "ToolCall",
  tool: "Bash",
  tokens_in: 100,
  tokens_out: 20,
  cost_usd_e6: 4_200,
  latency_ms: 1_500,
  payload: {
    hook_event_name: "PreToolUse",
    tool_input: { command: "ls -la\n" },
  },
});

Deno.test("renderEvents() shows when, what, with which tool, and what it cost", () => {
  assertEquals(renderEvents([call], options), [
    "SEQ     TIME  EVENT       TOOL  DURATION  TOKENS     COST  ABOUT",
    "  7  +1.234s  PreToolUse  Bash      1.5s     120  $0.0042  ls -la",
  ]);
});

Deno.test("renderEvents() leaves titles out for lines that follow others", () => {
  assertEquals(renderEvents([call], { ...options, titles: false }).length, 1);
});

Deno.test("renderEvents() puts steady lines below each other, with any content", () => {
  const steady = { ...options, width: 120, isSteady: true };
  const [titles = "", first = ""] = renderEvents([event()], steady);
  const [later = ""] = renderEvents([call], { ...steady, titles: false });
  assertEquals(
    [titles, first, later],
    [
      " SEQ       TIME  EVENT               TOOL          DURATION  TOKENS     COST  ABOUT",
      "   0    +0.000s  Lifecycle",
      "   7    +1.234s  PreToolUse          Bash              1.5s     120  $0.0042  ls -la",
    ],
  );
});

Deno.test("renderEvents() keeps the duration in 80 steady columns, and drops what agents do not send", () => {
  const [titles = ""] = renderEvents([event()], {
    ...options,
    width: 80,
    isSteady: true,
  });
  assertEquals(
    titles,
    " SEQ       TIME  EVENT              TOOL     DURATION  ABOUT",
  );
});

Deno.test("renderEvents() shows why a call failed, and how long it took if its own event does not say", () => {
  const id = { tool: "Bash", tool_call_id: "c1" };
  const input = { tool_input: { command: "make" } };
  const lines = renderEvents(
    [
      event({ ...id, kind: "ToolCall", payload: input }),
      event({
        ...id,
        kind: "ToolResult",
        payload: { agent_event: "PostToolUseFailure", ...input, error: "x" },
      }),
      event({
        kind: "Hook",
        payload: {
          event: "post-commit",
          git: { commit: "0123456789abcdef", subject: "Fix it" },
        },
      }),
    ],
    {
      ...options,
      calls: [
        span({ tool_call_id: "c1", status: "failed", error: "Exit code 2" }),
      ],
    },
  );
  assertEquals(lines.slice(1), [
    "  0  +0.000s  ToolCall            Bash            make",
    "  0  +0.000s  PostToolUseFailure  Bash     750ms  Exit code 2",
    "  0  +0.000s  post-commit                         012345678 Fix it",
  ]);
});

const names: [payload: Record<string, string>, name: string][] = [
  [{ hook_event_name: "Stop", event: "x" }, "Stop"],
  [
    { agent_event: "PostToolUseFailure", hook_event_name: "PostToolUse" },
    "PostToolUseFailure",
  ],
  [{ event: "SessionStart" }, "SessionStart"],
  [{ type: "command:new" }, "command:new"],
  [{}, "Lifecycle"],
];
for (const [payload, name] of names) {
  Deno.test(`renderEvents() calls an event of ${JSON.stringify(payload)} ${name}`, () => {
    const [line = ""] = renderEvents([event({ payload })], {
      ...options,
      titles: false,
    });
    assert(line.includes(`  ${name}`), line);
  });
}

Deno.test("renderEvents() shows a payload whole if that is wanted, and none of it as a line of its own making", () => {
  const payload = {
    text: "a\n  7  +0.000s  Forged",
    list: [1, 18446744073709551615n, []],
    empty: {},
    bidi: "\u202e",
  };
  const lines = renderEvents([event({ payload })], {
    ...options,
    full: true,
    titles: false,
  });
  assertEquals(lines.slice(1), [
    "    {",
    '      "text": "a\\n  7  +0.000s  Forged",',
    '      "list": [',
    "        1,",
    "        18446744073709551615,",
    "        []",
    "      ],",
    '      "empty": {},',
    '      "bidi": "\\u{202e}"',
    "    }",
  ]);
});

Deno.test("renderEvents() fits every width", () => {
  const wide = event({
    tool: "你".repeat(50),
    payload: { prompt: "x".repeat(900) },
  });
  for (const width of [24, 60, 80, 120]) {
    const lines = renderEvents([call, wide], { ...options, width });
    assert(lines.every((line) => cellWidth(line) <= width), lines.join("\n"));
  }
});
