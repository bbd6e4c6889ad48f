// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * What names an event and its session, and the words for a payload that is no hook event.
 * @module
 */
import type { HookSource } from "./wire.ts";

/** Which top-level key names the event. */
export function hookEventKey(source: HookSource): "event" | "hook_event_name" {
  return source === "claude" ? "hook_event_name" : "event";
}

/** The payload is not a hook event; the message is the daemon's own. */
export class NotAnEventError extends Error {
  override get name(): string {
    return "NotAnEventError";
  }
}

/**
 * Checks what an event must have: a name, which may be empty, and a session, which may not.
 *
 * @throws {NotAnEventError} If it has not.
 */
export function checkNames(
  source: HookSource,
  event: string | null,
  sessionId: string | null,
): { event: string; sessionId: string } {
  if (event === null) {
    throw new NotAnEventError(
      `${source} hook: missing '${hookEventKey(source)}' field`,
    );
  }
  if (sessionId === null || sessionId === "") {
    throw new NotAnEventError(`${source} hook: missing 'session_id' field`);
  }
  return { event, sessionId };
}
