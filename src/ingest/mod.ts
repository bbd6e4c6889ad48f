// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The path of one event on the client: read, completed, sent. An event that is not acknowledged is
 * spooled.
 * @module
 */
export { InputError, TooLargeError } from "./errors.ts";
export { hasConfig } from "./has_config.ts";
export { eventRequest } from "./request_body.ts";
export {
  deliverSpool,
  type DeliverSpoolOptions,
  type DeliverSpoolReport,
} from "./deliver_spool.ts";
export { recordPiped } from "./record_piped.ts";
export { runHook } from "./run_hook.ts";
export {
  type IngestOptions,
  type IngestReport,
  type LineFailure,
  runIngest,
} from "./run_ingest.ts";
