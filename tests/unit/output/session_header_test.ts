// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals } from "@std/assert";
import { cellWidth } from "../../../src/output/cells.ts";
import { makePaint } from "../../../src/output/paint.ts";
import { renderHeader } from "../../../src/output/session_header.ts";
import type { SessionCoverage } from "../../../src/proto/mod.ts";
import { session, START_MS } from "./_samples.ts";

const options = {
  paint: makePaint(false),
  width: null,
  nowMs: START_MS + 60_000,
  isGone: false,
  coverage: null,
};

Deno.test("renderHeader() tells what is known and nothing else", () => {
  assertEquals(
    renderHeader(session({ status: "Done", model: null }), options),
    [
      "session    s1",
      "agent      claude",
      "state      Done",
      "workspace  /w/app",
      "started    2024-04-24T23:06:40Z (1m ago)",
    ],
  );
});

Deno.test("renderHeader() tells everything there is", () => {
  const all = session({
    agent_version: "2.1",
    branch: "main",
    start_commit: "0123456789abcdef",
    end_commit: "fedcba9876543210",
    dirty_end: true,
    ended_at_ms: null,
    last_event_at_ms: START_MS + 30_000,
    title: "Fix it",
    activity: {
      state: "tool",
      since_ms: START_MS + 30_000,
      tool: "Bash",
      message: "deno test",
    },
    parent_session_id: "s0",
    trace_path: "/t.jsonl",
    os: "linux",
    arch: "x64",
    totals: {
      events: 1,
      tool_calls: 2,
      errors: 3,
      tokens_in: 4,
      tokens_out: 5,
      cost_usd_e6: 6_000_000,
      last_event_ms: START_MS,
    },
  });
  assertEquals(renderHeader(all, options), [
    "session    s1",
    "agent      claude · opus · 2.1",
    "title      Fix it",
    "state      Bash 30s · deno test",
    "workspace  /w/app",
    "git        main · 0123456789ab → fedcba987654 · dirty",
    "started    2024-04-24T23:06:40Z (1m ago)",
    "active     2024-04-24T23:07:10Z (30s ago) · 30s so far",
    "totals     1 event · 2 calls · 3 errors · 4 tokens in, 5 out · $6.00",
    "parent     s0",
    "transcript /t.jsonl",
    "system     linux · x64",
  ]);
});

Deno.test("renderHeader() says how long a session took, and which figures are not known", () => {
  const totals = {
    events: 2,
    tool_calls: 1,
    errors: null,
    tokens_in: null,
    tokens_out: null,
    cost_usd_e6: null,
    last_event_ms: START_MS + 1000,
  };
  const lines = renderHeader(session({ status: "Done", totals }), {
    ...options,
    isGone: true,
  });
  assertEquals(lines.slice(3), [
    "workspace  /w/app (gone)",
    "started    2024-04-24T23:06:40Z (1m ago)",
    "active     2024-04-24T23:06:41Z (59s ago) · 1.0s in all",
    "totals     2 events · 1 call · errors unknown",
  ]);
});

Deno.test("renderHeader() is safe and fits, for every name of a session", () => {
  const hostile = session({
    id: "\x1b]0;x\x07".repeat(99),
    agent: "你".repeat(99),
  });
  const lines = renderHeader(hostile, { ...options, width: 40 });
  assert(lines.every((line) => cellWidth(line) <= 40));
  // deno-lint-ignore no-control-regex
  assert(lines.every((line) => !/[\x00-\x1f]/.test(line)));
});

Deno.test("renderHeader() with colors differs by nothing but colors", () => {
  const plain = renderHeader(session(), options);
  const colored = renderHeader(session(), {
    ...options,
    paint: makePaint(true),
  });
  assert(colored.join("") !== plain.join(""));
  // deno-lint-ignore no-control-regex
  assertEquals(colored.map((line) => line.replace(/\x1b\[\d+m/g, "")), plain);
});

Deno.test("renderHeader() says how many calls came by hook, and which hooks do not run", () => {
  const lineOf = (coverage: SessionCoverage) =>
    renderHeader(session(), { ...options, coverage })
      .find((line) => line.startsWith("hooks"))?.replace(/ {2,}/, " ");
  const all = {
    calls: 42,
    by_hook: 42,
    in_subagents: 0,
    before: 0,
    missing: [],
  };
  assertEquals(lineOf(all), "hooks 42 of 42 calls came by hook");
  assertEquals(
    lineOf({
      calls: 3,
      by_hook: 1,
      in_subagents: 2,
      before: 7,
      missing: ["PreToolUse", "PostToolUse"],
    }),
    "hooks 1 of 3 calls came by hook · missing: PreToolUse, PostToolUse, 2 of them in subagents · 7 calls before the first event",
  );
});
