// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals } from "@std/assert";
import { HOOK_SOURCES, type HookSource } from "../../../src/proto/mod.ts";
import { lookUpHook, relabelHook } from "../../../src/events/hook_names.ts";

type Row = [
  names: string,
  kind: string,
  type: string | null,
  status: string | null,
];

const GENERIC: Row[] = [
  ["PreToolUse pre_tool_use", "ToolCall", null, "Waiting"],
  ["PostToolUse post_tool_use", "ToolResult", null, "Running"],
  ["SessionStart session_start", "Lifecycle", "session_start", "Running"],
  ["Stop stop", "Lifecycle", "session_stop", "Done"],
  [
    "PermissionRequest permission_request",
    "Lifecycle",
    "permission_request",
    "Waiting",
  ],
  [
    "UserPromptSubmit user_prompt_submit",
    "Lifecycle",
    "user_prompt_submit",
    "Running",
  ],
  ["Notification notification", "Lifecycle", "notification", null],
  ["SubagentStart subagent_start", "Lifecycle", "subagent_start", null],
  ["SubagentStop subagent_stop", "Lifecycle", "subagent_stop", null],
  ["Interrupt interrupt", "Lifecycle", "interrupt", null],
  ["ModeTransition mode_transition", "Lifecycle", "mode_transition", null],
  [
    "pretooluse PRETOOLUSE preToolUse STOP SessionEnd sessionEnd PreCompact __proto__ constructor",
    "Hook",
    null,
    null,
  ],
];

const OWN: [source: HookSource, ...Row][] = [
  [
    "openclaw",
    "command:new message:received",
    "Lifecycle",
    "session_start",
    "Running",
  ],
  ["openclaw", "command:stop", "Lifecycle", "session_stop", "Done"],
  ["openclaw", "message:sent command:reset", "ToolCall", null, "Waiting"],
  ["vibe", "session_end", "Lifecycle", "session_stop", "Done"],
  ["vibe", "tool_start function_call_start", "ToolCall", null, "Waiting"],
  ["vibe", "tool_end function_call_end", "ToolResult", null, "Running"],
];

function check(source: HookSource, [names, kind, type, status]: Row): void {
  for (const name of [...names.split(" ")]) {
    const starts = type === "session_start";
    assertEquals(lookUpHook(source, name), { kind, type, status, starts });
  }
}

for (const row of GENERIC) {
  Deno.test(`lookUpHook() knows ${row[0]} from every agent`, () => {
    for (const source of HOOK_SOURCES) check(source, row);
  });
}

for (const [source, ...row] of OWN) {
  Deno.test(`lookUpHook() knows ${row[0]} from ${source} alone`, () => {
    for (const it of HOOK_SOURCES) {
      check(it, it === source ? row : [row[0], "Hook", null, null]);
    }
  });
}

Deno.test("lookUpHook() takes an empty name for an unknown one", () => {
  check("cursor", ["", "Hook", null, null]);
});

Deno.test("relabelHook() reads tool calls, results, starts and stops only", () => {
  const kinds: [names: string, kind: string][] = [
    ["PreToolUse pre_tool_use", "ToolCall"],
    ["PostToolUse post_tool_use", "ToolResult"],
    ["SessionStart session_start Stop stop", "Lifecycle"],
    [
      "Notification UserPromptSubmit permission_request tool_start command:new session_end X",
      "Hook",
    ],
  ];
  for (const [names, kind] of kinds) {
    for (const name of names.split(" ")) assertEquals(relabelHook(name), kind);
  }
  assertEquals(relabelHook(null), "Hook");
});
