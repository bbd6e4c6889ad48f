// SPDX-License-Identifier: AGPL-3.0-or-later
/** A day that was played, as the program shows it, against the driver's own record of it. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { toDelivered } from "../driver/deliver.ts";
import {
  anyConversation,
  type Conversation,
  type Day,
  playDay,
  type PlayedCall,
  type PlayedSession,
} from "../driver/mod.ts";
import { compareSession, compareSpans, modelSessions } from "../model/mod.ts";
import { flush, readJson, runHooks, sendHooks, spoolHooks } from "./_played.ts";
import { type Home, tempHome } from "./harness.ts";

const SPOOLED = 60;
const BY_PROCESS = 12;
const PROGRAM_RUNS = 4;

/** One thing that the program shows otherwise than it was. */
interface Wrong {
  screen: string;
  about: string;
  happened: unknown;
  shown: unknown;
}

/** Collects what is wrong, and tells it as a table. */
class Table {
  readonly #wrong: Wrong[] = [];
  readonly #screen: string;
  checks = 0;

  constructor(screen: string) {
    this.#screen = screen;
  }

  same(about: string, happened: unknown, shown: unknown): void {
    this.checks++;
    if (JSON.stringify(happened) === JSON.stringify(shown)) return;
    this.#wrong.push({ screen: this.#screen, about, happened, shown });
  }

  /** Fails with one line for each thing that is wrong. */
  check(): void {
    assert(this.checks > 0);
    const lines = this.#wrong.map(({ screen, about, happened, shown }) =>
      `${screen} | ${about} | happened: ${JSON.stringify(happened)} | shown: ${
        JSON.stringify(shown)
      }`
    );
    assertEquals(lines.join("\n"), "");
  }
}

function asObject(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null
    ? Object.fromEntries(Object.entries(value))
    : {};
}

function asList(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.map(asObject) : [];
}

/** The spans of a tree with the id of each one's parent. */
function listSpans(
  nodes: unknown,
  parent: string | null = null,
): { span: Record<string, unknown>; parent: string | null }[] {
  return asList(nodes).flatMap(({ span, children }) => {
    const own = asObject(span);
    return [
      { span: own, parent },
      ...listSpans(children, nameOf(own)),
    ];
  });
}

/** The agent's id of a call, or the subagent whose node it is. */
function nameOf(span: Record<string, unknown>): string {
  return `${span.tool_call_id ?? `agent ${span.agent_id}`}`;
}

/** Below what a call belongs. */
function parentOf({ by }: PlayedCall): string | null {
  if (by === null) return null;
  return by.isTold && by.call !== null ? by.call.id : `agent ${by.id}`;
}

const STATUS: Record<string, string> = {
  needs_permission: "Waiting",
  needs_answer: "Waiting",
  tool: "Running",
  working: "Running",
  ended: "Done",
};

/** The words of the text screens for each state. */
const WORDS: Record<string, RegExp> = {
  needs_permission: /needs permission/,
  tool: /Agent/,
  idle: /idle/,
  failed: /failed/,
  silent: /silent/,
  ended: /ended|Done/i,
};

/** Failed calls, or null where the agent's events leave it open. */
function errorsOf({ calls }: PlayedSession): number | null {
  const failed = calls.filter(({ outcome }) => outcome === "failed").length;
  const isOpen = calls.some(({ outcome }) => outcome === "unknown");
  return failed === 0 && isOpen ? null : failed;
}

