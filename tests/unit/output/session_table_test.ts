// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals } from "@std/assert";
import { makePaint } from "../../../src/output/paint.ts";
import { renderSessions } from "../../../src/output/session_table.ts";
import { cellWidth } from "../../../src/output/cells.ts";
import { session, START_MS } from "./_samples.ts";

const options = {
  paint: makePaint(false),
  width: 200,
  nowMs: START_MS + 3_600_000,
  several: false,
  gone: new Set<string>(),
};
const totals = {
  events: 12,
  tool_calls: 4,
  errors: 1,
  tokens_in: 12_000,
  tokens_out: 345,
  cost_usd_e6: 42_000,
  last_event_ms: START_MS + 90_000,
};

Deno.test("renderSessions() shows what a plain daemon sends", () => {
  assertEquals(
    renderSessions([session({ branch: "main", status: "Done" })], options),
    [
      "ID  AGENT   MODEL  STATE  BRANCH",
      "s1  claude  opus   Done   main",
    ],
  );
});

Deno.test("renderSessions() adds sums where the daemon sends them", () => {
  assertEquals(renderSessions([session({ totals })], options), [
    "ID  AGENT   MODEL  STATE    ACTIVE   DURATION  CALLS  ERRORS  TOKENS    COST",
    "s1  claude  opus   Running  58m ago     1m30s      4       1     12k  $0.042",
  ]);
});

Deno.test("renderSessions() shows a dash where a figure is not known, and drops a column without any", () => {
  const unknown = {
    ...totals,
    errors: null,
    tokens_in: null,
    tokens_out: null,
    cost_usd_e6: null,
  };
  const partly = {
    ...unknown,
    errors: 2,
    cost_usd_e6: 5,
    cost_complete: false,
  };
  assertEquals(
    renderSessions(
      [session({ totals: unknown }), session({ totals: partly })],
      options,
    ),
    [
      "ID  AGENT   MODEL  STATE    ACTIVE   DURATION  CALLS  ERRORS       COST",
      "s1  claude  opus   Running  58m ago     1m30s      4       –          –",
      "s1  claude  opus   Running  58m ago     1m30s      4       2  ≥ $0.0000",
    ],
  );
});

Deno.test("renderSessions() tells how long a session has been in its state, and its title where there is room", () => {
  const busy = session({
    title: "Fix the parser",
    last_event_at_ms: START_MS,
    activity: {
      state: "needs_permission",
      since_ms: options.nowMs - 120_000,
      tool: "Bash",
      message: "rm -r dist",
    },
  });
  assertEquals(renderSessions([busy], options), [
    "ID  AGENT   MODEL  STATE                ACTIVE  DURATION  TITLE",
    "s1  claude  opus   needs permission 2m  1h ago       0ms  Fix the parser",
  ]);
});

Deno.test("renderSessions() marks workspaces whose directory is gone", () => {
  const [, row = ""] = renderSessions([session()], {
    ...options,
    several: true,
    gone: new Set(["/w/app"]),
  });
  assert(row.includes("/w/app (gone)"), row);
});

Deno.test("renderSessions() tells absolute times, and all of every value, off a terminal", () => {
  const id = "s".repeat(300);
  const one = session({ id, last_event_at_ms: START_MS });
  const [, line = ""] = renderSessions([one], {
    ...options,
    width: null,
  });
  assert(line.startsWith(`${id}  claude`));
  assert(line.includes("2024-04-24T23:06:40Z"));
});

Deno.test("renderSessions() names workspaces where there are several", () => {
  const [titles = ""] = renderSessions([session()], {
    ...options,
    several: true,
  });
  assert(titles.includes("WORKSPACE"));
});

Deno.test("renderSessions() shows a figure whole or not at all", () => {
  const costly = session({
    id: "x".repeat(300),
    totals: { ...totals, cost_usd_e6: 123_456_789, tokens_in: 98_700_000 },
  });
  for (let width = 20; width <= 120; width++) {
    const [titles = "", row = ""] = renderSessions([costly], {
      ...options,
      width,
    });
    assertEquals(titles.includes("COST"), row.includes("$123.46"), row);
    assertEquals(titles.includes("TOKENS"), row.includes("99M"), row);
  }
});

for (const width of [20, 40, 60, 80, 120]) {
  Deno.test(`renderSessions() keeps id and state in ${width} columns`, () => {
    const rows = [
      session({ id: "x".repeat(300), branch: "你好".repeat(40), totals }),
      session({ agent: "\x1b[2J", model: "\u202e" }),
    ];
    const lines = renderSessions(rows, { ...options, width, several: true });
    assert(lines.every((line) => cellWidth(line) <= width), lines.join("\n"));
    assert(lines[0]?.startsWith("ID"));
    if (width >= 40) assert(lines[0]?.includes("STATE"));
  });
}
