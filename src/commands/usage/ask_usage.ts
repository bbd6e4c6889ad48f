// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Asks for usage.
 * @module
 */
import { ask } from "../../client/mod.ts";
import type { AnswerOf, RequestOf } from "../../proto/mod.ts";
import { clientOptions } from "../ask/ask.ts";
import { askOwn } from "../ask/ask_own.ts";
import { resolvePlace } from "../ask/place.ts";
import type { Place } from "../ask/place.ts";
import type { Run } from "../shell/cli.ts";

/** Timeout in milliseconds: all sessions may have to be added up. */
const USAGE_TIMEOUT_MS = 60_000;

const LACK = "does not know usage: restart it with this kaizen";

/** The request without the time zone, which is the user's. */
export type WantedUsage = Omit<RequestOf<"get_usage">, "type" | "zone">;

/**
 * Returns the sums of each group. Starts a daemon if none is running.
 *
 * @throws {UnsupportedError} If the daemon does not know usage.
 */
export async function askUsage(
  wanted: WantedUsage,
  run: Run,
): Promise<AnswerOf<"usage">> {
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
  const request = { ...wanted, type: "get_usage" as const, zone: timeZone };
  const client = clientOptions(run, USAGE_TIMEOUT_MS);
  return await askOwn(() => ask(request, client), LACK, run);
}

/**
 * Returns the path of the workspace of a place; null if it stands for all of them.
 *
 * @throws {NotFoundError} If no workspace has the name, or more than one.
 */
export async function workspaceOfPlace(
  place: Place,
  run: Run,
): Promise<string | null> {
  if (place.kind === "all") return null;
  const [path = null] = await resolvePlace(place, run);
  return path;
}
