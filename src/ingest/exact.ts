// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Handles events for which the engine's own JSON parser is not exact: an event in several pieces,
 * an event that is changed in the middle, words instead of an event, and input that is no event. It
 * is loaded only for those.
 *
 * A build bundles it apart from the hook, with classes of its own: `scripts/lib/hook_chunks.ts` has
 * the rule for the values that pass between the two.
 * @module
 */
import {
  type Completed,
  completeEvent,
  type CompleteOptions,
} from "../complete/mod.ts";
import { NotAnEventError } from "../proto/mod.ts";
import { TooLargeError } from "./errors.ts";
import { eventRequest } from "./request_body.ts";

export { FirstValue } from "./first_value.ts";
export { wordedEvent } from "./words.ts";

/** The body of a request, or the reason why there is none. */
export type MadeBody = { body: Uint8Array } | { refusal: string };

/** Makes the request that carries an event. */
export function makeBody(
  text: Uint8Array,
  options: CompleteOptions,
  findWorkspace: (completed: Completed) => string,
): MadeBody {
  try {
    const completed = completeEvent(text, options);
    return { body: eventRequest(completed, findWorkspace(completed)) };
  } catch (error) {
    if (error instanceof NotAnEventError || error instanceof TooLargeError) {
      return { refusal: error.message };
    }
    throw error;
  }
}
