// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import type {
  HookSource,
  Int,
  SessionRecord,
  SessionTotals,
} from "../../../src/proto/mod.ts";
import { decodeJson } from "../../../src/proto/mod.ts";
import { changeSession, readHookEvent } from "../../../src/events/mod.ts";
import { printRecord } from "./_record.ts";

type Event = [source: HookSource, fields: string, workspace?: string];

/** Applies events to a session that does not exist; `fields` follow the session's id. */
function change(...events: Event[]): SessionRecord | null {
  let session: SessionRecord | null = null;
  for (const [source, fields, workspace = "/w"] of events) {
    const text = fields.includes('"session_id"')
      ? `{${fields}}`
      : `{"session_id":"s",${fields}}`;
    session = changeSession(session, readHookEvent(source, text, 9), workspace);
  }
  return session;
}

const START = '"event":"SessionStart"';
const CLAUDE_START = '"hook_event_name":"SessionStart"';
const X = '"event":"X"';
const CLAUDE_X = '"hook_event_name":"X"';

const table: [
  title: string,
  events: Event[],
  wanted: Partial<SessionRecord>,
][] = [
  [
    "a stub has nothing but agent, time and workspace",
    [["cursor", `${X},"os":"linux","version":"1","timestamp_ms":5`]],
    {
      id: "s",
      agent: "cursor",
      model: null,
      workspace: "/w",
      started_at_ms: 5,
      ended_at_ms: null,
      status: "Running",
      trace_path: "",
      agent_version: null,
      os: null,
      arch: null,
      prompt_fingerprint: null,
    },
  ],
  [
    "a stub is enriched by its own event",
    [["claude", `${CLAUDE_X},"model":" m ","transcript_path":"/t"`]],
    { agent: "claude", model: "m", trace_path: "/t" },
  ],
  [
    "a start fills the row",
    [[
      "cursor",
      `${START},"os":"linux","arch":"x64","cursor_version":"1","model":"m"`,
    ]],
    { os: "linux", arch: "x64", agent_version: "1", model: "m" },
  ],
  [
    "a start behind a stub fills the row, its workspace too",
    [["cursor", `${X},"timestamp_ms":5`], [
      "cursor",
      `${START},"timestamp_ms":7,"os":"o"`,
      "/v",
    ]],
    { started_at_ms: 7, os: "o", workspace: "/v" },
  ],
  [
    "other events leave workspace, start and versions alone",
    [["cursor", `${START},"timestamp_ms":5,"os":"o"`], [
      "cursor",
      `${X},"timestamp_ms":7,"os":"p"`,
      "/v",
    ]],
    { started_at_ms: 5, os: "o", workspace: "/w" },
  ],
  [
    "a second start wipes what it does not say",
    [
      [
        "claude",
        `${CLAUDE_START},"model":"m","transcript_path":"/t","turn_id":1,"os":"o","version":"1"`,
      ],
      ["claude", `"hook_event_name":"Stop"`],
      ["claude", CLAUDE_START],
    ],
    {
      agent: "claude",
      model: null,
      trace_path: "",
      os: null,
      agent_version: null,
      status: "Running",
    },
  ],
  [
    "the newest model wins, none leaves it",
    [["cursor", `${X},"model":"a"`], ["cursor", `${X},"model":"b"`], [
      "cursor",
      X,
    ]],
    { model: "b" },
  ],
  [
    "an empty transcript path leaves it",
    [["cursor", `${X},"transcript_path":"/t"`], [
      "cursor",
      `${X},"transcript_path":""`,
    ]],
    { trace_path: "/t" },
  ],
  [
    "claude without evidence leaves codex",
    [["claude", `${CLAUDE_X},"turn_id":1`], ["claude", CLAUDE_X]],
    { agent: "codex" },
  ],
  [
    "claude without evidence leaves cursor",
    [["cursor", X], ["claude", CLAUDE_X]],
    { agent: "cursor" },
  ],
  [
    "another agent's event renames the agent",
    [["claude", `${CLAUDE_X},"turn_id":1`], ["vibe", X]],
    { agent: "vibe" },
  ],
  [
    "a stop is not the end",
    [["cursor", '"event":"Stop"'], ["cursor", '"event":"PreToolUse"']],
    { status: "Waiting", ended_at_ms: null },
  ],
  [
    "events without an opinion leave the status",
    [["cursor", '"event":"Stop"'], ["cursor", '"event":"Notification"'], [
      "cursor",
      X,
    ]],
    { status: "Done" },
  ],
  [
    "a git session is git's and done",
    [[
      "claude",
      '"session_id":"git:/w","hook_event_name":"SessionStart","model":"gpt-5"',
    ], ["cursor", '"session_id":"git:/w","event":"PreToolUse"']],
    { agent: "git", status: "Done", model: "gpt-5" },
  ],
  [
    "git is not looked for inside an id",
    [["cursor", '"session_id":"x-git:","event":"X"']],
    { agent: "cursor", status: "Running" },
  ],
];

