// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Options of `kaizen ingest`.
 * @module
 */
import type { IngestOptions } from "../../ingest/mod.ts";

/** Options of the command line. */
export type IngestWords = Omit<
  IngestOptions,
  "paths" | "timeoutMs" | "mayStart" | "onFailure"
>;
