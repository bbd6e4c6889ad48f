// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * A naive model of what is true of a session: it reads the list of events again for each question,
 * and shares nothing with the program.
 * @module
 */
export { type Delivered } from "./event.ts";
export { type ModelActivity, STATUS_OF } from "./activity.ts";
export { type ModelSession, modelSessions } from "./session.ts";
export { flatten, type ModelSpan } from "./tree.ts";
export { compareSession, compareSpans, type Difference } from "./compare.ts";
