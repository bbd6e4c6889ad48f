// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Ways of a played event to the daemon, and to the model.
 * @module
 */
import { isAgentName } from "../../src/agents/mod.ts";
import { completeEvent } from "../../src/complete/mod.ts";
import type { RequestOf } from "../../src/proto/mod.ts";
import type { Delivered } from "../model/mod.ts";
import type { Hook } from "./played.ts";

/** The text that an agent writes to its hook. */
export function printPayload({ fields }: Hook): string {
  return JSON.stringify(fields);
}

/** The text with the time at which it was played, for a hook that runs later. */
export function printTimed(
  { fields, tsMs }: Pick<Hook, "fields" | "tsMs">,
): string {
  return JSON.stringify({ ...fields, timestamp_ms: tsMs });
}

/** An event as the model takes it. */
export function toDelivered(hook: Hook): Delivered {
  const { source, tsMs, id, folder } = hook;
  return { source, payload: printPayload(hook), tsMs, id, workspace: folder };
}

/** An event as a hook of the program sends it to the daemon. */
export function toRequest(hook: Hook): RequestOf<"ingest_hook"> {
  if (!isAgentName(hook.source)) {
    throw new TypeError(`No agent: ${hook.source}`);
  }
  const { source, payload } = completeEvent(
    new TextEncoder().encode(printPayload(hook)),
    { source: hook.source, startedAtMs: hook.tsMs, kaizenId: hook.id },
  );
  return { type: "ingest_hook", source, payload, workspace: hook.folder };
}
