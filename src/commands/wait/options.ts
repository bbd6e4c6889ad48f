// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Options of `kaizen wait`.
 * @module
 */
import type { Place } from "../ask/place.ts";
import { EXIT } from "../shell/exit_codes.ts";

/** What a session can get to, each with the exit code that says so. */
export const OUTCOMES = {
  idle: EXIT.ok,
  needs: EXIT.sessionNeeds,
  ended: EXIT.sessionEnded,
  failed: EXIT.sessionFailed,
} as const;

/** What a session has got to. */
export type SessionOutcome = keyof typeof OUTCOMES;

/** What to wait for. */
export interface WaitOptions {
  /** An id, a prefix of one, or `@latest`. */
  id: string;
  place: Place;
  /** Any of these ends the wait. */
  until: readonly SessionOutcome[];
  /** Longest wait in milliseconds; null: as long as it takes. */
  timeoutMs: number | null;
  /** Shell command to run at the end; null: none. */
  exec: string | null;
}
