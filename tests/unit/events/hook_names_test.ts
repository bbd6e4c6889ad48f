// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals } from "@std/assert";
import { HOOK_SOURCES, type HookSource } from "../../../src/proto/mod.ts";
import { lookUpHook, relabelHook } from "../../../src/events/hook_names.ts";

type Row = [
  names: string,
  kind: string,
  type: string | null,
];

const GENERIC: Row[] = [
  ["PreToolUse pre_tool_use", "ToolCall", null],
  ["PostToolUse post_tool_use", "ToolResult", null],
  ["SessionStart session_start", "Lifecycle", "session_start"],
  ["Stop stop", "Lifecycle", "session_stop"],
  [
    "PermissionRequest permission_request",
    "Lifecycle",
    "permission_request",
  ],
  [
    "UserPromptSubmit user_prompt_submit",
    "Lifecycle",
    "user_prompt_submit",
  ],
  ["Notification notification", "Lifecycle", "notification"],
  ["SubagentStart subagent_start", "Lifecycle", "subagent_start"],
  ["SubagentStop subagent_stop", "Lifecycle", "subagent_stop"],
  ["Interrupt interrupt", "Lifecycle", "interrupt"],
  ["ModeTransition mode_transition", "Lifecycle", "mode_transition"],
  [
    "pretooluse PRETOOLUSE preToolUse STOP SessionEnd sessionEnd PreCompact __proto__ constructor",
    "Hook",
    null,
  ],
];

const OWN: [source: HookSource, ...Row][] = [
  [
    "openclaw",
    "command:new message:received",
    "Lifecycle",
    "session_start",
  ],
  ["openclaw", "command:stop", "Lifecycle", "session_stop"],
  ["openclaw", "message:sent command:reset", "ToolCall", null],
  ["vibe", "session_end", "Lifecycle", "session_stop"],
  ["vibe", "tool_start function_call_start", "ToolCall", null],
  ["vibe", "tool_end function_call_end", "ToolResult", null],
];

function check(source: HookSource, [names, kind, type]: Row): void {
  for (const name of [...names.split(" ")]) {
    assertEquals(lookUpHook(source, name), { kind, type });
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
      check(it, it === source ? row : [row[0], "Hook", null]);
    }
  });
}

Deno.test("lookUpHook() takes an empty name for an unknown one", () => {
  check("cursor", ["", "Hook", null]);
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
