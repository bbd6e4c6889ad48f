// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals } from "@std/assert";
import { EventFilter, type Rules } from "../../../src/privacy/mod.ts";

const CALL = {
  session_id: "s",
  cwd: "/repo/app",
  hook_event_name: "PostToolUse",
  tool_name: "Read",
  tool_input: { file_path: "/repo/app/prod.env" },
  tool_response: { file: { content: "KEY=1" } },
  tool_use_id: "toolu_01A",
  duration_ms: 12,
  timestamp_ms: 1788992290306,
  kaizen_id: "0123",
};
const KEPT = {
  session_id: "s",
  cwd: "/repo/app",
  hook_event_name: "PostToolUse",
  tool_name: "Read",
  tool_use_id: "toolu_01A",
  duration_ms: 12,
  timestamp_ms: 1788992290306,
  kaizen_id: "0123",
};

/** Applies rules to a payload of a workspace. */
function apply(
  rules: Partial<Rules>,
  payload: unknown,
  workspace = "/repo/app",
): unknown {
  const all = { workspaces: [], tools: [], paths: [], redact: false, ...rules };
  const text = JSON.stringify(payload);
  const result = new EventFilter(all, "/home/u").apply({
    payload: text,
    workspace,
  });
  if (result === text) return "unchanged";
  return result === null ? null : JSON.parse(result);
}

const withheld: [
  name: string,
  rules: Partial<Rules>,
  change: object,
  rule: string,
][] = [
  ["a tool", { tools: ["Read"] }, {}, "tool"],
  ["a tool by a pattern", { tools: ["mcp__bank__*"] }, {
    tool_name: "mcp__bank__pay",
  }, "tool"],
  ["a file name", { paths: ["*.env"] }, {}, "path"],
  ["a folder", { paths: ["/repo"] }, {}, "path"],
  ["a folder of the user's home", { paths: ["~/.ssh"] }, {
    tool_input: { file_path: "/home/u/.ssh/id_ed25519" },
  }, "path"],
  ["a path in a command", { paths: ["*.env"] }, {
    tool_name: "Bash",
    tool_input: { command: "grep KEY <prod.env | head" },
  }, "path"],
  ["a path within a list", { paths: ["secrets/**"] }, {
    tool_input: { edits: [{ path: "src/a.ts" }, { path: "secrets/a/b" }] },
  }, "path"],
  ["an input as a text of JSON", { paths: ["*.env"] }, {
    tool_input: undefined,
    toolArgs: '{"path":"a/.env"}',
  }, "path"],
];
for (const [name, rules, change, rule] of withheld) {
  Deno.test(`EventFilter withholds the content of ${name}`, () => {
    const call = { ...CALL, ...change };
    const kept = { ...KEPT, tool_name: call.tool_name };
    assertEquals(apply(rules, call), { ...kept, kaizen_withheld: rule });
  });
}

const unchanged: [name: string, rules: Partial<Rules>, change: object][] = [
  ["no rule", {}, {}],
  ["another tool", { tools: ["Write", "Rea"] }, {}],
  ["another file", { paths: ["*.envrc", "env", "/app"] }, {}],
  ["a prompt that names a path", { paths: ["*.env"] }, {
    tool_input: {},
    prompt: "look at prod.env",
  }],
  ["a transcript's path", { paths: [".claude"] }, {
    transcript_path: "/home/u/.claude/projects/a/s.jsonl",
  }],
  ["a text without secrets", { redact: true }, {}],
];
for (const [name, rules, change] of unchanged) {
  Deno.test(`EventFilter leaves the bytes of an event as they are: ${name}`, () => {
    assertEquals(apply(rules, { ...CALL, ...change }), "unchanged");
  });
}

Deno.test("EventFilter records nothing of an excluded workspace, nor of a folder in it", () => {
  const rules = { workspaces: ["~/private", "/srv/*-secret"] };
  const folders: [workspace: string, isRecorded: boolean][] = [
    ["/home/u/private", false],
    ["/home/u/private/a", false],
    ["/srv/x-secret/y", false],
    ["/home/u/privately", true],
    ["/srv/secret", true],
  ];
  for (const [workspace, isRecorded] of folders) {
    assertEquals(apply(rules, CALL, workspace) !== null, isRecorded, workspace);
  }
});

Deno.test("EventFilter replaces secrets and marks the payload", () => {
  const token = `ghp_${"a1".repeat(18)}`;
  const tool_response =
    `token ${token}\n-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\nend`;
  assertEquals(apply({ redact: true }, { ...CALL, tool_response }), {
    ...CALL,
    tool_response: "token [redacted: GitHub]\n[redacted: private key]\nend",
    kaizen_withheld: "secrets",
  });
});

Deno.test("EventFilter is not held up by a pattern of many stars", () => {
  const tool_input = { command: `echo ${"a".repeat(4000)}` };
  const paths = [`${"*a".repeat(50)}b`, `${"**a".repeat(50)}b`];
  assertEquals(apply({ paths }, { ...CALL, tool_input }), "unchanged");
});
