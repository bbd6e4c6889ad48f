// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The input of a hook.
 * @module
 */

/** A tool call in the form of Claude Code's hooks, some 330 bytes. */
export function hookText(workspace: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify({
    session_id: "3f0c1d52-6a86-4b5e-9a4b-0f6f7d2c9b11",
    transcript_path: "/home/u/.claude/projects/p/3f0c1d52.jsonl",
    cwd: workspace,
    permission_mode: "default",
    hook_event_name: "PreToolUse",
    tool_name: "Bash",
    tool_input: { command: "git status --short", description: "Look around" },
    tool_use_id: "toolu_01ABCdefGHIjklMNOpqrSTUv",
  }));
}

/** The words of a hook. */
export const HOOK_WORDS = ["ingest", "hook", "--source", "claude"] as const;
