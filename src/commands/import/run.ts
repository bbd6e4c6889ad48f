// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Imports transcripts.
 *
 * The store is the only memory of what has been imported: an import that is interrupted leaves
 * whole events, and the next one sends those that are missing.
 * @module
 */
import { hooksOf } from "../../agents/mod.ts";
import { ask, HELLO } from "../../client/mod.ts";
import { faultWords, findWorkspace, UsageError } from "../../context/mod.ts";
import { eventRequest, hasConfig, TooLargeError } from "../../ingest/mod.ts";
import { applyRules } from "../../privacy/mod.ts";
import { decodeText } from "../../proto/mod.ts";
import {
  type FoundTranscript,
  type ImportedEvent,
  readTranscript,
  TranscriptError,
  type TranscriptFault,
  type TranscriptMark,
} from "../../transcripts/mod.ts";
import { askOrStart, clientOptions, READ_TIMEOUT_MS } from "../ask/ask.ts";
import { splitAnswer } from "../ask/stream_records.ts";
import { openDetail } from "../ask/find_session.ts";
import type { Run } from "../shell/cli.ts";
import { EXIT, type ExitCode } from "../shell/exit_codes.ts";
import { EventSender, type OutgoingEvent } from "./event_sender.ts";
import { findFiles } from "./find_files.ts";
import { KnownEvents } from "./known_events.ts";
import type { ImportOptions, ImportReport } from "./options.ts";
import { printImport } from "./print.ts";
import { Progress } from "./progress.ts";

/** What keeps this user from reading a transcript that is the user's. */
const REFUSALS: ReadonlySet<TranscriptFault> = new Set([
  "closed",
  "unreadable",
]);
/** Transcripts that could not be read are named up to this number. */
const MAX_NAMED = 20;

/**
 * Imports the transcripts and prints what came of it.
 *
 * @returns The exit code: 74 if a path that was named cannot be imported, or this user may not read
 * a transcript; 5 if the daemon refused events.
 * @throws What the daemon's client throws.
 */
export async function runImport(
  options: ImportOptions,
  run: Run,
): Promise<ExitCode> {
  const work = new Import(options, run);
  const report = await work.all();
  await printImport(report, { ...options, isRefused: work.isRefused }, run);
  if (report.refused > 0) return EXIT.daemonError;
  const mustRead = options.paths.length > 0 || work.isRefused;
  return mustRead && report.unreadable_transcripts > 0 ? EXIT.file : EXIT.ok;
}

/** The session that is being imported. */
interface ImportedSession {
  id: string;
  workspace: string;
  known: KnownEvents;
}

class Import {
  /** Whether the system has refused to let a transcript, or a folder of them, be read. */
  isRefused = false;
  readonly #options: ImportOptions;
  readonly #run: Run;
  readonly #sender: EventSender;
  readonly #hasConfig: boolean;
  readonly #report: ImportReport;
  /** The workspaces of the sessions so far. */
  readonly #workspaces = new Map<string, string>();
  readonly #changed = new Set<string>();
  #session: ImportedSession | null = null;
  /** The session that has been asked for before its events are taken. */
  #ahead: { id: string; session: Promise<ImportedSession> } | null = null;

