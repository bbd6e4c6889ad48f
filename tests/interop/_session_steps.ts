// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Generated conversations: sessions, workspaces, sources and event names in any order, with numbers at every limit. Payloads are
 * made as text, so that a number keeps the spelling it was given.
 * @module
 */
import fc from "fast-check";
import { HOOK_SOURCES, type HookSource } from "../../src/proto/mod.ts";
import {
  type Case,
  detail,
  ingest,
  list,
  request,
  type Step,
} from "./_case.ts";

/** Largest number of generated steps of one conversation. */
export const MAX_STEPS = 40;
/** The time that events with a time are near. */
const BASE_MS = 1_714_000_000_000n;

const WORKSPACES = ["$W/app", "$W/other", "$W/link", "$W/app/", "$W/gone"];
const SESSIONS = ["s", "é😀", "a:1 b\\u0000c"];

/** The names of the table of hook events, in all spellings, and some that are in none. */
const NAMES = [
  ...["PreToolUse", "PostToolUse", "SessionStart", "Stop"].flatMap((name) => [
    name,
    name,
    name,
    snakeCase(name),
  ]),
  ...[
    "PermissionRequest",
    "UserPromptSubmit",
    "Notification",
    "SubagentStart",
    "SubagentStop",
    "Interrupt",
    "ModeTransition",
  ].flatMap((name) => [name, snakeCase(name)]),
  "command:new",
  "message:received",
  "command:stop",
  "message:sent",
  "command:reset",
  "session_end",
  "tool_start",
  "function_call_start",
  "tool_end",
  "function_call_end",
  "SessionEnd",
  "preToolUse",
  "STOP",
  " Stop",
  "",
  "Other",
];

const U32_LIMITS = ["0", "1", "4294967295", "4294967296", "-1", "-0", "1.0"]
  .concat(["1e2", "null", '"5"', "true", "[3]", "18446744073709551616"]);
const NUMBERS = ["0", "1", "-1", "-0", "0.0", "1.005", "-2.5", "0.1", "1e-7"]
  .concat(["5e-7", "123456.789012345", "9007199254740993", "1e300", "-1e300"])
  .concat(["9223372036854775807", "9223372036854775808", "1e13", "null"])
  .concat(["18446744073709551615", "18446744073709551616", '"1"', "4.35"]);
/** Sums of many more than these overflow in the reference (divergence 25). */
const COSTS = NUMBERS.filter((text) => !(Math.abs(Number(text)) > 1e10));
const TEXTS = ['""', '" "', '"x"', '"\\u00a0y\\u0085"', "null", "7", "{}"];
const MODELS = ['"gpt-5"', '"claude-opus-4"', '"xO3x"', '" o1 "', '"kindle-a"']
  .concat([
    '"nova-pro"',
    '"NOVA-"',
    '"\\ufeffm"',
    '"\\u0085m\\u0085"',
    ...TEXTS,
  ]);
const TRANSCRIPTS = ['"/h/.claude/x.jsonl"', '"/h/.codex/x"', ...TEXTS]
  .concat(['"C:\\\\u\\\\.CODEX\\\\x"', '"/.codex"', '"/.Codex/"']);
const TOOLS = ['"Read"', '"Bash"', '"Task"', '""', "null", "7"];
const IDS = ['"A"', '"B"', '"C"', '""', "null", "5", '"é"'];
const PATHS = [
  '"b.ts"',
  '"a.ts"',
  '"é"',
  '"😀"',
  '"\uff5e"',
  '""',
  "7",
  "null",
];
const PATH_KEYS = ["path", "file_path", "target_file", "file"]
  .concat(["relative_workspace_path", "filePath", "cwd"]);

/** A member of a payload: its key, and its value as JSON text. */
type MemberText = [key: string, text: string];

/** How events of a conversation get their time. */
export type TimeMode = "near" | "far" | "clock";

/** One event to be. */
interface EventPlan {
  source: HookSource;
  workspace: string;
  session: string;
  name: string;
  time: MemberText | null;
  members: MemberText[];
}

/** Any conversation, in words of the cases. */
export function anyCase(): fc.Arbitrary<Case> {
  return fc.constantFrom<TimeMode>("near", "near", "far", "far", "clock").chain(
    (mode) =>
      fc.array(anyStep(mode), {
        minLength: 1,
        maxLength: MAX_STEPS,
        size: "max",
      })
        .map((steps) => ({
          name: "generated",
          clock: mode === "clock",
          expiring: mode === "far",
          steps: steps.flat(),
        })),
  );
}

