// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { type AgentName, listAgents } from "../../../src/agents/mod.ts";
import {
  type Completed,
  completeEvent,
  type CompleteOptions,
} from "../../../src/complete/mod.ts";
import { NotAnEventError, scanMembers } from "../../../src/proto/mod.ts";
import { REFUSALS } from "../../fixtures/worked_examples.ts";
import { PAYLOAD } from "./_payloads.ts";

const NOW = 1_800_000_000_000;
const ID = "0123456789abcdef";

function complete(
  text: string | Uint8Array,
  source: AgentName,
  options: Partial<CompleteOptions> = {},
): Completed {
  const bytes = typeof text === "string"
    ? new TextEncoder().encode(text)
    : text;
  return completeEvent(bytes, {
    source,
    startedAtMs: NOW,
    kaizenId: ID,
    ...options,
  });
}

const STAMP = `"kaizen_id":"${ID}","timestamp_ms":${NOW}`;

const texts: [
  why: string,
  source: AgentName,
  text: string,
  completed: string,
][] = [
  [
    "does not change numbers, spacing and duplicate keys",
    "claude",
    '{ "session_id":"a", "session_id" : "s",\t"n":1.0e2,"big":123456789012345678901234567890,"hook_event_name":"X" }',
    `{${STAMP}, "session_id":"a", "session_id" : "s",\t"n":1.0e2,"big":123456789012345678901234567890,"hook_event_name":"X" }`,
  ],
  [
    "keeps a valid id and a valid time",
    "claude",
    '{"kaizen_id":"mine","timestamp_ms":18446744073709551615,"hook_event_name":"X","session_id":"s"}',
    '{"kaizen_id":"mine","timestamp_ms":18446744073709551615,"hook_event_name":"X","session_id":"s"}',
  ],
  [
    "replaces an empty id",
    "claude",
    '{"kaizen_id":"","timestamp_ms":1,"hook_event_name":"X","session_id":"s"}',
    `{"kaizen_id":"${ID}","timestamp_ms":1,"hook_event_name":"X","session_id":"s"}`,
  ],
  ...["0", "-1", "1.5", "1e3", '"2026-11-22"', "18446744073709551616", "null"]
    .map((time): [string, AgentName, string, string] => [
      `replaces the time ${time}`,
      "claude",
      `{"kaizen_id":"k","timestamp_ms":${time},"hook_event_name":"X","session_id":"s"}`,
      `{"kaizen_id":"k","timestamp_ms":${NOW},"hook_event_name":"X","session_id":"s"}`,
    ]),
  [
    "keeps Vibe's time in seconds",
    "vibe",
    '{"kaizen_id":"k","timestamp":1714000000,"event":"tool_start","session_id":"s"}',
    '{"kaizen_id":"k","timestamp":1714000000,"event":"tool_start","session_id":"s"}',
  ],
  [
    "sets the session id of a Cursor event",
    "cursor",
    '{"kaizen_id":"k","timestamp_ms":1,"conversation_id":"c","hook_event_name":"preCompact"}',
    '{"event":"preCompact","session_id":"c","kaizen_id":"k","timestamp_ms":1,"conversation_id":"c","hook_event_name":"preCompact"}',
  ],
  [
    "sets the latency from Cursor's duration",
    "cursor",
    '{"kaizen_id":"k","timestamp_ms":1,"session_id":"c","event":"PostToolUse","duration":12.6}',
    '{"latency_ms":13,"kaizen_id":"k","timestamp_ms":1,"session_id":"c","event":"PostToolUse","duration":12.6}',
  ],
  [
    "rounds Vibe's duration",
    "vibe",
    '{"kaizen_id":"k","timestamp_ms":1,"session_id":"c","event":"PostToolUse","duration_ms":42.5}',
    '{"latency_ms":43,"kaizen_id":"k","timestamp_ms":1,"session_id":"c","event":"PostToolUse","duration_ms":42.5}',
  ],
  [
    "keeps a valid latency",
    "vibe",
    '{"kaizen_id":"k","timestamp_ms":1,"session_id":"c","event":"PostToolUse","duration_ms":42,"duration":7}',
    '{"kaizen_id":"k","timestamp_ms":1,"session_id":"c","event":"PostToolUse","duration_ms":42,"duration":7}',
  ],
  [
    "does not rename the wire's own stop",
    "cursor",
    '{"kaizen_id":"k","timestamp_ms":1,"session_id":"c","event":"stop"}',
    '{"kaizen_id":"k","timestamp_ms":1,"session_id":"c","event":"stop"}',
  ],
  [
    "renames Cursor's events under either key",
    "cursor",
    '{"kaizen_id":"k","timestamp_ms":1,"session_id":"c","event":"sessionStart"}',
    '{"agent_event":"sessionStart","kaizen_id":"k","timestamp_ms":1,"session_id":"c","event":"SessionStart"}',
  ],
  [
    "keeps two event names that differ",
    "cursor",
    '{"kaizen_id":"k","timestamp_ms":1,"session_id":"c","event":"Custom","hook_event_name":"PreToolUse"}',
    '{"kaizen_id":"k","timestamp_ms":1,"session_id":"c","event":"Custom","hook_event_name":"PreToolUse"}',
  ],
  [
    "marks Codex",
    "codex",
    '{"kaizen_id":"k","timestamp_ms":1,"session_id":"c","hook_event_name":"SessionStart"}',
    '{"kaizen_agent":"codex","turn_id":null,"kaizen_id":"k","timestamp_ms":1,"session_id":"c","hook_event_name":"SessionStart"}',
  ],
  [
    "keeps the source of the command line if the payload is another agent's",
    "claude",
    '{"kaizen_id":"k","timestamp_ms":1,"session_id":"c","event":"X","cursor_version":"3"}',
    '{"kaizen_source":"claude","kaizen_id":"k","timestamp_ms":1,"session_id":"c","event":"X","cursor_version":"3"}',
  ],
  [
    "renames Gemini's events and keeps their own names",
    "gemini",
    '{"kaizen_id":"k","session_id":"g","hook_event_name":"AfterTool","timestamp":"2026-11-22T09:00:00.000Z"}',
    '{"timestamp_ms":1795338000000,"agent_event":"AfterTool","kaizen_agent":"gemini","kaizen_id":"k","session_id":"g","hook_event_name":"PostToolUse","timestamp":"2026-11-22T09:00:00.000Z"}',
  ],
  [
    "copies Copilot's members to the wire's keys, byte for byte",
    "copilot",
    '{"kaizen_id":"k","sessionId":"c","timestamp":1788992291000,"hook_event_name":"PreToolUse","toolName":"bash","toolArgs":{ "n":1.0 }}',
    '{"timestamp_ms":1788992291000,"session_id":"c","kaizen_agent":"copilot","tool_name":"bash","tool_input":{ "n":1.0 },"kaizen_id":"k","sessionId":"c","timestamp":1788992291000,"hook_event_name":"PreToolUse","toolName":"bash","toolArgs":{ "n":1.0 }}',
  ],
  [
    "unpacks arguments that an older Copilot sends as a string",
    "copilot",
    '{"kaizen_id":"k","timestamp_ms":1,"session_id":"c","hook_event_name":"X","kaizen_agent":"copilot","tool_name":"bash","toolArgs":"{\\"n\\":1.0}"}',
    '{"tool_input":{"n":1.0},"kaizen_id":"k","timestamp_ms":1,"session_id":"c","hook_event_name":"X","kaizen_agent":"copilot","tool_name":"bash","toolArgs":"{\\"n\\":1.0}"}',
  ],
  [
    "copies a string that is not a JSON object unchanged",
    "copilot",
    '{"kaizen_id":"k","timestamp_ms":1,"session_id":"c","hook_event_name":"X","kaizen_agent":"copilot","tool_name":"bash","toolArgs":"{1}"}',
    '{"tool_input":"{1}","kaizen_id":"k","timestamp_ms":1,"session_id":"c","hook_event_name":"X","kaizen_agent":"copilot","tool_name":"bash","toolArgs":"{1}"}',
  ],
  [
    "replaces lone surrogates in strings, keys and ids",
    "claude",
    '{"kaizen_id":"k","timestamp_ms":1,"session_id":"s\\uDC88","hook_event_name":"X","t":{"\\ud83d":["cut \\ud83d","\\ud83d\\ude00","\\\\ud83d"]}}',
    '{"kaizen_id":"k","timestamp_ms":1,"session_id":"s\\ufffd","hook_event_name":"X","t":{"\\ufffd":["cut \\ufffd","\\ud83d\\ude00","\\\\ud83d"]}}',
  ],
  [
    "renames a failed call to the event that closes its span",
    "claude",
    '{"kaizen_id":"k","timestamp_ms":1,"session_id":"c","hook_event_name":"PostToolUseFailure"}',
    '{"agent_event":"PostToolUseFailure","kaizen_id":"k","timestamp_ms":1,"session_id":"c","hook_event_name":"PostToolUse"}',
  ],
  [
    "joins the type and action of an OpenClaw event",
    "openclaw",
    '{"kaizen_id":"k","timestamp_ms":1,"type":"session","action":"compact:after","sessionKey":"o"}',
    '{"event":"session:compact:after","session_id":"o","kaizen_id":"k","timestamp_ms":1,"type":"session","action":"compact:after","sessionKey":"o"}',
  ],
  [
    "keeps the members that the reference's OpenClaw handler adds",
    "openclaw",
    '{"kaizen_id":"k","timestamp_ms":1,"event":"command:new","session_id":"o","type":"command","action":"new","sessionKey":"other"}',
    '{"kaizen_id":"k","timestamp_ms":1,"event":"command:new","session_id":"o","type":"command","action":"new","sessionKey":"other"}',
  ],
  [
    "drops a byte order mark and surrounding white space",
    "claude",
    '\ufeff\r\n\u0085\u2003{"kaizen_id":"k","timestamp_ms":1,"hook_event_name":"X","session_id":"s"}\u3000\r\n',
    '{"kaizen_id":"k","timestamp_ms":1,"hook_event_name":"X","session_id":"s"}',
  ],
];

