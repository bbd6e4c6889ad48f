// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Prints the events of all sessions.
 * @module
 */
import { UsageError } from "../../context/mod.ts";
import type { RequestOf, WatchFilter } from "../../proto/mod.ts";
import { followEvents } from "../ask/follow_events.ts";
import { openIdleOutput } from "../ask/idle_output.ts";
import { resolvePlace } from "../ask/place.ts";
import type { Run } from "../shell/cli.ts";
import { UnsupportedError } from "../shell/errors.ts";
import { printNote } from "../shell/print.ts";
import type { EventAnswer } from "./event_printer.ts";
import type { EventsOptions } from "./options.ts";
import { eventPrinter } from "./print.ts";

/**
 * Prints events in the order of their commits, and new ones if the options say so.
 *
 * @throws {UsageError} If the output never ends and the format is a single document.
 * @throws {NotFoundError} If there is no such session or project.
 * @throws {RemoteError} If the events after the cursor are not there any more.
 */
export async function runEvents(
  options: EventsOptions,
  run: Run,
): Promise<void> {
  const { follows, last, sinceCursor, allowsGap } = options;
  const { format, isFormatGiven } = run.settings;
  if (follows && format === "json" && isFormatGiven) {
    throw new UsageError(
      "Cannot follow with -o json as that is one document: use -o ndjson",
    );
  }
  if (follows && (format === "parquet" || format === "csv")) {
    throw new UsageError(
      `Cannot follow with -o ${format} as that is whole only at its end: use -o ndjson or -o arrow`,
    );
  }
  const { output, run: idle } = await openIdleOutput(run);
  const question: RequestOf<"watch_events"> = {
    type: "watch_events",
    cursor: sinceCursor,
    last,
    follow: follows,
    allow_gap: allowsGap,
    filter: { ...options.filter, ...await findEventsPlace(options, run) },
  };
  const printer = await eventPrinter(idle, follows);
  if (printer.idle !== undefined) output.idle = printer.idle;
  const stop = new AbortController();
  const events = streamEvents(question, run, stop.signal);
  try {
    while (true) {
      const step = await output.until(events.next());
      if (step.done) break;
      await printer.begin?.();
      if (step.value.length > 0) await printer.print(step.value);
    }
    await printer.end();
  } finally {
    stop.abort();
    await events.return();
  }
}

/** Yields events as our daemon sends them. Another daemon is polled. */
async function* streamEvents(
  question: RequestOf<"watch_events">,
  run: Run,
  signal: AbortSignal,
): AsyncGenerator<EventAnswer[], void> {
  const { filter, last = null, follow, cursor = null } = question;
  try {
    for await (const answers of followEvents(question, run, signal)) {
      yield answers.filter((answer) => answer.type === "event");
    }
    return;
  } catch (error) {
    // Without cursors there is nothing to go on after.
    if (!(error instanceof UnsupportedError) || cursor !== null) throw error;
  }
  await printNote(
    run,
    "this daemon sends no events: asking it for each session; the events have no cursor",
  );
  const { pollEvents } = await import("./poll_events.ts");
  yield* pollEvents(
    {
      filter: filter ?? {},
      last: last === null ? null : Number(last),
      follows: follow === true,
    },
    run,
    signal,
  );
}

/**
 * Finds the workspace and the session that the options name.
 *
 * @returns The part of a filter that names them.
 * @throws {NotFoundError} If there is no such session or project.
 */
export async function findEventsPlace(
  { place, session }: Pick<EventsOptions, "place" | "session">,
  run: Run,
): Promise<Pick<WatchFilter, "workspace" | "session">> {
  if (session !== null) {
    const { locateSession } = await import("../ask/find_session.ts");
    const { id, workspace } = await locateSession({ id: session, place }, run);
    return { workspace, session: id };
  }
  if (place === null || place.kind === "all") return {};
  const [workspace = null] = await resolvePlace(place, run);
  return { workspace };
}
