// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The values of generated events: names, ids, numbers at every limit, texts of any letters, paths
 * within texts. All are JSON text, so that a number or an escape keeps the spelling it was given.
 * @module
 */
import fc from "fast-check";
import { CODE_POINT } from "../fuzz/code_point.ts";

/**
 * Beside `$W/app`: each conversation has two of them at most, as the reference holds few databases
 * open.
 */
export const WORKSPACES = ["$W/other", "$W/link", "$W/app/", "$W/gone", "$W/é"]
  .concat(["$W/app/.", "$W/link/../other", "$W//app", "$W/gone/../app"]);
/** Ids, as they are written in JSON. */
export const SESSIONS = [
  "s",
  "S",
  "é😀",
  "e\\u0301",
  "\\uff5e",
  " ",
  "%",
  "x'--",
]
  .concat(["a:1 b\\u0000c", "a:1 b\\u0000d", "\\u0000", "__proto__"])
  .concat(["v1:1:s:A", "x".repeat(300)]);

/** The names of the table of hook events, in all spellings, and some that are in none. */
export const NAMES = [
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
  "Stop\0",
  "PreToolUse ",
  "pretooluse",
  "__proto__",
];

const U32_LIMITS = ["0", "1", "4294967295", "4294967296", "-1", "-0", "1.0"]
  .concat(["1e2", "null", '"5"', "true", "[3]", "18446744073709551616"]);
const NUMBERS = ["0", "1", "-1", "-0", "0.0", "1.005", "-2.5", "0.1", "1e-7"]
  .concat(["5e-7", "123456.789012345", "9007199254740993", "1e300", "-1e300"])
  .concat(["9223372036854775807", "9223372036854775808", "1e13", "null"])
  .concat(["18446744073709551615", "18446744073709551616", '"1"', "4.35"])
  .concat(["1e400", "-1E400", "1e-400", "-0.0", "1.7976931348623157e308"])
  .concat(["5e-324", "1e19", "-9223372036854775809", "1e0000000000000000001"]);
/** Sums of many more than these overflow in the reference (divergence 25). */
const COSTS = NUMBERS.filter((text) => !(Math.abs(Number(text)) > 1e10))
  .concat(["1e400"]);
const TEXTS = ['""', '" "', '"x"', '"\\u00a0y\\u0085"', "null", "7", "{}"];
const MODELS = [
  '"gpt-5"',
  '"\u212aindle-"',
  '"c\u043edex"',
  '"claude-opus-4"',
  '"xO3x"',
  '" o1 "',
  '"kindle-a"',
]
  .concat([
    '"nova-pro"',
    '"NOVA-"',
    '"\\ufeffm"',
    '"\\u0085m\\u0085"',
    ...TEXTS,
  ]);
const TRANSCRIPTS = ['"/h/.claude/x.jsonl"', '"/h/.codex/x"', ...TEXTS]
  .concat(['"C:\\\\u\\\\.CODEX\\\\x"', '"/.codex"', '"/.Codex/"']);
const TOOLS = ['"Read"', '"Bash"', '"Task"', '""', "null", "7"]
  .concat(['"Read\\u0000"', '"__proto__"']);
const IDS = ['"A"', '"B"', '"C"', '""', "null", "5", '"é"', '"A\\u0000"']
  .concat(['"constructor"']);
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
export type MemberText = [key: string, text: string];

/** Any member but those that name the event, its session and its time. */
export function anyMember(): fc.Arbitrary<MemberText> {
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
      weight: 2,
      arbitrary: fc.tuple(
        fc.oneof(
          {
            weight: 4,
            arbitrary: fc.constantFrom(
              ...["model", "tool_name", "id", "path", "stop_reason", "type"],
              ...["transcript_path", "os", "version"],
            ),
          },
          { weight: 1, arbitrary: anyText() },
        ),
        anyText().map((text) => JSON.stringify(text)),
      ),
    },
    { weight: 1, arbitrary: fc.tuple(fc.constant("x"), anyDepth()) },
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

/**
 * Letters of every kind, zero bytes and controls among them; no lone surrogates, which no JSON text
 * may hold.
 */
export function anyText(): fc.Arbitrary<string> {
  return fc.oneof(
    fc.string({ unit: CODE_POINT, maxLength: 6 }),
    fc.string({ unit: "grapheme", maxLength: 6 }),
  );
}

/** Arrays about as deep as may be, as they are and within a text. */
function anyDepth(): fc.Arbitrary<string> {
  return fc.tuple(
    fc.constantFrom(1, 60, 124, 125, 126, 127, 128),
    fc.boolean(),
  ).map(([depth, isText]) => {
    const text = `${"[".repeat(depth)}{"path":"deep"}${"]".repeat(depth)}`;
    return isText ? JSON.stringify(text) : text;
  });
}

function oneOf(texts: readonly string[]): fc.Arbitrary<string> {
  return fc.constantFrom(...texts);
}

function snakeCase(name: string): string {
  return name.replace(/(?<=[a-z])(?=[A-Z])/g, "_").toLowerCase();
}