for (const [why, source, input, output] of texts) {
  Deno.test(`completeEvent() ${why}`, () => {
    assertEquals(complete(input, source).payload, output);
  });
}

const hints: [payload: string, hint: string | null][] = [
  ['{"cwd":"/a"}', "/a"],
  ['{"cwd":"a"}', null],
  ['{"cwd":7}', null],
  ['{"cwd":"/a","workspace_roots":["/b","/c"]}', "/b"],
  ['{"cwd":"/a","workspace_roots":[]}', "/a"],
  ['{"cwd":"/a","workspace_roots":[1]}', "/a"],
  ['{"cwd":"/a","workspace_roots":"/b"}', "/a"],
  ['{"cwd":"/a\\u0000b"}', null],
  ['{"cwd":"/a\\nb","workspace_roots":["/b\\u0000"]}', "/a\nb"],
  ["{}", null],
];

for (const [payload, hint] of hints) {
  Deno.test(`completeEvent() takes ${hint} from ${payload}`, () => {
    const event = payload.replace(
      "{",
      '{"hook_event_name":"X","session_id":"s"' +
        (payload === "{}" ? "" : ","),
    );
    assertEquals(complete(event, "claude").workspaceHint, hint);
    assertEquals(
      complete(event, "claude", { raw: true }).workspaceHint,
      hint,
    );
  });
}