async function checkList(home: Home, { stage }: Day): Promise<void> {
  const table = new Table("sessions --json");
  const answer = await readJson(
    home,
    "sessions",
    "--all-workspaces",
    "--limit",
    "0",
  );
  const rows = asList(answer.rows);
  for (const played of stage.sessions) {
    const row = rows.find(({ id }) => id === played.id) ?? {};
    const activity = asObject(row.activity);
    const totals = asObject(row.totals);
    const facts: [string, unknown, unknown][] = [
      ["agent", played.agent, row.agent],
      ["title", played.title, row.title],
      ["model", played.model, row.model],
      ["workspace", played.folder, row.workspace],
      ["parent", played.parent, row.parent_session_id],
      ["status", STATUS[played.state] ?? "Idle", row.status],
      ["state", played.state, activity.state],
      ["started", played.startedMs, row.started_at_ms],
      ["ended", played.endedMs, row.ended_at_ms],
      ["last event", played.lastMs, row.last_event_at_ms],
      ["events", played.events, totals.events],
      ["calls", played.calls.length, totals.tool_calls],
      ["errors", errorsOf(played), totals.errors],
      ["cost", null, totals.cost_usd_e6],
    ];
    for (const [what, happened, shown] of facts) {
      table.same(`${played.id} ${what}`, happened, shown);
    }
    if (played.state === "tool" || played.state === "needs_permission") {
      table.same(`${played.id} tool`, played.tool, activity.tool);
    }
  }
  const newest = stage.sessions.toSorted((a, b) => b.lastMs - a.lastMs)
    .map(({ id }) => id);
  const agents = rows.map(({ id }) => `${id}`)
    .filter((id) => !id.startsWith("git:"));
  table.same("order", newest, agents);
  table.check();
}

async function checkListText(home: Home, { stage }: Day): Promise<void> {
  const table = new Table("sessions");
  const { stdout } = await home.run(
    ["sessions", "--all-workspaces", "--limit", "0", "-o", "text"],
    { env: { COLUMNS: "200" } },
  );
  const lines = stdout.split("\n");
  for (const played of stage.sessions) {
    const line = lines.find((line) => line.split(/\s+/).includes(played.id)) ??
      "";
    const word = WORDS[played.state] ?? /./;
    table.same(`${played.id} ${word.source}`, true, word.test(line));
    // An unknown cost is not a cost of nothing.
    table.same(`${played.id} costs nothing`, false, /\$0\b|\b0\.00/.test(line));
  }
  table.check();
}

async function checkDetails(home: Home, { stage }: Day): Promise<void> {
  const table = new Table("detail --json");
  for (const played of stage.sessions) {
    const { spans } = await readJson(home, "detail", played.id);
    const shown = listSpans(spans);
    const calls = shown.filter(({ span }) =>
      !String(span.span_id).startsWith("agent:")
    );
    table.same(
      `${played.id} number of calls`,
      played.calls.length,
      calls.length,
    );
    for (const call of played.calls) {
      const found = calls.find(({ span }) =>
        span.tool_call_id === call.id && span.tool === call.tool &&
        (span.started_at_ms ?? span.ended_at_ms) === call.startedMs
      );
      const span = found?.span ?? {};
      const facts: [string, unknown, unknown][] = [
        [
          "status",
          call.outcome === "unknown" ? "done" : call.outcome,
          span.status,
        ],
        ["ended", call.endedMs, span.ended_at_ms],
        [
          "lead",
          call.endedMs === null ? null : call.endedMs - call.startedMs,
          span.lead_time_ms,
        ],
        ["latency", call.latencyMs, span.latency_ms],
        ["wait", call.waitMs, span.wait_ms],
        ["error", call.error, span.error],
        ["summary", call.summary, span.summary],
        ["agent", call.by?.id ?? null, span.agent_id],
        ["parent", parentOf(call), found?.parent ?? null],
        ["files", call.files, span.paths],
        ["cost", null, span.cost_usd_e6],
      ];
      for (const [what, happened, is] of facts) {
        table.same(
          `${played.id} ${call.tool} ${call.summary} ${what}`,
          happened,
          is,
        );
      }
    }
  }
  table.check();
}

async function checkDetailText(home: Home, { stage }: Day): Promise<void> {
  const table = new Table("detail --spans");
  for (const played of stage.sessions) {
    const { stdout } = await home.run(
      ["detail", played.id, "--spans", "-o", "text"],
      { env: { COLUMNS: "200" } },
    );
    const lines = stdout.split("\n");
    for (const call of played.calls) {
      const about = call.summary?.replace(`${played.folder}/`, "") ?? call.tool;
      const shown = lines.filter((line) => line.includes(about));
      table.same(`${played.id} shows ${about}`, true, shown.length > 0);
      if (call.outcome === "failed" && call.error !== null) {
        table.same(
          `${played.id} says why ${about} failed`,
          true,
          stdout.includes(call.error),
        );
      }
      const isOdd = ["denied", "interrupted", "orphaned", "open"].includes(
        call.outcome,
      );
      if (isOdd) {
        const isMarked = shown.some((line) => line.includes(call.outcome));
        table.same(`${played.id} marks ${about}`, true, isMarked);
      }
    }
  }
  table.check();
}

