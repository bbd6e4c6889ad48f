// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Searches the events of all sessions.
 * @module
 */
import type { RequestOf } from "../../proto/mod.ts";
import { openIdleOutput } from "../ask/idle_output.ts";
import { findEventsPlace } from "../events/run.ts";
import type { Run } from "../shell/cli.ts";
import { EXIT, type ExitCode } from "../shell/exit_codes.ts";
import type { GrepOptions } from "./options.ts";
import { matchPrinter } from "./print.ts";
import { searchHere, searchThere } from "./search.ts";

/**
 * Prints the events that match, in the order of their commits.
 *
 * @returns The exit code that says whether there were any.
 * @throws {UsageError} If the pattern is no regular expression.
 * @throws {NotFoundError} If there is no such session or project.
 * @throws {UnsupportedError} If the daemon does not know such requests.
 */
export async function runGrep(
  options: GrepOptions,
  run: Run,
): Promise<ExitCode> {
  const { pattern, isExpression, ignoresCase, limit, redacts } = options;
  const { output, run: idle } = await openIdleOutput(run);
  const question: RequestOf<"search_events"> = {
    type: "search_events",
    text: pattern,
    ignore_case: ignoresCase,
    last: limit,
    ...redacts ? { redact: true } : {},
    filter: { ...options.filter, ...await findEventsPlace(options, run) },
  };
  const printer = matchPrinter(options.shows, idle);
  const stop = new AbortController();
  const matches = isExpression
    ? searchHere(question, run, stop.signal)
    : searchThere(question, run, stop.signal);
  let isFound = false;
  try {
    while (true) {
      const step = await output.until(matches.next());
      if (step.done) break;
      isFound = true;
      await printer.print(step.value);
    }
    await printer.end();
  } finally {
    stop.abort();
    await matches.return(undefined);
  }
  return isFound ? EXIT.ok : EXIT.notFound;
}
