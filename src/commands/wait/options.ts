// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Options of `kaizen wait`.
 * @module
 */
import type { Place } from "../ask/place.ts";
import { EXIT } from "../shell/exit_codes.ts";

/** The outcomes of a session, with their exit codes. */
export const OUTCOMES = {
  idle: EXIT.ok,
  needs: EXIT.sessionNeeds,
  ended: EXIT.sessionEnded,
  failed: EXIT.sessionFailed,
} as const;

/** The outcome of a session. */
export type SessionOutcome = keyof typeof OUTCOMES;

/** Options of `kaizen wait`. */
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