async function checkTraces(home: Home, { stage }: Day): Promise<void> {
  const table = new Table("detail -o trace");
  for (const played of stage.sessions) {
    const { stdout } = await home.run(["detail", played.id, "-o", "trace"]);
    const entries = asList(asObject(JSON.parse(stdout)).traceEvents);
    for (const call of played.calls) {
      const entry = entries.find(({ ph, ts, name, args }) =>
        ph === "X" && Number(ts) === call.startedMs * 1000 &&
        (JSON.stringify([name, args]).includes(call.tool))
      );
      const about = `${played.id} ${call.tool} ${call.summary}`;
      table.same(`${about} is there`, true, entry !== undefined);
      if (call.endedMs !== null) {
        table.same(
          `${about} duration`,
          (call.endedMs - call.startedMs) * 1000,
          entry?.dur,
        );
      } else {
        table.same(
          `${about} lasts`,
          true,
          Number(entry?.dur) > 0 || call.outcome === "orphaned",
        );
      }
    }
  }
  table.check();
}

Deno.test("the program shows a day of agents as it was", async (t) => {
  await using home = await tempHome();
  const app = `${home.root}/app`;
  const lib = `${home.root}/lib`;
  for (const folder of [app, lib]) {
    await Deno.mkdir(`${folder}/.git`, { recursive: true });
  }
  const day = playDay({ app, lib, nowMs: Date.now() });
  const { hooks, sessions } = day.stage;
  assert(hooks.length >= 150);
  assert(sessions.length >= 3);
  const live = hooks.length - BY_PROCESS;
  spoolHooks(home, hooks.slice(0, SPOOLED));
  await using _daemon = await home.startDaemon();
  await flush(home);
  await sendHooks(home, hooks.slice(SPOOLED, live));
  await runHooks(home, hooks.slice(live));
  await t.step("list", () => checkList(home, day));
  await t.step("list as text", () => checkListText(home, day));
  await t.step("details", () => checkDetails(home, day));
  await t.step("details as text", () => checkDetailText(home, day));
  await t.step("traces", () => checkTraces(home, day));
});

/**
 * Delivers by the spool or directly as the events fall, with daemons that end and begin in between.
 */
async function deliver(
  home: Home,
  { arrivals, restarts }: Conversation,
): Promise<void> {
  const stops = [...restarts, arrivals.length].map((n) =>
    Math.min(n, arrivals.length)
  )
    .sort((a, b) => a - b);
  let from = 0;
  for (const to of stops) {
    const part = arrivals.slice(from, to);
    const half = Math.floor(part.length / 2);
    spoolHooks(home, part.slice(0, half));
    await using _daemon = await home.startDaemon();
    await sendHooks(home, part.slice(half));
    await flush(home);
    from = to;
  }
}

Deno.test("the program says of any conversation what is true, by spool or directly, across restarts", async () => {
  let runs = 0;
  const nowMs = Date.now();
  await fc.assert(
    fc.asyncProperty(
      anyConversation(() => ({ folder: "/w/app", nowMs, prefix: `p${runs}-` })),
      async (conversation) => {
        runs++;
        await using home = await tempHome();
        await deliver(home, conversation);
        await using _daemon = await home.startDaemon();
        const delivered = conversation.arrivals.map(toDelivered);
        for (const model of modelSessions(delivered, Date.now())) {
          const { session, spans } = await readJson(home, "detail", model.id);
          assertEquals([
            ...compareSession(asObject(session), model),
            ...compareSpans(asList(spans), model.spans, model.id),
          ], []);
        }
      },
    ),
    { numRuns: PROGRAM_RUNS, endOnFailure: true },
  );
});
