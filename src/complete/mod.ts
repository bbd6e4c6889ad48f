// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Completion: adds to an agent's event what the wire needs, without reformatting its JSON text.
 * @module
 */
export { buildEvent, type EventWords } from "./build_event.ts";
export { type Completed, completeEvent } from "./complete.ts";
export { completePlain } from "./complete_plain.ts";
export type { CompleteOptions } from "./plan.ts";
