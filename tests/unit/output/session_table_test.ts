// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals } from "@std/assert";
import { makePaint } from "../../../src/output/paint.ts";
import {
  renderSessions,
  sessionDuration,
} from "../../../src/output/session_table.ts";
import { cellWidth } from "../../../src/output/cells.ts";
import { session, START_MS } from "./_samples.ts";

const options = {
  paint: makePaint(false),
  width: 200,
  nowMs: START_MS + 3_600_000,
  several: false,
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
      "ID  AGENT   MODEL  STATUS  STARTED  BRANCH",
      "s1  claude  opus   Done    1h ago   main",
    ],
  );
});

Deno.test("renderSessions() adds sums where the daemon sends them", () => {
  assertEquals(renderSessions([session({ totals })], options), [
    "ID  AGENT   MODEL  STATUS   STARTED  DURATION    COST  TOKENS  CALLS  ERRORS",
    "s1  claude  opus   Running  1h ago      1m30s  $0.042     12k      4       1",
  ]);
});

Deno.test("renderSessions() tells absolute times, and all of every value, off a terminal", () => {
  const id = "s".repeat(300);
  const [, line = ""] = renderSessions([session({ id })], {
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
  Deno.test(`renderSessions() keeps id and status in ${width} columns`, () => {
    const rows = [
      session({ id: "x".repeat(300), branch: "你好".repeat(40), totals }),
      session({ agent: "\x1b[2J", model: "\u202e" }),
    ];
    const lines = renderSessions(rows, { ...options, width, several: true });
    assert(lines.every((line) => cellWidth(line) <= width), lines.join("\n"));
    assert(lines[0]?.startsWith("ID"));
    if (width >= 40) assert(lines[0]?.includes("STATUS"));
  });
}

const durations: [Parameters<typeof session>[0], number | null][] = [
  [{ started_at_ms: 0 }, null],
  [{ status: "Done" }, null],
  [{ status: "Running" }, 3_600_000],
  [{ ended_at_ms: START_MS + 5 }, 5],
  [{ totals }, 90_000],
  [{ ended_at_ms: START_MS - 5 }, 0],
];
for (const [changes = {}, duration] of durations) {
  Deno.test(`sessionDuration() of ${Object.keys(changes)} is ${duration}`, () => {
    const found = sessionDuration(session(changes), options.nowMs);
    assertEquals(found === null ? null : Number(found), duration);
  });
}
