// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The requests for the recording of a 0.1.15: one case with all its answers, and requests that it
 * does not understand.
 * @module
 */
import { body, type Case, detail, ingest, list, request } from "./_case.ts";

/** The name of its file. */
export const OLD_VERSION = "old_version";

/** The requests that 0.1.15 knows, and one of a later one. */
export function oldVersionCases(): Case[] {
  const event = (name: string, ms: number) =>
    ingest(
      "claude",
      `{"hook_event_name":"${name}","session_id":"s","timestamp_ms":${
        1_714_000_000_000 + ms
      },"tool_name":"Read","tool_use_id":"t","model":"claude-opus-4"}`,
    );
  return [{
    name: "all its answers",
    steps: [
      request({ type: "hello", proto_version: 1, client: "cli" }),
      request({ type: "hello", proto_version: 2, client: "cli" }),
      request({ type: "status" }),
      list(),
      event("SessionStart", 0),
      event("PreToolUse", 1),
      event("PostToolUse", 2),
      event("Stop", 3),
      list(),
      detail("s"),
      detail("nobody"),
      ingest("cursor", "{}"),
      ingest("vibe", "{}"),
      request({ type: "status" }),
      request({ type: "ensure_proxy", workspace: "/w", provider: "openai" }),
      body("{"),
      request({ type: "stop" }),
    ],
  }];
}
