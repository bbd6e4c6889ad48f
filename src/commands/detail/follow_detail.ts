// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * `kaizen detail --follow`: prints a session, then its new events, until SIGINT.
 * @module
 */
import { UsageError } from "../../context/mod.ts";
import {
  type AnswerRecord,
  flattenSpans,
  makePaint,
  renderEvents,
  toLine,
} from "../../output/mod.ts";
import { joinBytes } from "../../proto/mod.ts";
import { isWanted, readSeq } from "./print_parts.ts";
import { eventsSince, renderDetail } from "./print.ts";
import type { Run } from "../shell/cli.ts";
import {
  findSession,
  type FoundSession,
  openDetail,
} from "../ask/find_session.ts";
import { openIdleOutput } from "../ask/idle_output.ts";
import { changesOf } from "../ask/session_changes.ts";
import { printLines } from "../shell/print.ts";
import { readDetail } from "./read_detail.ts";
import type { DetailOptions } from "./options.ts";
import { splitAnswer } from "../ask/stream_records.ts";

/** How often to look with a daemon that sends no events, in milliseconds. */
const POLL_MS = 1_000;
/** Shortest time between two looks, in milliseconds: each reads the whole session. */
const GAP_MS = 250;

/**
 * Prints a session as it grows, until SIGINT ends the process.
 *
 * @throws {UsageError} If the format is a single document, as the output never ends.
 */
export async function followDetail(
  options: DetailOptions,
  run: Run,
): Promise<void> {
  const { format, isFormatGiven } = run.settings;
  if (format === "trace" || (format === "json" && isFormatGiven)) {
    throw new UsageError(
      `Cannot follow with -o ${format} as that is one document: use -o ndjson`,
    );
  }
  const { output, run: idle } = await openIdleOutput(run);
  const show = format === "text" ? text(options, idle) : lines(options, idle);
  const step = async (found: FoundSession) => {
    await using _answer = found.answer;
    await show(found);
  };
  const first = await findSession({ ...options, isEager: false }, run);
  await step(first);
  const { id, workspace } = first;
  const stop = new AbortController();
  const changes = changesOf({
    filter: { workspace, session: id },
    gapMs: GAP_MS,
    pollMs: POLL_MS,
    signal: stop.signal,
  }, run);
  try {
    while (true) {
      const moment = await output.until(changes.next());
      if (moment.done) return;
      await moment.value.outlast.try(async (run) => {
        const found = await openDetail({ id, workspace, isEager: false }, run);
        if (found !== null) await step(found);
      });
    }
  } finally {
    stop.abort();
    await changes.return();
  }
}

type ShowDetail = (found: FoundSession) => Promise<void>;

/** As text: prints the session once, then its new events. */
function text(options: DetailOptions, run: Run): ShowDetail {
  let next = options.sinceSeq;
  let first = true;
  return async ({ answer }) => {
    const read = await readDetail(answer);
    const fresh = eventsSince(read.detail, next);
    if (first) {
      // The span tree changes with every tool call, so it cannot be part of output that only grows.
      const shown = { ...options, showsEvents: true, showsSpans: false };
      await printLines(run, await renderDetail(read, shown, run));
    } else if (fresh.length > 0) {
      await printLines(
        run,
        renderEvents(fresh, {
          paint: makePaint(run.settings.color),
          width: run.context.stdout.columns(),
          startMs: read.session.started_at_ms,
          full: options.isFull,
          titles: false,
          calls: flattenSpans(read.detail.spans),
          isSteady: true,
        }),
      );
    }
    first = false;
    const last = read.detail.events.at(-1);
    if (last !== undefined) next = Number(last.seq) + 1;
  };
}

/** As NDJSON: prints each record that is new or has changed. */
function lines(options: DetailOptions, run: Run): ShowDetail {
  const wants = isWanted(options);
  const seen = new Map<string, string>();
  let nextSeq = 0n;
  const isNew = (record: AnswerRecord) => {
    if (record.kind === "event") {
      const seq = readSeq(record.bytes);
      if (seq < nextSeq) return false;
      nextSeq = seq + 1n;
      return true;
    }
    const body = new TextDecoder().decode(record.bytes);
    const key = record.kind === "span" ? spanKey(body) : record.kind;
    if (seen.get(key) === body) return false;
    seen.set(key, body);
    return true;
  };
  return async ({ answer }) => {
    for await (const records of splitAnswer(answer, { spans: "each" })) {
      const fresh = records.filter((record) => wants(record) && isNew(record));
      if (fresh.length > 0) {
        await run.context.stdout.write(joinBytes(fresh.map(toLine)));
      }
    }
  };
}

function spanKey(body: string): string {
  const [id = body] = /"span_id":"(?:[^"\\]|\\.)*"/.exec(body) ?? [];
  return id;
}