const refused: [source: AgentName, text: string | Uint8Array, words: string][] =
  [
    ["cursor", "", "cursor hook: invalid JSON: "],
    ["cursor", " \n", "cursor hook: invalid JSON: "],
    ...REFUSALS,
    ["cursor", "12", "cursor hook: expected JSON object"],
    [
      "codex",
      '{"hook_event_name":1,"session_id":"s"}',
      "claude hook: missing 'hook_event_name' field",
    ],
    [
      "claude",
      '{"hook_event_name":"","session_id":"s"}',
      "claude hook: missing 'hook_event_name' field",
    ],
    [
      "cursor",
      '{"event":"","session_id":"s"}',
      "cursor hook: missing 'event' field",
    ],
    ["openclaw", '{"type":"x"}', "openclaw hook: missing 'event' field"],
    ["claude", '{"a":1}{"a":2}', "claude hook: invalid JSON: "],
    ["claude", '{"a":1', "claude hook: invalid JSON: "],
    ["claude", '{"a":"\0"}', "claude hook: invalid JSON: "],
    ["claude", '\0{"a":1}', "claude hook: invalid JSON: "],
    ["claude", '\ufeff\ufeff{"a":1}', "claude hook: invalid JSON: "],
    ["claude", `${"[".repeat(128)}${"]".repeat(128)}`, "claude hook: invalid"],
    ["claude", Uint8Array.of(0x22, 0xff, 0x22), "claude hook: invalid JSON: "],
  ];

