// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * A connection that reads one snapshot of the store while others write.
 * @module
 */
import type { DatabaseSync } from "node:sqlite";
import { type AnswerPlan, joinParts, type StoredAnswer } from "./answer.ts";
import type { StoredSession } from "./stored_session.ts";
import { openReader } from "./open.ts";
import { planPage } from "./page.ts";
import type { PagePlan, PageQuery } from "./page_query.ts";
import { type PageStatements, preparePage } from "./page_sql.ts";
import { SessionReads } from "./session_reads.ts";
import { readInt } from "./rows.ts";
import { ShortPages } from "./short_pages.ts";
import { prepareAll, type Statements } from "./statements.ts";
import type { Steps } from "./steps.ts";
import { UsageReads } from "./usage_reads.ts";
import { StreamReads } from "./stream_reads.ts";

/** An answer up to this size is read at once, so that the connection is free while it is sent. */
const WHOLE_BYTES = 256 * 1024;

const READER_SQL = {
  begin: "BEGIN",
  // BEGIN alone takes no snapshot.
  version: "PRAGMA data_version",
  end: "COMMIT",
};

/** Reads a snapshot of the store. */
export class Reader {
  /** Reads the usage in transcripts. */
  readonly usage: UsageReads;
  /** Reads one session. */
  readonly sessions: SessionReads;
  /** Reads the events of all sessions. */
  readonly stream: StreamReads;
  readonly #db: DatabaseSync;
  readonly #sql: Statements<keyof typeof READER_SQL>;
  readonly #page: PageStatements;
  readonly #short: ShortPages;
  readonly #giveBack: () => void;
  #ended = false;

  /** @param giveBack Is called when the reading has ended. */
  constructor(path: string, giveBack: () => void) {
    this.#db = openReader(path);
    this.#sql = prepareAll(this.#db, READER_SQL);
    this.#page = preparePage(this.#db);
    this.#short = new ShortPages(this.#page);
    this.sessions = new SessionReads(this.#db);
    this.usage = new UsageReads(this.#db);
    this.stream = new StreamReads(this.#db);
    this.#giveBack = giveBack;
  }

  /**
   * Takes the snapshot.
   *
   * @param unwritten Sessions whose rows lack events.
   */
  begin(unwritten: readonly StoredSession[]): void {
    this.sessions.unwritten = unwritten;
    this.#sql.begin.run();
    this.#short.version = readInt(this.#sql.version.get()?.data_version);
  }

  /** Prepares a page of sessions. */
  planPage(query: PageQuery): Steps<PagePlan> {
    return planPage(this.#page, this.#short, query);
  }

  /**
   * Turns a plan into an answer. The reader is closed when the answer is complete, fails or is
   * closed.
   *
   * @param steps Work that returns the plan. It may be ended early.
   */
  *answer(steps: Steps<AnswerPlan>): Steps<StoredAnswer> {
    let reading = true;
    // Only once: the connection may already serve another reading.
    const close = () => {
      if (reading) this.close();
      reading = false;
    };
    let streams = false;
    try {
      const plan = yield* steps;
      const { length } = plan;
      if (length <= WHOLE_BYTES) {
        const parts = [...plan.parts()];
        return { length, chunks: () => parts, close };
      }
      const stream = joinParts(plan, close);
      streams = true;
      return {
        length,
        chunks: () => stream,
        close: () => {
          stream.return(); // resets its statement
          close(); // the stream may not have begun
        },
      };
    } finally {
      if (!streams) close();
    }
  }

  /** Ends the reading and gives the connection back. */
  close(): void {
    if (this.#ended || !this.#db.isTransaction) return;
    this.#sql.end.run();
    this.#giveBack();
  }

  /** Closes the connection. A reading that is under way fails. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#db.close();
  }
}