  constructor(options: ImportOptions, run: Run) {
    this.#options = options;
    this.#run = run;
    this.#sender = new EventSender(run, makeBody);
    this.#hasConfig = hasConfig(run.settings.paths().home);
    this.#report = {
      type: "imported",
      dry_run: options.isDry,
      transcripts: 0,
      bytes: 0,
      sessions: 0,
      new: 0,
      known: 0,
      excluded: 0,
      refused: 0,
      refused_reason: null,
      unreadable_lines: 0,
      unreadable_transcripts: 0,
      unreadable: [],
    };
  }

  async all(): Promise<ImportReport> {
    const report = this.#report;
    const { files, missing, closed } = findFiles(
      this.#options,
      this.#run.context,
    );
    for (const { path, reason } of missing) this.#addUnread(path, reason);
    for (const path of closed) this.#addUnread(path, faultWords("EACCES"));
    this.isRefused = closed.length > 0;
    if (files.length === 0) return report;
    const client = clientOptions(this.#run, READ_TIMEOUT_MS);
    await askOrStart(this.#run, () => ask(HELLO, client));
    const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
    const progress = new Progress(total, this.#run);
    try {
      await progress.show(0);
      const steps = readSteps(files);
      let { value: step } = steps.next();
      while (step !== undefined) {
        const { value: next } = steps.next();
        if (next !== undefined) this.#askAhead(next.events);
        for (const event of step.events) await this.#take(event);
        this.#countStep(step);
        await progress.show(step.bytes);
        step = next;
      }
      await this.#sender.drain();
    } finally {
      await progress.clear();
    }
    const { stored, refused, reason } = this.#sender;
    if (!report.dry_run) report.new = stored;
    return {
      ...report,
      sessions: this.#changed.size,
      refused,
      refused_reason: reason,
    };
  }

  #countStep({ path, error, last }: ImportStep): void {
    const report = this.#report;
    if (error !== null) {
      this.isRefused ||= REFUSALS.has(error.fault);
      return this.#addUnread(path, error.reason);
    }
    if (last === null) return;
    report.transcripts++;
    report.bytes += last.size;
    report.unreadable_lines += last.skipped;
  }

  #addUnread(path: string, reason: string): void {
    const { unreadable } = this.#report;
    this.#report.unreadable_transcripts++;
    if (unreadable.length < MAX_NAMED) unreadable.push({ path, reason });
  }

  async #take(event: ImportedEvent): Promise<void> {
    const session = await this.#find(event);
    switch (session.known.find(event)) {
      case "known":
        this.#report.known++;
        break;
      case "new":
        await this.#send(event, session.workspace);
        break;
    }
  }

  async #send(event: ImportedEvent, workspace: string): Promise<void> {
    const { wire: source } = hooksOf(event.agent);
    const { payload } = event;
    const made = this.#hasConfig
      ? await this.#filter({ source, payload, workspace })
      : { source, payload, workspace };
    if (made === null) return;
    this.#changed.add(event.session_id);
    if (this.#options.isDry) this.#report.new++;
    else await this.#sender.send(made);
  }

  /** Applies `config.toml`. @returns Null for an event that may not be recorded. */
  async #filter(event: OutgoingEvent): Promise<OutgoingEvent | null> {
    const { home } = this.#run.settings.paths();
    const userHome = this.#run.context.env("HOME") ?? "/";
    const { payload, fault } = await applyRules(event, home, userHome);
    if (fault !== null) throw new UsageError(fault);
    if (payload === null) {
      this.#report.excluded++;
      return null;
    }
    return { ...event, payload };
  }

  /** Asks for the next session, while the daemon stores events of this one. */
  #askAhead(events: readonly ImportedEvent[]): void {
    const event = events.find(({ session_id: id }) => id !== this.#session?.id);
    if (event === undefined || event.session_id === this.#ahead?.id) return;
    const session = this.#open(event);
    session.catch(() => {}); // taking its events meets the error
    this.#ahead = { id: event.session_id, session };
  }

  async #find(event: ImportedEvent): Promise<ImportedSession> {
    const { session_id: id } = event;
    if (this.#session?.id === id) return this.#session;
    const session = this.#ahead?.id === id
      ? this.#ahead.session
      : this.#open(event);
    this.#ahead = null;
    this.#session = await session;
    return this.#session;
  }

  /** Reads what the store has of an event's session. */
  async #open({ session_id: id, workspace: named }: ImportedEvent): Promise<
    ImportedSession
  > {
    const known = new KnownEvents();
    const place = this.#workspaces.get(id) ?? findWorkspace(named ?? "/");
    const workspace = await this.#readKnown(id, place, known) ?? place;
    this.#workspaces.set(id, workspace);
    return { id, workspace, known };
  }

  /** @returns The session's workspace; null if there is no such session. */
  async #readKnown(
    id: string,
    workspace: string,
    known: KnownEvents,
  ): Promise<string | null> {
    // The reference looks for a session in the workspace only.
    for (const where of [null, workspace]) {
      const found = await openDetail(
        { id, workspace: where, isEager: true, asStored: true },
        this.#run,
      );
      if (found === null) continue;
      await using answer = found.answer;
      let place = workspace;
      for await (const records of splitAnswer(answer, { spans: "roots" })) {
        for (const { kind, bytes } of records) {
          if (kind === "event") known.add(decodeText(bytes));
          else if (kind === "session") place = workspaceOf(bytes) ?? place;
        }
      }
      return place;
    }
    return null;
  }
}

/** What comes of reading one more piece of the transcripts. */
interface ImportStep {
  path: string;
  events: readonly ImportedEvent[];
  /** Bytes of all transcripts that have been read. */
  bytes: number;
  /** Set at the end of a transcript that could be read. */
  last: TranscriptMark | null;
  /** Why the transcript cannot be read; it is the last step of one. */
  error: TranscriptError | null;
}

/** Reads transcripts, the events of each and then its end. */
function* readSteps(files: readonly FoundTranscript[]): Generator<ImportStep> {
  let before = 0;
  for (const { agent, path, bytes } of files) {
    const nothing = { path, events: [], last: null, error: null };
    let last = { ino: 0, size: 0, offset: 0, skipped: 0, state: "" };
    let fault: TranscriptError | null = null;
    try {
      for (const batch of readTranscript(agent, path, { events: true })) {
        const { events, mark } = batch;
        last = mark;
        yield { ...nothing, events, bytes: before + mark.offset };
      }
    } catch (error) {
      if (!(error instanceof TranscriptError)) throw error;
      fault = error;
    }
    before += bytes;
    const end = fault === null ? last : null;
    yield { ...nothing, bytes: before, last: end, error: fault };
  }
}

function makeBody(
  { source, workspace, payload }: OutgoingEvent,
): Uint8Array | string {
  try {
    return eventRequest({ source, payload }, workspace);
  } catch (error) {
    if (error instanceof TooLargeError) return error.message;
    throw error;
  }
}

function workspaceOf(session: Uint8Array): string | null {
  const { workspace }: { workspace?: unknown } = JSON.parse(
    decodeText(session),
  );
  return typeof workspace === "string" ? workspace : null;
}
