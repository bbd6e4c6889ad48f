// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Faults found by the generated sessions, as the smallest examples, and cases that generation
 * cannot reach.
 * @module
 */
import { type Case, detail, ingest, list, type Step } from "./_case.ts";

/** One case a finding. */
export function regressionCases(): Case[] {
  return [
    ...costCases(),
    memoryCase(),
    ...repairCases(),
    ...hookSpanCases(),
    ...placeCases(),
  ];
}

/** A cost at the limits of 64 bits, alone in its database. */
function costCases(): Case[] {
  const costs = ["1e300", "-1e300", "9223372036854.775", "9223372036855"]
    .concat(["-9223372036855", "9223372036854775807", "1e22", "-1e-300"]);
  return costs.map((cost) => ({
    name: `a cost of ${cost}`,
    steps: [costly("s", cost, 0), detail("s"), list()],
  }));
}

function costly(session: string, cost: string, ms: number): Step {
  const text = plain(session, ms).slice(0, -1);
  return ingest("cursor", `${text},"total_cost_usd":${cost}}`);
}

function plain(session: string, ms: number): string {
  return `{"event":"PreToolUse","session_id":"${session}","timestamp_ms":${
    1_714_000_000_000 + ms
  }}`;
}

/** Calls are opened again after a restart from the newest 512 events alone. */
function memoryCase(): Case {
  const call = (ms: number) =>
    ingest(
      "cursor",
      `${plain("s", ms).slice(0, -1)},"tool_name":"T","id":"c${ms}"}`,
    );
  const result = (ms: number, id: string) =>
    ingest(
      "cursor",
      `{"event":"PostToolUse","session_id":"s","timestamp_ms":${
        1_714_000_001_000 + ms
      },"id":"${id}"}`,
    );
  const note = (ms: number) =>
    ingest(
      "cursor",
      `{"event":"Notification","session_id":"s","timestamp_ms":${
        1_714_000_000_500 + ms
      }}`,
    );
  return {
    name: "calls older than 512 events",
    live: true,
    steps: [
      call(0),
      call(1),
      call(2),
      ...Array.from({ length: 510 }, (_, i) => note(i)),
      { do: "restart" },
      result(0, "c0"),
      result(1, "c2"),
      result(2, "c1"),
      detail("s"),
    ],
  };
}

/** Faults that the reference repairs after a restart, and those that it leaves. */
function repairCases(): Case[] {
  const start = (more: string) =>
    ingest(
      "claude",
      `{"hook_event_name":"SessionStart","session_id":"s","timestamp_ms":1714000000000${more}}`,
    );
  const evidence = [
    `,"model":"gpt-5","transcript_path":"/t/a.jsonl"`,
    `,"turn_id":"1"`,
    `,"transcript_path":"/h/.codex/a.jsonl"`,
    `,"model":" "`,
  ];
  return evidence.map((more) => ({
    name: `a second start without ${more}`,
    steps: [
      start(more),
      start(""),
      detail("s"),
      { do: "restart" },
      detail("s"),
      start(`,"timestamp_ms":1714000000002`),
      detail("s"),
      ingest(
        "claude",
        `{"hook_event_name":"Stop","session_id":"other","timestamp_ms":1714000000003}`,
      ),
      detail("s"),
    ],
  }));
}

/**
 * Requests that name no workspace, or one relative to where the daemon runs: only a living daemon
 * has such a place.
 */
function placeCases(): Case[] {
  const workspaces = [null, "../w", ".", "sub", "./sub", ""];
  // They do not find again what they have stored under a relative name of nothing.
  const lost = new Set<string | null>(["sub", "./sub", ""]);
  return workspaces.map((workspace) => ({
    name: `workspace ${JSON.stringify(workspace)}`,
    live: true,
    ...lost.has(workspace) ? { about: 27 } : {},
    steps: [
      ingest("cursor", plain("s", 0), workspace),
      ...workspace === null
        ? []
        : [detail("s", workspace), list({ workspace })],
    ],
  }));
}

/**
 * Events whose two names disagree: the source's own one is unknown, the other one ends or begins a
 * call.
 */
function hookSpanCases(): Case[] {
  const names = ["PreToolUse", "PostToolUse", "Stop", "SessionStart"]
    .flatMap((name) => [name, name.replace(/\B(?=[A-Z])/g, "_").toLowerCase()]);
  return (["claude", "cursor", "vibe"] as const).flatMap((source) =>
    names.map((name) => {
      const [own, other] = source === "claude"
        ? ["hook_event_name", "event"]
        : ["event", "hook_event_name"];
      const event = (ms: number, names: string) =>
        ingest(
          source,
          `{${names},"session_id":"s","timestamp_ms":${
            1_714_000_000_000 + ms
          },"tool_name":"T","path":"p${ms}","input_tokens":${ms},"output_tokens":1,"reasoning_tokens":${ms},"total_cost_usd":${ms}}`,
        );
      return {
        name: `${source} says X and ${name}`,
        steps: [
          event(0, `"${own}":"PreToolUse"`),
          event(1, `"${own}":"X","${other}":"${name}"`),
          detail("s"),
          event(2, `"${own}":"X","${other}":"${name}"`),
          event(3, `"${own}":"PostToolUse"`),
          detail("s"),
          { do: "restart" as const },
          event(4, `"${own}":"PostToolUse"`),
          event(5, `"${own}":"Stop"`),
          detail("s"),
        ],
      };
    })
  );
}
