// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Events of the cases about ends, as JSON text, so that their numbers and escapes keep their
 * spelling.
 * @module
 */
import { ingest, type Step, WORKSPACE } from "./_case.ts";

/** When these events happened. */
export const START_MS = 1_714_000_000_000;

/** An event as JSON text, so that its numbers and escapes keep their spelling. */
export function event(name: string, session: string, more = ""): string {
  return `{"event":"${name}","session_id":"${session}","timestamp_ms":${START_MS}${more}}`;
}

/** Hands one over as Cursor does. */
export function send(
  name: string,
  session: string,
  more = "",
  workspace = WORKSPACE,
): Step {
  return ingest("cursor", event(name, session, more), workspace);
}
