// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Lists sessions.
 * @module
 */
import type { Run } from "../shell/cli.ts";
import { listRequest, openSessions } from "../ask/list_request.ts";
import { resolvePlace } from "../ask/place.ts";
import { isColumnFormat } from "../shell/settings.ts";
import type { SessionsOptions } from "./options.ts";

/**
 * Prints sessions, last activity first. Passes one page of one workspace through; merges several
 * workspaces.
 */
export async function runSessions(
  options: SessionsOptions,
  run: Run,
): Promise<void> {
  const { format } = run.settings;
  if (options.watchMs !== null) {
    const { watchSessions } = await import("./watch_sessions.ts");
    return await watchSessions({ ...options, watchMs: options.watchMs }, run);
  }
  if (isColumnFormat(format)) {
    const { printSessionColumns } = await import("./print_columns.ts");
    return await printSessionColumns(options, run);
  }
  const workspaces = await resolvePlace(options.place, run);
  const [only] = workspaces;
  // The reference ignores the filter for the last activity, so its rows have to be looked at.
  const isExact = options.filter.active_since_ms === undefined;
  if (only !== undefined && workspaces.length === 1 && isExact) {
    if (format === "ndjson") {
      return options.limit > 0
        ? await streamPage(only, options, run)
        : await streamPages(only, options, run);
    }
    if (format === "json" && options.limit > 0) {
      return await passPage(only, options, run);
    }
  }
  const { printSessions } = await import("./print.ts");
  await printSessions(workspaces, options, run);
}

async function passPage(
  workspace: string,
  options: SessionsOptions,
  run: Run,
): Promise<void> {
  const { passThrough } = await import("../ask/pass_through.ts");
  const request = listRequest(workspace, options);
  await using answer = await openSessions({ request }, run);
  await passThrough(answer, run);
}

async function streamPage(
  workspace: string,
  options: SessionsOptions,
  run: Run,
): Promise<void> {
  const { streamRecords } = await import("../ask/stream_records.ts");
  const request = listRequest(workspace, options);
  await using answer = await openSessions({ request, isEager: true }, run);
  await streamRecords(answer, { wants: () => true }, run);
}

async function streamPages(
  workspace: string,
  wanted: SessionsOptions,
  run: Run,
): Promise<void> {
  const { streamRows } = await import("../ask/session_rows.ts");
  const { encodeLines } = await import("./print.ts");
  for await (
    const rows of streamRows({ workspace, wanted, isEager: true }, run)
  ) {
    if (rows.length > 0) await run.context.stdout.write(encodeLines({ rows }));
  }
}
