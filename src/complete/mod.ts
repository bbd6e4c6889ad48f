// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Completion: what agents really send becomes what the wire needs, by splicing into its text.
 * @module
 */
export { buildEvent, type EventWords } from "./build_event.ts";
export { type Completed, completeEvent } from "./complete.ts";
export { completePlain } from "./complete_plain.ts";
export type { CompleteOptions } from "./plan.ts";