function anyStep(mode: TimeMode): fc.Arbitrary<Step[]> {
  const page = fc.constantFrom<number | bigint>(0, 1, 2, 100, 2n ** 64n - 1n);
  return fc.oneof<fc.WeightedArbitrary<Step[]>[]>(
    { weight: 60, arbitrary: anyEvent(mode).map(toSteps) },
    { weight: 4, arbitrary: anyRefusal() },
    {
      weight: 4,
      arbitrary: fc.record({
        workspace: fc.constantFrom(...WORKSPACES),
        offset: mode === "clock" ? fc.constant(0) : page,
        limit: mode === "clock" ? fc.constant(100) : page,
        filter: anyFilter(mode),
      }).map((more) => [list(more)]),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom(...WORKSPACES, null).map((workspace) => [
        detail("s", workspace),
      ]),
    },
    {
      weight: 1,
      arbitrary: fc.constant<Step[]>([request({ type: "status" })]),
    },
    { weight: 1, arbitrary: fc.constant<Step[]>([{ do: "restart" }]) },
  );
}

/** The event, then a look at every session of its database: an event can end spans of others. */
function toSteps(plan: EventPlan): Step[] {
  const workspace = plan.workspace === "$W/link" || plan.workspace === "$W/app/"
    ? "$W/app"
    : plan.workspace;
  return [
    ingest(plan.source, printPayload(plan), plan.workspace),
    ...SESSIONS.map((session) => detail(JSON.parse(`"${session}"`), workspace)),
  ];
}

function printPayload({ source, session, name, time, members }: EventPlan) {
  const key = source === "claude" ? "hook_event_name" : "event";
  const all: MemberText[] = [
    [key, JSON.stringify(name)],
    ["session_id", `"${session}"`],
    ...time === null ? [] : [time],
    ...members,
  ];
  return `{${all.map(([key, text]) => `"${key}":${text}`).join(",")}}`;
}

function anyEvent(mode: TimeMode): fc.Arbitrary<EventPlan> {
  return fc.constantFrom(...HOOK_SOURCES).chain((source) =>
    fc.record({
      source: fc.constant(source),
      workspace: fc.oneof(
        { weight: 8, arbitrary: fc.constant("$W/app") },
        { weight: 2, arbitrary: fc.constantFrom(...WORKSPACES) },
      ),
      session: fc.oneof(
        { weight: 3, arbitrary: fc.constant("s") },
        { weight: 2, arbitrary: fc.constantFrom(...SESSIONS) },
      ),
      name: fc.constantFrom(...NAMES),
      time: anyTime(mode, source),
      members: fc.array(anyMember(), { maxLength: 8 }),
    })
  );
}

function anyTime(
  mode: TimeMode,
  source: HookSource,
): fc.Arbitrary<MemberText | null> {
  if (mode === "clock") {
    // Nothing here is a time, so the clock's is taken.
    return fc.oneof(
      fc.constant(null),
      fc.constantFrom("0", "-1", "1.5", '"1714000000000"', "null", "1e12")
        .map((text): MemberText => ["timestamp_ms", text]),
    );
  }
  const near = fc.integer({ min: 0, max: 10_000 });
  const hoursAway = [3_600_000, 3_600_001, 7_200_002, -3_600_001];
  const limits = [
    1n,
    2n ** 53n + 1n,
    2n ** 63n - 1n,
    2n ** 63n,
    2n ** 64n - 1n,
  ];
  const inMs = fc.oneof(
    { weight: 32, arbitrary: near.map((ms) => BASE_MS + BigInt(ms)) },
    ...mode === "near" ? [] : [
      {
        weight: 7,
        arbitrary: fc.constantFrom(...hoursAway)
          .map((ms) => BASE_MS + BigInt(ms)),
      },
      { weight: 1, arbitrary: fc.constantFrom(...limits) },
    ],
  ).map((ms): MemberText => ["timestamp_ms", String(ms)]);
  if (source !== "vibe") return inMs;
  const seconds = ["1714000001", "1714000000500", "1714000003"];
  const farSeconds = ["999999999999", "1000000000000"];
  const inSeconds = fc.constantFrom(
    ...seconds,
    ...mode === "near" ? [] : farSeconds,
  ).map((text): MemberText => ["timestamp", text]);
  return fc.oneof(
    { weight: 3, arbitrary: inMs },
    { weight: 1, arbitrary: inSeconds },
  );
}

