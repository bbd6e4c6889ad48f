// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * What the generated sessions have found, at its smallest, and what they cannot reach.
 * @module
 */
import { type Case, detail, ingest, list, type Step } from "./_case.ts";

/** One case a finding. */
export function regressionCases(): Case[] {
  return [...costCases(), overflowCase(), memoryCase(), ...repairCases()];
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

/** Two costs whose sum needs more than 64 bits: from then on the reference refuses all of the session's events (divergence 25). */
function overflowCase(): Case {
  return {
    name: "costs that overflow together",
    steps: [
      costly("s", "1e13", 0),
      costly("s", "1e13", 1),
      ingest("cursor", plain("s", 2)),
      ingest("cursor", plain("other", 3)),
      detail("other"),
    ],
  };
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

/** What the reference repairs after a restart, and what it leaves. */
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
