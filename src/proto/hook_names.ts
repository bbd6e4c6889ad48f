// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The keys that name an event and its session, and the error for a payload that lacks them.
 * @module
 */
import type { HookSource } from "./wire.ts";

/** Returns the top-level key that names the event. */
export function hookEventKey(source: HookSource): "event" | "hook_event_name" {
  return source === "claude" ? "hook_event_name" : "event";
}

/** The payload is not a hook event. The message is the one that the daemon answers. */
export class NotAnEventError extends Error {
  override get name(): string {
    return "NotAnEventError";
  }
}

/**
 * Checks that an event has a name, which may be empty, and a session, which may not.
 *
 * @throws {NotAnEventError} If one of them is missing.
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
