// SPDX-License-Identifier: AGPL-3.0-or-later
/** Small conversations in which a session was once taken for something else. */
import { assertEquals } from "@std/assert";
import { toDelivered, toRequest } from "../../driver/deliver.ts";
import {
  Actor,
  CLAUDE,
  cursorDialect,
  type Dialect,
  type Hook,
  Stage,
} from "../../driver/mod.ts";
import {
  compareSession,
  compareSpans,
  modelSessions,
} from "../../model/mod.ts";
import { Fold } from "./_fold.ts";

const NOW = 1_800_000_000_000;
const FOLDER = "/w/app";

function actorOf(dialect: Dialect): Actor {
  const stage = new Stage(NOW - 60_000);
  return new Actor(stage, dialect, { id: "s", folder: FOLDER, model: "m" });
}

function fold(hooks: readonly Hook[]): Fold {
  const sessions = new Fold(NOW);
  for (const hook of hooks) sessions.ingest(toRequest(hook));
  return sessions;
}

/**
 * The activity of the session, and its tree in a line: each span with its status, children in
 * brackets.
 */
function summary(hooks: readonly Hook[]): [state: unknown, tree: string] {
  const sessions = fold(hooks);
  const record = sessions.record("s", FOLDER);
  const spans = sessions.spans("s");
  const [model] = modelSessions(hooks.map(toDelivered), NOW);
  if (model === undefined) throw new RangeError("no session");
  const found = [
    ...compareSession(record, model),
    ...compareSpans(spans, model.spans, "s"),
  ];
  // Only the store prints the branch.
  assertEquals(found.filter((line) => !line.startsWith("s.branch: ")), []);
  return [Object(Object(record).activity).state, outline(spans)];
}

function outline(nodes: unknown): string {
  const all: unknown[] = Array.isArray(nodes) ? nodes : [];
  return all.map((node) => {
    const { span, children } = Object(node);
    const inner = outline(children);
    return `${span.tool} ${span.status}${inner === "" ? "" : ` (${inner})`}`;
  }).join(", ");
}

const both = cursorDialect({ tools: true, families: true, claudes: false });
const copied = cursorDialect({ tools: true, families: false, claudes: true });

Deno.test("a permission that is asked for without a known call ends when the agent goes on", () => {
  const claude = actorOf(CLAUDE);
  claude.prompt("go").notice(
    "permission_prompt",
    "Claude needs your permission",
  );
  assertEquals(summary(claude.stage.hooks), ["needs_permission", ""]);
  claude.stage.pass(10);
  claude.call({ want: "shell", about: "ls" });
  assertEquals(summary(claude.stage.hooks), ["tool", "Bash open"]);
});

Deno.test("an agent that waits for a prompt has given up its open calls and its questions", () => {
  const claude = actorOf(CLAUDE);
  claude.prompt("go");
  claude.stage.pass(10);
  const call = claude.call({ want: "shell", about: "rm -r dist" });
  claude.stage.pass(10);
  claude.ask(call);
  claude.stage.pass(60_000);
  claude.notice("idle_prompt", "Claude is waiting for your input");
  assertEquals(summary(claude.stage.hooks), ["idle", "Bash orphaned"]);
});

Deno.test("a call that never ended is not taken for the one that started a later subagent", () => {
  const claude = actorOf(CLAUDE);
  const { stage } = claude;
  claude.prompt("go");
  stage.pass(10);
  claude.call({ want: "agent", about: "refused by the user", type: "Plan" });
  stage.pass(10);
  claude.prompt("like this, then");
  stage.pass(10);
  const call = claude.call({ want: "agent", about: "look", type: "Plan" });
  stage.pass(10);
  const by = claude.beginAgent(call, "Plan");
  stage.pass(10);
  claude.call({ want: "read", about: "/w/app/a.ts", by });
  assertEquals(
    summary(stage.hooks)[1],
    "Agent orphaned, Agent open (Read open)",
  );
});

Deno.test("a shell event of Cursor is of the call that runs, not of one with the same command that was denied", () => {
  const cursor = actorOf(both);
  const { stage } = cursor;
  for (const isAllowed of [false, true]) {
    const call = cursor.call({ want: "shell", about: "npm test" });
    stage.pass(3000);
    if (isAllowed) cursor.done(call);
    else cursor.deny(call);
    stage.pass(3000);
  }
  assertEquals(summary(stage.hooks)[1], "Shell denied, Shell done");
});

Deno.test("shell events of Cursor that come after the turn are still of the call that they tell of", () => {
  const cursor = actorOf(both);
  const { stage } = cursor;
  const call = cursor.call({ want: "shell", about: "npm test" });
  stage.pass(100);
  cursor.stop();
  stage.pass(100);
  cursor.done(call);
  assertEquals(summary(stage.hooks)[1], "Shell done");
});

Deno.test("the end of a subagent of Cursor is of the one that had the task", () => {
  const cursor = actorOf(both);
  const { stage } = cursor;
  const [first, second] = ["one", "two"].map((about) => {
    stage.pass(10);
    const call = cursor.call({ want: "agent", about, type: "explore" });
    stage.pass(10);
    return { call, agent: cursor.beginAgent(call, "explore") };
  });
  if (first === undefined || second === undefined) {
    throw new RangeError("two were started");
  }
  stage.pass(10);
  cursor.stopAgent(second.agent);
  stage.pass(10);
  cursor.done(second.call);
  stage.pass(10);
  cursor.stop();
  const { threads } = fold(stage.hooks).sessions.get("s")?.state ?? {};
  assertEquals(Object.keys(threads ?? {}).sort(), ["", first.agent.id]);
  assertEquals(summary(stage.hooks), ["working", "Task orphaned, Task done"]);
});

Deno.test("a copy is stored once however late it comes, and when it is sent again", () => {
  const cursor = actorOf(copied);
  const { stage } = cursor;
  cursor.prompt("go");
  stage.pass(120_000);
  const call = cursor.call({ want: "shell", about: "ls" });
  stage.pass(10);
  cursor.done(call);
  const [prompt, copy, ...others] = stage.hooks;
  if (prompt === undefined || copy === undefined) throw new RangeError();
  const hooks = [prompt, ...others, copy, copy];
  const { events, state } = Object(countOf(hooks));
  assertEquals([events, state], [3, "working"]);
});

function countOf(hooks: readonly Hook[]): unknown {
  const [state] = summary(hooks);
  const record = Object(fold(hooks).record("s", FOLDER));
  return { events: record.totals.events, state };
}
