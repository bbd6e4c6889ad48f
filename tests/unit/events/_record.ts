// SPDX-License-Identifier: AGPL-3.0-or-later
import { type HookEvent, printEventHead } from "../../../src/events/mod.ts";
import { joinBytes } from "../../../src/proto/mod.ts";

/** The whole Event record, as the store's parts make it. */
export function printRecord(event: HookEvent, seq: number): Uint8Array {
  const close = new TextEncoder().encode("}");
  return joinBytes([printEventHead(event, seq), event.payload, close]);
}
