// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The durable outbox of hook events. An event that no daemon has acknowledged is kept on disk, in
 * order, and delivered later.
 * @module
 */
export type { DeliverOptions, DeliverReport, Stop } from "./deliver.ts";
export type { PurgeReport, SpoolEntry } from "./entries.ts";
export { readBounds } from "./bounds.ts";
export { SpoolError, SpoolFullError } from "./errors.ts";
export { makeNews, newsMs } from "./news.ts";
export { hasPending } from "./pending.ts";
export { makePlace } from "./place.ts";
export type { RejectedAbout } from "./rejected.ts";
export type { Delivery, Sender, SendOutcome } from "./sender.ts";
export { Spool, type SpoolOptions } from "./spool.ts";
export { type SpoolStatus, surveySpool } from "./survey.ts";
