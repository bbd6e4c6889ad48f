// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Shows one session.
 * @module
 */
import type { Run } from "../shell/cli.ts";
import { findSession, type FoundSession } from "../ask/find_session.ts";
import type { DetailOptions } from "./options.ts";

/**
 * Prints a session. As JSON and without filters, it prints the bytes that the daemon sent.
 *
 * @throws {NotFoundError} If there is no such session.
 */
export async function runDetail(
  options: DetailOptions,
  run: Run,
): Promise<void> {
  const { format } = run.settings;
  if (options.follows) {
    const { followDetail } = await import("./follow_detail.ts");
    return await followDetail(options, run);
  }
  const isEager = format === "ndjson";
  const found = await findSession({ ...options, isEager }, run);
  await using _answer = found.answer;
  await printFound(found, options, run);
}

async function printFound(
  { answer }: FoundSession,
  options: DetailOptions,
  run: Run,
): Promise<void> {
  switch (run.settings.format) {
    case "json": {
      if (isWhole(options)) {
        const { passThrough } = await import("../ask/pass_through.ts");
        return await passThrough(answer, run);
      }
      const { printParts } = await import("./print_parts.ts");
      return await printParts(answer, options, run);
    }
    case "ndjson": {
      const { streamRecords } = await import("../ask/stream_records.ts");
      const { isWanted } = await import("./print_parts.ts");
      const wants = isWanted(options);
      return await streamRecords(answer, { wants }, run);
    }
    case "trace": {
      const { printTrace } = await import("./print_trace.ts");
      return await printTrace(answer, run);
    }
    case "text": {
      const { printDetail } = await import("./print.ts");
      return await printDetail(answer, options, run);
    }
  }
}

function isWhole(options: DetailOptions): boolean {
  return options.showsEvents && options.showsSpans && options.sinceSeq === 0;
}