for (const [source, input, words] of refused) {
  const shown = typeof input === "string"
    ? JSON.stringify(input).slice(0, 40)
    : `bytes ${input}`;
  Deno.test(`completeEvent() refuses ${shown} for ${source}`, () => {
    for (const raw of [false, true]) {
      const error = assertThrows(
        () => complete(input, source, { raw }),
        NotAnEventError,
      );
      assert(error.message.startsWith(words), error.message);
    }
  });
}

Deno.test("completeEvent() does not change raw text", () => {
  const input = ' {"hook_event_name":"PostToolUseFailure","session_id":"s"}\n';
  const completed = complete(input, "codex", { raw: true });
  assertEquals(completed.payload, input);
  assertEquals(completed.source, "claude");
});

Deno.test("completeEvent() rejects a lone surrogate in raw text", () => {
  const input = '{"hook_event_name":"X","session_id":"\\ud83d"}';
  assertThrows(
    () => complete(input, "claude", { raw: true }),
    NotAnEventError,
    "lone surrogate",
  );
});

Deno.test("completeEvent() uses the given name if the payload has none", () => {
  const input = '{"kaizen_id":"k","sessionId":"c","timestamp":1788992291000}';
  const named = complete(input, "copilot", { event: "preToolUse" });
  assertEquals(
    named.payload,
    input.replace(
      "{",
      '{"timestamp_ms":1788992291000,"hook_event_name":"PreToolUse","agent_event":"preToolUse","session_id":"c","kaizen_agent":"copilot",',
    ),
  );
  const other = '{"hook_event_name":"Stop","session_id":"s"}';
  assertEquals(
    complete(other, "claude", { event: "SessionEnd" }),
    complete(other, "claude"),
  );
});

/** The members that completion may set. */
const SET = new Set([
  "agent_event",
  "event",
  "hook_event_name",
  "kaizen_agent",
  "kaizen_id",
  "kaizen_source",
  "latency_ms",
  "session_id",
  "timestamp_ms",
  "tool_input",
  "tool_name",
  "turn_id",
]);

function tryComplete(input: string, source: AgentName): Completed | null {
  try {
    return complete(input, source);
  } catch (error) {
    if (error instanceof NotAnEventError) return null;
    throw error;
  }
}

Deno.test("completeEvent() changes only its own members, and nothing the second time", () => {
  let accepted = 0;
  fc.assert(
    fc.property(PAYLOAD, fc.constantFrom(...listAgents()), (input, source) => {
      const completed = tryComplete(input, source);
      if (completed === null) return;
      accepted++;
      const other = (bytes: Uint8Array) =>
        scanMembers(bytes)?.members.filter(({ key }) => !SET.has(key)).map((
          member,
        ) =>
          new TextDecoder().decode(
            bytes.subarray(member.keyStart, member.end),
          )
        );
      assertEquals(
        other(new TextEncoder().encode(completed.payload)),
        other(new TextEncoder().encode(input)),
      );
      const again = complete(completed.payload, completed.agent, {
        kaizenId: "another",
        startedAtMs: 7,
      });
      assertEquals(again.payload, completed.payload);
    }),
    {
      numRuns: 2000,
      // A name that the first time mends would be a mark of Codex or Copilot the second time.
      examples: [
        '"turn_id":"t"',
        '"transcript_path":"/home/u/.codex/sessions/1.jsonl"',
        '"timestamp":"2026-11-22T09:00:00.000Z"',
      ].map((mark) => [
        `{"session_id":"s","hook_event_name":"sessionEnd",${mark}}`,
        "claude",
      ]),
    },
  );
  assert(accepted > 40, `${accepted} payloads were events`);
});
