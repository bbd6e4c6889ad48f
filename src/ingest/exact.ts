// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * What a hook needs where the engine's own JSON parser will not do: for an event in several pieces, for one that must be changed in its
 * midst, for words instead of an event, and for what is no event. Loaded only then.
 *
 * A build bundles it apart from the hook, with classes of its own: `scripts/lib/hook_chunks.ts` has the rule for what goes in and out.
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

/** A request's body, or why there is none. */
export type MadeBody = { body: Uint8Array } | { refusal: string };

/** Makes the request that hands an event over. */
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
