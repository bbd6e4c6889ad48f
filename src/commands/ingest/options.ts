// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Options of `kaizen ingest`.
 * @module
 */
import type { IngestOptions } from "../../ingest/mod.ts";

/** What the command line says about the event. */
export type IngestWords = Omit<
  IngestOptions,
  "paths" | "timeoutMs" | "mayStart" | "onFailure"
>;