for (const [title, events, wanted] of table) {
  Deno.test(`changeSession(): ${title}`, () => {
    const session: Record<string, unknown> = { ...change(...events) };
    for (const [key, value] of Object.entries(wanted)) {
      assertEquals([key, session[key]], [key, value]);
    }
  });
}

Deno.test("changeSession() prints the wire's keys in their order and leaves its argument alone", () => {
  const before = change(["cursor", START]);
  const copy = structuredClone(before);
  const event = readHookEvent("cursor", `{"session_id":"s",${START}}`, 9);
  changeSession(before, event, "/v");
  assertEquals(before, copy);
  assertEquals(
    Object.keys(before ?? {}).join(" "),
    "id agent model workspace started_at_ms ended_at_ms status trace_path start_commit end_commit branch dirty_start dirty_end " +
      "repo_binding_source prompt_fingerprint parent_session_id agent_version os arch repo_file_count repo_total_loc totals",
  );
});

const totals: [events: Event[], wanted: Partial<SessionTotals>][] = [
  [
    [["cursor", `${X},"timestamp_ms":5`], ["cursor", `${X},"timestamp_ms":3`]],
    { events: 2, tool_calls: 0, errors: 0, last_event_ms: 5 },
  ],
  [
    [
      ["cursor", '"event":"PreToolUse"'],
      ["cursor", '"event":"X","hook_event_name":"PreToolUse"'],
      ["cursor", '"event":"PostToolUse","is_error":true'],
    ],
    { events: 3, tool_calls: 2, errors: 1 },
  ],
  [
    [["cursor", `${START},"input_tokens":5`], [
      "cursor",
      `${START},"input_tokens":6,"output_tokens":1`,
    ]],
    { events: 2, tokens_in: 11, tokens_out: 1 },
  ],
  [
    [
      ["cursor", `${X},"total_cost_usd":9007199254`],
      [
        "cursor",
        `${X},"total_cost_usd":1`,
      ],
      ["cursor", X],
      ["cursor", `${X},"total_cost_usd":0.000001`],
    ],
    { cost_usd_e6: 9007199255000001n },
  ],
  [
    [["cursor", `${X},"total_cost_usd":1e300`], [
      "cursor",
      `${X},"total_cost_usd":1`,
    ]],
    { cost_usd_e6: 2n ** 63n - 1n },
  ],
  [
    [["cursor", `${X},"total_cost_usd":-1e300`], [
      "cursor",
      `${X},"total_cost_usd":-1`,
    ]],
    { cost_usd_e6: -(2n ** 63n) },
  ],
  [
    [["cursor", `${X},"timestamp_ms":18446744073709551615`], [
      "cursor",
      `${X},"timestamp_ms":7`,
    ]],
    { last_event_ms: 2n ** 64n - 1n },
  ],
];

for (const [events, wanted] of totals) {
  Deno.test(`changeSession() sums ${JSON.stringify(events)}`, () => {
    const sums: Record<string, unknown> = { ...change(...events)?.totals };
    for (const [key, value] of Object.entries(wanted)) {
      assertEquals([key, sums[key]], [key, value]);
    }
  });
}

Deno.test("changeSession() has the totals that counting the records gives", () => {
  const event = fc.record({
    event: fc.constantFrom("PreToolUse", "PostToolUse", "Stop", "SessionStart"),
    session_id: fc.constant("s"),
    timestamp_ms: fc.integer({ min: 1, max: 1000 }),
    input_tokens: fc.option(fc.nat(0xffff_ffff), { nil: undefined }),
    output_tokens: fc.option(fc.nat(0xffff_ffff), { nil: undefined }),
    total_cost_usd: fc.option(fc.constantFrom(1, -2, 1e9), { nil: undefined }),
    is_error: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(event, { minLength: 1 }), (payloads) => {
      let session: SessionRecord | null = null;
      let [calls, errors, tokensIn, tokensOut, cost, last] = [0, 0, 0, 0, 0, 0];
      for (const [seq, payload] of payloads.entries()) {
        const read = readHookEvent("cursor", JSON.stringify(payload), 9);
        session = changeSession(session, read, "/w");
        const record = JSON.parse(
          JSON.stringify(decodeJson(printRecord(read, seq))),
        );
        if (record.kind === "ToolCall") calls++;
        if (record.kind === "ToolResult" && record.payload.is_error) errors++;
        tokensIn += record.tokens_in ?? 0;
        tokensOut += record.tokens_out ?? 0;
        cost += record.cost_usd_e6 ?? 0;
        last = Math.max(last, record.ts_ms);
      }
      const wanted: Record<keyof SessionTotals, Int> = {
        events: payloads.length,
        tool_calls: calls,
        errors,
        tokens_in: tokensIn,
        tokens_out: tokensOut,
        cost_usd_e6: cost,
        last_event_ms: last,
      };
      assertEquals({ ...session?.totals }, wanted);
    }),
  );
});
