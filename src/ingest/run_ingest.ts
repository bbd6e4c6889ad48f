// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Runs `ingest` for users and scripts, and reports its errors.
 * @module
 */
import { type Completed, completeEvent } from "../complete/mod.ts";
import { type Context, isOn, type Paths, UsageError } from "../context/mod.ts";
import { type JsonObject, NotAnEventError } from "../proto/mod.ts";
import { Spool } from "../spool/mod.ts";
import { Courier, type SentOrSpooled } from "./courier.ts";
import { hasConfig } from "./has_config.ts";
import { readInput, readLines } from "./input.ts";
import { eventRequest, newEventId } from "./request_body.ts";
import { hasEventWords, type WordedEvent, wordedEvent } from "./words.ts";
import { eventWorkspace } from "./workspace.ts";

/** The events to ingest. */
export interface IngestOptions extends WordedEvent {
  paths: Paths;
  /** Timeout of one event in milliseconds. */
  timeoutMs: number;
  /** Whether a daemon may be started for events that wait. */
  mayStart: boolean;
  workspace?: string | undefined;
  /** Path of the input; `-`, or none, for stdin. */
  file?: string | undefined;
  /** The input holds one event a line. */
  ndjson?: boolean | undefined;
  /** Send the text unchanged. */
  raw?: boolean | undefined;
  /** An event that no daemon acknowledges is an error. */
  noSpool?: boolean | undefined;
  /** Called for each line that failed, with `ndjson`. */
  onFailure?: ((failure: LineFailure) => Promise<void>) | undefined;
}

/** A line whose event is not stored. */
export interface LineFailure {
  /** Counted from 1. */
  line: number;
  error: unknown;
}

/** The result. */
export interface IngestReport {
  /** The daemon's ack, or an object whose `type` names another result. */
  answer: JsonObject;
  /** Notes for stderr, a line each. */
  notes: string[];
  /** Lines that failed; without `ndjson` a failure is thrown. */
  failures: LineFailure[];
}

/**
 * Sends events to the daemon, or spools them if none answers.
 *
 * @throws {UsageError} If there is no input, the words make no event, or both input and words are
 * given.
 * @throws {ConfigError} If the user's `config.toml` has a mistake.
 * @throws {NotAnEventError} If the input is no hook event; the message is the daemon's.
 * @throws {TooLargeError} If the event does not fit a frame.
 * @throws {InputError} If the input cannot be read.
 * @throws {RemoteError} If the daemon refuses an event for good.
 * @throws {SpoolError} If no daemon takes the event, and the spool cannot.
 * @throws {NotRunningError | TimedOutError | ProtocolError | SocketError} If no daemon takes it,
 * with `noSpool`.
 */
export async function runIngest(
  options: IngestOptions,
  context: Context,
): Promise<IngestReport> {
  if (isOn(context, "KAIZEN_OFF")) {
    return { answer: { type: "off" }, notes: [], failures: [] };
  }
  checkWords(options);
  const { paths } = options;
  const spool = new Spool({
    folder: paths.spool,
    env: context.env,
    now: context.now,
  });
  const courier = new Courier({ ...options, context, spool });
  if (options.ndjson) return await ingestLines(options, courier, context);
  const text = hasEventWords(options)
    ? wordedEvent(options)
    : await readInput(options.file, context.stdin);
  const startedAtMs = context.startedAtMs;
  const body = await makeBody(text, { ...options, startedAtMs }, context);
  if (body === null) return EXCLUDED;
  return single(await courier.sendOrSpool(body));
}

/** The report of an event that the user's configuration excludes. */
const EXCLUDED: IngestReport = {
  answer: { type: "excluded" },
  notes: [],
  failures: [],
};

/** Checks that no given input is ignored. */
function checkWords(options: IngestOptions): void {
  const { file, ndjson } = options;
  if (!hasEventWords(options) || file === undefined && !ndjson) return;
  throw new UsageError(
    `Cannot read ${
      file ?? "--ndjson"
    } as well: --session, --set and --set-json build an event without any input`,
  );
}

function single(sent: SentOrSpooled): IngestReport {
  if (sent.how === "acked") {
    return { answer: { ...sent.ack }, notes: [], failures: [] };
  }
  const { name, reason } = sent;
  return {
    answer: { type: "spooled", name, reason },
    notes: [`The event waits in the spool: ${reason}`],
    failures: [],
  };
}

async function ingestLines(
  options: IngestOptions,
  courier: Courier,
  context: Context,
): Promise<IngestReport> {
  const failures: LineFailure[] = [];
  const counts = { acked: 0, spooled: 0, failed: 0 };
  let excluded = 0;
  let reason = "";
  let line = 0;
  for await (const text of readLines(options.file, context.stdin)) {
    line++;
    if (isBlank(text)) continue;
    try {
      const startedAtMs = context.now();
      const body = await makeBody(text, { ...options, startedAtMs }, context);
      if (body === null) {
        excluded++;
        continue;
      }
      const sent = await courier.sendOrSpool(body);
      counts[sent.how]++;
      if (sent.how === "spooled") reason = sent.reason;
    } catch (error) {
      counts.failed++;
      failures.push({ line, error });
      await options.onFailure?.({ line, error });
    }
  }
  const late = await courier.finish();
  counts.acked += late;
  counts.spooled -= late;
  const events = counts.acked + counts.spooled + counts.failed + excluded;
  if (events === 0) throw new NotAnEventError("The input holds no event");
  const notes = counts.spooled === 0 ? [] : [
    `${counts.spooled} of ${events} events wait in the spool: ${reason}`,
  ];
  const answer = {
    type: "ingested",
    events,
    ...counts,
    ...excluded === 0 ? {} : { excluded },
  };
  return { answer, notes, failures };
}

/** Returns null if the user's configuration excludes the event. */
async function makeBody(
  text: Uint8Array,
  options: IngestOptions & { startedAtMs: number },
  context: Context,
): Promise<Uint8Array | null> {
  const { source, event, startedAtMs, raw, workspace } = options;
  const kaizenId = newEventId();
  const completed: Completed = completeEvent(text, {
    source,
    event,
    startedAtMs,
    kaizenId,
    raw,
  });
  const place = { workspace, ...completed };
  const body = eventRequest(completed, eventWorkspace(place, context));
  const { home } = options.paths;
  if (!hasConfig(home)) return body;
  const { allowedBody } = await import("./allowed_body.ts");
  const allowed = await allowedBody(body, home, context);
  if (allowed.fault !== null) {
    const { ConfigError } = await import("../privacy/mod.ts");
    throw new ConfigError(allowed.fault);
  }
  return allowed.body;
}

function isBlank(text: Uint8Array): boolean {
  return text.every((byte) => byte <= 0x20 && byte > 0);
}
