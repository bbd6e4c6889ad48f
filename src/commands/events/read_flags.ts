// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The flags that say which events are meant.
 * @module
 */
import { type Place, readPlace } from "../ask/place.ts";
import { resolveSince, type Since } from "../shell/since.ts";
import type { Run } from "../shell/cli.ts";
import type { EventsOptions } from "./options.ts";

/** Flags as they were parsed. */
export interface EventFlags {
  workspace?: string | undefined;
  project?: string | undefined;
  allWorkspaces?: true | undefined;
  session?: string | undefined;
  agent?: string | undefined;
  tool?: string | undefined;
  event?: string | undefined;
  path?: string | undefined;
  errors?: true | undefined;
  since?: Since | undefined;
  until?: Since | undefined;
}

/** Reads the flags. @throws {UsageError} If they contradict each other. */
export function readEventFlags(
  flags: EventFlags,
  run: Run,
): Pick<EventsOptions, "place" | "session" | "filter"> {
  const { session, agent, tool, event, path, errors, since, until } = flags;
  const nowMs = run.context.now();
  return {
    place: placeOf(flags, run),
    session: session ?? null,
    filter: {
      agent_prefix: agent ?? null,
      tool: tool ?? null,
      event: event ?? null,
      path: path ?? null,
      errors: errors ?? null,
      since_ms: since === undefined ? null : resolveSince(since, nowMs),
      until_ms: until === undefined ? null : resolveSince(until, nowMs),
    },
  };
}

function placeOf(
  { workspace, project, allWorkspaces }: EventFlags,
  run: Run,
): Place | null {
  const isPlaced = [workspace, project, allWorkspaces].some((it) =>
    it !== undefined
  );
  return isPlaced
    ? readPlace({ workspace, project, allWorkspaces }, run)
    : null;
}
