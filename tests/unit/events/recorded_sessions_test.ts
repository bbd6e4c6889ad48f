// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Compares the answers about recorded conversations with the model's, in the order in which their
 * events came and in other orders.
 */
import { assertEquals } from "@std/assert";
import { AGENTS } from "../../../src/agents/mod.ts";
import { toDelivered, toRequest } from "../../driver/deliver.ts";
import type { Hook } from "../../driver/played.ts";
import {
  compareSession,
  compareSpans,
  type Difference,
  modelSessions,
} from "../../model/mod.ts";
import { Fold } from "./_fold.ts";

interface Line {
  agent: string;
  payload: Record<string, unknown>;
}

const NOW = 1_800_000_000_000;
const STARTED = NOW - 3_600_000;
const FOLDER = "/w/app";
/** Facts that only a store knows: other sessions, and commits beside them. */
const STORED = /\.(?:branch|start_commit|end_commit): /;

function readLines(name: string): Record<string, unknown>[] {
  const url = new URL(`../../fixtures/${name}.jsonl`, import.meta.url);
  return Deno.readTextFileSync(url).trimEnd().split("\n")
    .map((line) => JSON.parse(line));
}

/** The agent's own time of an event, in its spelling; the recorded ones are all the same. */
function ownTime(timestamp: unknown, tsMs: number): Record<string, unknown> {
  if (timestamp === undefined) return {};
  const isText = typeof timestamp === "string";
  return { timestamp: isText ? new Date(tsMs).toISOString() : tsMs };
}

/** Events as they came, a few seconds apart. */
function toHooks(
  source: string,
  payloads: readonly Record<string, unknown>[],
): Hook[] {
  return payloads.map((fields, i) => {
    const tsMs = STARTED + i * 3000;
    return {
      source,
      fields: { ...fields, ...ownTime(fields.timestamp, tsMs) },
      tsMs,
      id: `${source}-${i}`,
      folder: FOLDER,
    };
  });
}

function toLine(line: Record<string, unknown>): Line {
  const { agent, event, payload } = line;
  if (typeof agent !== "string" || typeof payload !== "object") {
    throw new TypeError("no line of an agent");
  }
  // Copilot does not say it in the event: its settings tell the hook.
  const named = agent === "copilot" ? { hook_event_name: event } : {};
  return {
    agent: agent.replace("claude-code", "claude"),
    payload: { ...payload, ...named },
  };
}

const lines = readLines("agent_hooks").map(toLine);
interface Recorded {
  name: string;
  hooks: Hook[];
}

const recorded: Recorded[] = [
  {
    name: "a day of Claude Code",
    hooks: toHooks("claude", readLines("claude_session")),
  },
  ...Object.keys(AGENTS).map((agent) => ({
    name: `the sample events of ${agent}`,
    hooks: toHooks(
      agent,
      lines.filter((line) => line.agent === agent)
        .map(({ payload }) => payload),
    ),
  })),
].filter(({ hooks }) => hooks.length > 0);

/** Every second event first, then the others. */
function halves(hooks: readonly Hook[]): Hook[] {
  const half = (odd: number) => hooks.filter((_, i) => i % 2 === odd);
  return [...half(1), ...half(0)];
}

const orders: [name: string, order: (hooks: readonly Hook[]) => Hook[]][] = [
  ["as they came", (hooks) => [...hooks]],
  ["the last first", (hooks) => hooks.toReversed()],
  ["every second one first", halves],
  ["each twice", (hooks) => [...hooks, ...hooks]],
];

function differences(arrivals: readonly Hook[]): Difference[] {
  const fold = new Fold(NOW);
  for (const hook of arrivals) fold.ingest(toRequest(hook));
  const found: Difference[] = [];
  for (const model of modelSessions(arrivals.map(toDelivered), NOW)) {
    found.push(
      ...compareSession(fold.record(model.id, model.workspace), model),
      ...compareSpans(fold.spans(model.id), model.spans, model.id),
    );
  }
  return found.filter((line) => !STORED.test(line));
}

for (const { name, hooks } of recorded) {
  for (const [how, order] of orders) {
    Deno.test(`applyFacts() makes of ${name}, ${how}, what the model says`, () => {
      assertEquals(differences(order(hooks)), []);
    });
  }
}

Deno.test("the recorded conversations are of six agents at least", () => {
  assertEquals(recorded.length >= 7, true);
});