function anyMember(): fc.Arbitrary<MemberText> {
  const member = (keys: readonly string[], texts: readonly string[]) =>
    fc.tuple(fc.constantFrom(...keys), fc.constantFrom(...texts));
  return fc.oneof(
    {
      weight: 4,
      arbitrary: member(
        ["tool_call_id", "tool_use_id", "call_id", "id"],
        IDS,
      ),
    },
    { weight: 3, arbitrary: member(["tool_name", "tool", "name"], TOOLS) },
    {
      weight: 3,
      arbitrary: member(
        [
          "input_tokens",
          "output_tokens",
          "reasoning_tokens",
          "latency_ms",
          "duration_ms",
          "permission_wait_ms",
          "context_used_tokens",
          "context_max_tokens",
          "cache_creation_tokens",
          "cache_read_tokens",
          "system_prompt_tokens",
        ],
        U32_LIMITS,
      ),
    },
    {
      weight: 2,
      arbitrary: member(["input_tokens", "output_tokens"], ["1", "20", "300"]),
    },
    { weight: 2, arbitrary: member(["total_cost_usd"], COSTS) },
    {
      weight: 1,
      arbitrary: fc.tuple(
        // More digits are beyond what the reference reads exactly (divergence 24).
        fc.maxSafeInteger(),
        fc.integer({ min: 6, max: 22 }),
      ).map(([n, e]): MemberText => ["total_cost_usd", `${n}e-${e}`]),
    },
    { weight: 2, arbitrary: fc.tuple(fc.constant("model"), oneOf(MODELS)) },
    {
      weight: 1,
      arbitrary: fc.tuple(
        fc.constantFrom("message", "metadata", "config"),
        oneOf(MODELS).map((model) => `{"model":${model}}`),
      ),
    },
    { weight: 1, arbitrary: member(["transcript_path"], TRANSCRIPTS) },
    { weight: 1, arbitrary: member(["turn_id"], ["null", '"t"']) },
    { weight: 1, arbitrary: member(["stop_reason", "type", "os"], TEXTS) },
    {
      weight: 1,
      arbitrary: member(
        ["arch", "cursor_version", "claude_version", "agent_version"]
          .concat(["version"]),
        TEXTS,
      ),
    },
    {
      weight: 3,
      arbitrary: fc.tuple(
        fc.constantFrom("tool_input", "tool_response", "path", "x"),
        anyPaths(),
      ),
    },
    {
      weight: 1,
      arbitrary: fc.tuple(
        fc.constantFrom("event", "hook_event_name"),
        fc.constantFrom(...NAMES).map((name) => JSON.stringify(name)),
      ).map(([key, text]): MemberText => [
        // Only the key that its source does not look at: the other one would be the event's name.
        key,
        text,
      ]),
    },
    {
      weight: 1,
      arbitrary: fc.tuple(fc.constant("any"), fc.json({ maxDepth: 4 })),
    },
    {
      weight: 1,
      arbitrary: fc.tuple(fc.constant("n"), oneOf(NUMBERS)),
    },
  );
}

/** Paths in objects, in arrays, and in text that is itself JSON. */
function anyPaths(): fc.Arbitrary<string> {
  const { value } = fc.letrec<{ value: string }>((tie) => ({
    value: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      fc.constantFrom(...PATHS),
      fc.array(
        fc.tuple(fc.constantFrom(...PATH_KEYS, "a"), tie("value")),
        { maxLength: 3 },
      ).map((members) =>
        `{${members.map(([key, text]) => `"${key}":${text}`).join(",")}}`
      ),
      fc.array(tie("value"), { maxLength: 2 }).map((all) => `[${all}]`),
      tie("value").map((text) => JSON.stringify(text)),
    ),
  }));
  return value;
}

/** A payload that is none, and what the daemon says of it later. */
function anyRefusal(): fc.Arbitrary<Step[]> {
  const text = fc.constantFrom(
    "",
    "{",
    "null",
    "[]",
    "{}",
    '{"event":"Stop","hook_event_name":"Stop"}',
    '{"event":"Stop","hook_event_name":"Stop","session_id":""}',
    '{"event":7,"hook_event_name":null,"session_id":"s"}',
    '{"event":"Stop","hook_event_name":"Stop","session_id":"s","a":1e999}',
    '{"event":"Stop","hook_event_name":"Stop","session_id":"s","a":"\\udead"}',
  );
  return fc.tuple(
    fc.constantFrom(...HOOK_SOURCES),
    text,
    fc.constantFrom(...WORKSPACES),
  ).map(([source, payload, workspace]) => [
    ingest(source, payload, workspace),
    request({ type: "status" }),
  ]);
}

function anyFilter(mode: TimeMode) {
  return fc.record({
    agent_prefix: fc.constantFrom("", "c", "CO", "clau_", "vibe", "%"),
    status: fc.constantFrom("Running", "Waiting", "Idle", "Done", null),
    since_ms: mode === "clock" ? fc.constant(null) : fc.constantFrom(
      null,
      BASE_MS + 5000n,
      2n ** 63n - 1n,
      2n ** 63n,
      2n ** 64n - 1n,
      0,
    ),
  }, { requiredKeys: [] });
}

function oneOf(texts: readonly string[]): fc.Arbitrary<string> {
  return fc.constantFrom(...texts);
}

function snakeCase(name: string): string {
  return name.replace(/(?<=[a-z])(?=[A-Z])/g, "_").toLowerCase();
}
