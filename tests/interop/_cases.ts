// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The cases that are the same every time: the specification's worked examples, what real agents
 * send, paging, refusals.
 * @module
 */
import { isAgentName } from "../../src/agents/mod.ts";
import { completeEvent } from "../../src/complete/mod.ts";
import type { JsonObject } from "../../src/proto/mod.ts";
import { readExamples } from "../fixtures/worked_examples.ts";
import {
  type Case,
  detail,
  ingest,
  list,
  request,
  type Step,
  WORKSPACE,
} from "./_case.ts";
import { divergenceCases } from "./_divergence_cases.ts";
import { edgeJsonCases } from "./_edge_json_cases.ts";
import { edgePlaceCases } from "./_edge_place_cases.ts";
import { edgeSizeCases } from "./_edge_size_cases.ts";
import { edgeWordCases } from "./_edge_word_cases.ts";
import { frameCases } from "./_frame_cases.ts";
import { regressionCases } from "./_regression_cases.ts";

/** How to look at sessions in between. */
export interface CaseOptions {
  /** After each event; else at the end. */
  everyStep: boolean;
}

/** All cases by the file that they are recorded in. */
export function readCases(options: CaseOptions): Record<string, Case[]> {
  return {
    worked_examples: [...exampleCases(), promptCase(), pagingCase()],
    refusals: [refusalCase(), helloCase()],
    agent_hooks: hookCases(options),
    frames: frameCases(),
    regressions: regressionCases(),
    divergences: divergenceCases(),
    edges: [
      ...edgeWordCases(),
      ...edgeJsonCases(),
      ...edgePlaceCases(),
      ...edgeSizeCases(),
    ],
  };
}

/** E1 to E15, E17 to E21: the detail after each event, and where the example looks. */
function exampleCases(): Case[] {
  return readExamples({ workspace: WORKSPACE, now: 0 }).map(
    ({ name, title, steps }) => ({
      name: `${name} ${title}`,
      clock: name === "E17",
      steps: steps.flatMap((step): Step[] => {
        if (step.do === "restart") return [step];
        if (step.do === "expect") return [detail(step.id)];
        const seen = ingest(step.source, step.payload);
        const id = sessionOf(step.payload);
        return id === null ? [seen] : [seen, detail(id)];
      }).concat([list()]),
    }),
  );
}

/**
 * E16; the events that follow from a changed prompt file are the reference's alone (divergence 9).
 */
function promptCase(): Case {
  const event = (name: string, ms: number, more = "") =>
    ingest(
      "cursor",
      `{"event":"${name}","session_id":"pc","timestamp_ms":${
        1714000000000 + ms
      }${more}}`,
    );
  return {
    name: "E16 prompt files changed before Stop",
    steps: [
      event("SessionStart", 0),
      event("PreToolUse", 1, `,"tool_name":"Edit","tool_call_id":"e1"`),
      { do: "write", file: "app/CLAUDE.md", text: "be brief\n" },
      event("Stop", 2),
      event("Notification", 3),
      detail("pc"),
    ],
  };
}

/** E22. */
function pagingCase(): Case {
  const start = (id: string, ms: number) =>
    ingest(
      "cursor",
      `{"event":"SessionStart","session_id":"${id}","timestamp_ms":${ms}}`,
    );
  const pages: JsonObject[] = [
    { offset: 0, limit: 2 },
    { offset: 2, limit: 2 },
    { offset: 0, limit: 0 },
    { offset: 1, limit: 0 },
    { offset: 3, limit: 5 },
    { offset: 0, limit: 18446744073709551615n },
    { offset: 18446744073709551615n, limit: 18446744073709551615n },
    { offset: 9223372036854775807n, limit: 1 },
    { workspace: `${WORKSPACE}/` },
    { workspace: `${WORKSPACE}/../app` },
    { workspace: "$W/other" },
    { workspace: "" },
    ...["CUR", "c%", "c_", "", "cursor", "cursors", "\\", "ÄCUR", "İ", null]
      .map((agent_prefix) => ({ filter: { agent_prefix } })),
    ...[2000, 2001, 0, 9223372036854775807n, 9223372036854775808n, null]
      .map((since_ms) => ({ filter: { since_ms } })),
    ...["Running", "Waiting", "Idle", "Done", null]
      .map((status) => ({ filter: { status } })),
    { filter: { agent_prefix: "c", status: "Running", since_ms: 1500 } },
    { filter: { agent_prefix: "c".repeat(49_999) } },
    { filter: { agent_prefix: "c".repeat(50_001) } },
  ];
  return {
    name: "E22 paging and filters",
    steps: [
      list(),
      start("a", 2000),
      start("b", 2000),
      start("c", 1000),
      ...pages.map(list),
    ],
  };
}

