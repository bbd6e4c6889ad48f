// SPDX-License-Identifier: AGPL-3.0-or-later
import {
  type HookEvent,
  joinEventRecord,
  printEventHead,
} from "../../../src/events/mod.ts";

/** The whole Event record, as the store's parts make it. */
export function printRecord(event: HookEvent, seq: number): Uint8Array {
  return joinEventRecord(printEventHead(event, seq), event.payload);
}
