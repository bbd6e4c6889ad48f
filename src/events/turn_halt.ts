// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Which events end a turn.
 * @module
 */
import type { Facts } from "./facts.ts";

/** Whether nothing that the thread began before the event runs any more: its turn is over, or the agent waits for a prompt. */
export function isHalt({ meaning, asking }: Facts): boolean {
  return meaning === "prompt" || meaning === "turn_end" ||
    meaning === "turn_failed" || meaning === "interrupt" ||
    asking === "prompt";
}