/** E23. */
function refusalCase(): Case {
  const payloads: [source: string, text: string][] = [
    ["cursor", "not json"],
    ["cursor", "[]"],
    ["cursor", '{"session_id":"s"}'],
    ["claude", '{"event":"Stop","session_id":"s"}'],
    ["openclaw", '{"event":null,"session_id":"s"}'],
    ["vibe", '{"event":"stop","session_id":""}'],
    ["vibe", '{"event":"stop","session_id":7}'],
    ["cursor", ""],
    ["cursor", "{} {}"],
    ["cursor", '\ufeff{"event":"x","session_id":"s"}'],
    ["cursor", '{"event":"x","session_id":"s","n":1e400}'],
    ["cursor", '{"event":"x","session_id":"s","t":"\\ud800"}'],
    ["cursor", `{"event":"x","session_id":"s","d":${nest(126)}}`],
    ["cursor", `{"event":"x","session_id":"s","d":${nest(127)}}`],
    ["cursor", '{"event":"","session_id":" "}'],
    ["cursor", '\u0085\u2003{"event":"x","session_id":"trim"}\u3000\u0085'],
    ["cursor", '{"event":"x","session_id":"dup","session_id":"last"}'],
    ["cursor", '{"event":"x","session_id":"s","a":01}'],
    ["cursor", '{"event":"x","session_id":"s","a":"\u0001"}'],
  ];
  return {
    name: "E23 refusals",
    clock: true,
    steps: [
      list(),
      ...payloads.flatMap(([source, text]) => [
        ingest(source, text),
        request({ type: "status" }),
      ]),
      list(),
      ...["s", " ", "trim", "last", "dup"].map((id) => detail(id)),
      request({ type: "hello", proto_version: 2, client: "cli" }),
      request({ type: "status" }),
      list({ workspace: "/" }),
    ],
  };
}

function helloCase(): Case {
  const hello = (more: JsonObject) =>
    request({ type: "hello", proto_version: 1, client: "cli", ...more });
  return {
    name: "hello",
    steps: [
      ...["tui", "cli", "mcp", "web"].map((client) => hello({ client })),
      ...[0, 1, 2, 4294967295, 4294967296, -1, "1", null]
        .map((proto_version) => hello({ proto_version })),
      hello({ workspace: WORKSPACE }),
      hello({ workspace: 7 }),
      hello({ client: "web", proto_version: 2 }),
      hello({ future: { a: [1] } }),
    ],
  };
}

/** Recorded payloads of agents, unchanged and as our client completes them. */
function hookCases({ everyStep }: CaseOptions): Case[] {
  const text = Deno.readTextFileSync(
    new URL("../fixtures/agent_hooks.jsonl", import.meta.url),
  );
  const lines: { agent: string; payload: object }[] = text.trimEnd().split("\n")
    .map((line) => JSON.parse(line));
  const agents = [...new Set(lines.map(({ agent }) => agent))];
  return agents.flatMap((agent) => {
    const own = lines.filter((line) => line.agent === agent);
    const asIs = own.map(({ payload }) => ({
      source: wireSource(agent),
      text: JSON.stringify(payload),
    }));
    const completed = own.flatMap(({ payload }, i) =>
      complete(agent, JSON.stringify(payload), i)
    );
    return [
      hookCase(`${agent} as it is`, asIs, everyStep, true),
      hookCase(`${agent} completed`, completed, everyStep, false),
    ].filter(({ steps }) => steps.length > 1);
  });
}

function hookCase(
  name: string,
  events: readonly { source: string; text: string }[],
  everyStep: boolean,
  clock: boolean,
): Case {
  const ids = new Set<string>();
  const steps = events.flatMap(({ source, text }) => {
    const id = sessionOf(text);
    if (id !== null) ids.add(id);
    const looks = everyStep ? [...ids].map((id) => detail(id)) : [];
    return [ingest(source, text), ...looks];
  });
  const looks = everyStep ? [] : [...ids].map((id) => detail(id));
  return { name, clock, steps: [...steps, ...looks, list()] };
}

function wireSource(agent: string): string {
  const known: Record<string, string> = {
    cursor: "cursor",
    openclaw: "openclaw",
    vibe: "vibe",
  };
  return known[agent] ?? "claude";
}

function complete(
  agent: string,
  text: string,
  index: number,
): { source: string; text: string }[] {
  const source = agent === "claude-code" ? "claude" : agent;
  if (!isAgentName(source)) return [];
  try {
    const completed = completeEvent(new TextEncoder().encode(text), {
      source,
      startedAtMs: 1_714_000_000_000 + index * 250,
      kaizenId: `event${index}`,
    });
    const { payload } = completed;
    return [{ source: completed.source, text: payload }];
  } catch {
    return []; // no hook event: the client never sends it
  }
}

function sessionOf(text: string): string | null {
  const { session_id }: { session_id?: unknown } = JSON.parse(text);
  return typeof session_id === "string" && session_id !== ""
    ? session_id
    : null;
}

/** Arrays within arrays. */
function nest(depth: number): string {
  return "[".repeat(depth) + "]".repeat(depth);
}
