// SPDX-License-Identifier: AGPL-3.0-or-later
/** Sends hook events to a running daemon without starting a process for each. */
import { frame, send } from "./fake_daemon.ts";

/** The source of events, and their workspace. */
export interface FeedOptions {
  socket: string;
  workspace: string;
  source?: string;
}

/** Sends payloads one after another; each is stored when it resolves. */
export async function feed(
  options: FeedOptions,
  ...payloads: Record<string, unknown>[]
): Promise<void> {
  for (const payload of payloads) {
    using conn = await Deno.connect({
      transport: "unix",
      path: options.socket,
    });
    await send(
      conn,
      frame(JSON.stringify({
        type: "ingest_hook",
        source: options.source ?? "claude",
        payload: JSON.stringify(payload),
        workspace: options.workspace,
      })),
    );
    const answer = new TextDecoder().decode(await readAll(conn));
    if (!answer.includes('"ingested"')) throw new Error(answer);
  }
}

/** Returns the events of a small session: a prompt, a call inside of a call, an error, the end. */
export function sampleSession(
  id: string,
  startMs: number,
): Record<string, unknown>[] {
  const at = (ms: number, event: Record<string, unknown>) => ({
    session_id: id,
    timestamp_ms: startMs + ms,
    ...event,
  });
  return [
    at(0, { hook_event_name: "SessionStart", model: "claude-opus-4" }),
    at(100, {
      hook_event_name: "UserPromptSubmit",
      prompt: "fix the \u001b[31mbug",
    }),
    at(500, {
      hook_event_name: "PreToolUse",
      tool_name: "Task",
      tool_use_id: "t1",
      tool_input: { description: "look around" },
    }),
    at(600, {
      hook_event_name: "PreToolUse",
      tool_name: "Read",
      tool_use_id: "t2",
      tool_input: { file_path: "/w/app/a.ts" },
    }),
    at(850, {
      hook_event_name: "PostToolUse",
      tool_name: "Read",
      tool_use_id: "t2",
    }),
    at(1_500, {
      hook_event_name: "PostToolUse",
      tool_name: "Task",
      tool_use_id: "t1",
    }),
    at(2_000, {
      hook_event_name: "PreToolUse",
      tool_name: "Bash",
      tool_use_id: "t3",
      tool_input: { command: "ls" },
    }),
    at(3_000, { hook_event_name: "Stop" }),
  ];
}

async function readAll(conn: Deno.Conn): Promise<Uint8Array> {
  const bytes: number[] = [];
  const buffer = new Uint8Array(64 * 1024);
  for (let n; (n = await conn.read(buffer)) !== null;) {
    bytes.push(...buffer.subarray(0, n));
  }
  return Uint8Array.from(bytes.slice(4));
}
