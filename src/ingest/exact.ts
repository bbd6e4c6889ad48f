// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * What a hook needs where the engine's own JSON parser will not do: for an event in several pieces, for one that must be changed in its
 * midst, for words instead of an event, and for what is no event. Loaded only then.
 *
 * In a build this is another bundle than the hook's, with classes of its own: what goes in and out must not need `instanceof`.
 * @module
 */
import {
  type Completed,
  completeEvent,
  type CompleteOptions,
} from "../complete/mod.ts";
import { NotAnEventError } from "../proto/mod.ts";

export { FirstValue } from "./first_value.ts";
export { wordedEvent } from "./words.ts";

/** A completed event, or why it is none. */
export type Outcome = { completed: Completed } | { refusal: string };

/** Completes an event whatever it looks like. */
export function completeExactly(
  text: Uint8Array,
  options: CompleteOptions,
): Outcome {
  try {
    return { completed: completeEvent(text, options) };
  } catch (error) {
    if (error instanceof NotAnEventError) return { refusal: error.message };
    throw error;
  }
}
