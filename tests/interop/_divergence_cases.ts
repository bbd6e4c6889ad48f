// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Each about one divergence, which it has to show: a list of differences that are none any more
 * would hide bugs.
 * @module
 */
import { type Case, detail, ingest, list, request } from "./_case.ts";

/** File systems take 255 bytes for a name, and it makes one of a whole path. */
const LONG_PATH = `$W/${"deep/".repeat(50)}down`;

/**
 * One case a divergence, by its number in docs/compatibility.md; those that only a living daemon
 * shows have tests of their own.
 */
export function divergenceCases(): Case[] {
  return [
    {
      name: "a workspace that holds the home",
      about: 4,
      steps: [event("s", 0, "/"), list({ workspace: "/" }), detail("s", "/")],
    },
    {
      name: "a session that is asked for without its workspace",
      about: 7,
      steps: [event("s", 0), detail("s", null), hello()],
    },
    {
      name: "two workspaces that share a database there",
      about: 10,
      steps: [
        event("s", 0, "$W/a-b/c"),
        detail("s", "$W/a/b-c"),
        event("s", 1, "$W/a/b-c"),
        detail("s", "$W/a/b-c"),
        list({ workspace: "$W/a/b-c" }),
      ],
    },
    {
      name: "a workspace whose path is longer than a file's name may be",
      about: 10,
      steps: [
        event("s", 0, LONG_PATH),
        detail("s", LONG_PATH),
        list({ workspace: LONG_PATH }),
      ],
    },
    {
      name: "an event that is delivered twice",
      about: 12,
      steps: [
        event("s", 0, undefined, `,"kaizen_id":"one"`),
        event("s", 0, undefined, `,"kaizen_id":"one"`),
        event("s", 0, undefined, `,"kaizen_id":""`),
        event("s", 0, undefined, `,"kaizen_id":""`),
        detail("s"),
      ],
    },
    {
      name: "a session of git",
      about: 17,
      steps: [event("git:/w", 0), detail("git:/w"), list()],
    },
    {
      name: "a pattern that is too long",
      about: 21,
      steps: [
        event("s", 0),
        list({ filter: { agent_prefix: "c".repeat(50_001) } }),
      ],
    },
    {
      name: "a request that needs watchers or proxies",
      about: 22,
      steps: [
        request({ type: "ensure_proxy", workspace: "/w", provider: "nobody" }),
      ],
    },
    {
      name: "a question about the store",
      about: 23,
      steps: [request({ type: "store_stats" })],
    },
    {
      name: "a number with many digits",
      about: 24,
      steps: [
        event("s", 0, undefined, `,"n":-9.939523356713565e-37`),
        detail("s"),
      ],
    },
    {
      name: "a number that is hardly none",
      about: 24,
      steps: [
        event("s", 0, undefined, `,"n":1.797693134862315708e308`),
        detail("s"),
      ],
    },
    {
      name: "costs that overflow together",
      about: 25,
      steps: [
        event("s", 0, undefined, `,"total_cost_usd":1e13`),
        event("s", 1, undefined, `,"total_cost_usd":1e13`),
        event("s", 2),
        event("other", 3),
        detail("other"),
      ],
    },
    {
      name: "a tool that runs",
      about: 38,
      steps: [event("s", 0, undefined, `,"tool_use_id":"a"`), detail("s")],
    },
    {
      name: "a session that is compacted",
      about: 39,
      steps: [start("s", 0, "startup"), start("s", 9, "compact"), detail("s")],
    },
    {
      name: "a model that is called like another agent's",
      about: 40,
      steps: [start("s", 0, "startup", "solo1"), detail("s")],
    },
    {
      name: "calls that overlap",
      about: 41,
      steps: [
        event("s", 0, undefined, `,"tool_use_id":"a"`),
        event("s", 1, undefined, `,"tool_use_id":"b"`),
        end("s", 2, "b"),
        end("s", 3, "a"),
        detail("s"),
      ],
    },
    { name: "a title", about: 42, steps: [event("s", 0), list()] },
    {
      name: "a session that began before another and goes on after it",
      about: 43,
      steps: [
        event("a", 0),
        event("b", 10),
        event("a", 20),
        list(),
        list({ limit: 1 }),
      ],
    },
    {
      name: "a commit in a session's directory",
      about: 44,
      steps: [
        commit(0),
        event("s", 1),
        detail("s"),
      ],
    },
    {
      name: "sessions that wait",
      about: 45,
      steps: [
        event("s", 0, undefined, `,"tool_use_id":"a"`),
        list({ filter: { status: "Waiting" } }),
        list({ filter: { status: "Running" } }),
      ],
    },
    {
      name: "a session that goes on in another workspace",
      about: 46,
      steps: [
        event(MOVED, 0, "/w/a", `,"kaizen_id":"one"`),
        event(MOVED, 1, "/w/b", `,"kaizen_id":"two"`),
        detail(MOVED, "/w/a"),
        detail(MOVED, "/w/b"),
      ],
    },
  ];
}

const MOVED = "019a1b2c-0000-7000-8000-000000000001";

function commit(ms: number) {
  return ingest(
    "claude",
    `{"hook_event_name":"GitPostCommit","session_id":"git:w","timestamp_ms":${
      1_714_000_000_000 + ms
    },"commit":"${"c0".repeat(20)}","branch":"main","subject":"begin"}`,
  );
}

function start(session: string, ms: number, source: string, model = "m") {
  return ingest(
    "claude",
    `{"hook_event_name":"SessionStart","session_id":"${session}","timestamp_ms":${
      1_714_000_000_000 + ms
    },"source":"${source}","model":"${model}"}`,
  );
}

function hello() {
  return request({ type: "hello", proto_version: 1, client: "cli" });
}

function end(session: string, ms: number, id: string) {
  return ingest(
    "claude",
    `{"hook_event_name":"PostToolUse","session_id":"${session}","timestamp_ms":${
      1_714_000_000_000 + ms
    },"id":"${id}"}`,
  );
}

function event(session: string, ms: number, workspace?: string, more = "") {
  return ingest(
    "claude",
    `{"hook_event_name":"PreToolUse","session_id":"${session}","timestamp_ms":${
      1_714_000_000_000 + ms
    }${more}}`,
    workspace,
  );
}
