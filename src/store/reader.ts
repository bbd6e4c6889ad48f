// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * A connection that reads one state of the store, however long it takes, while others write.
 * @module
 */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { type AnswerPlan, joinParts, type StoredAnswer } from "./answer.ts";
import type { StoredSession } from "./stored_session.ts";
import { openReader } from "./open.ts";
import {
  type PagePlan,
  type PageQuery,
  type PageStatements,
  planPage,
  preparePage,
} from "./page.ts";
import { SessionReads } from "./session_reads.ts";
import type { Steps } from "./steps.ts";
import { UsageReads } from "./usage_reads.ts";
import { StreamReads } from "./stream_reads.ts";

/** An answer up to this size is made whole, so that nothing is held while it is sent. */
const WHOLE_BYTES = 256 * 1024;

/** Reads what was stored when it began. */
export class Reader {
  /** Reads what transcripts tell. */
  readonly usage: UsageReads;
  /** Reads one session. */
  readonly sessions: SessionReads;
  /** Reads the events of all sessions. */
  readonly stream: StreamReads;
  readonly #db: DatabaseSync;
  readonly #begin: StatementSync;
  readonly #touch: StatementSync;
  readonly #end: StatementSync;
  readonly #page: PageStatements;
  readonly #giveBack: () => void;
  #ended = false;

  /** @param giveBack Is called when a reading has ended. */
  constructor(path: string, giveBack: () => void) {
    this.#db = openReader(path);
    this.#begin = this.#db.prepare("BEGIN");
    this.#touch = this.#db.prepare("SELECT 1 FROM workspaces LIMIT 1");
    this.#end = this.#db.prepare("COMMIT");
    this.#page = preparePage(this.#db);
    this.sessions = new SessionReads(this.#db);
    this.usage = new UsageReads(this.#db);
    this.stream = new StreamReads(this.#db);
    this.#giveBack = giveBack;
  }

  /** Fixes the state that is read from here on. @param behind Sessions whose rows lack events. */
  begin(behind: readonly StoredSession[]): void {
    this.sessions.behind = behind;
    this.#begin.run();
    this.#touch.get(); // BEGIN alone fixes nothing
  }

  /** Prepares a page of sessions. */
  planPage(query: PageQuery): Steps<PagePlan> {
    return planPage(this.#page, query);
  }

  /**
   * Turns a plan into an answer, and closes this reader when the answer is complete, fails or is given up.
   *
   * @param steps The work that leads to the plan; may be ended early.
   */
  *answer(steps: Steps<AnswerPlan>): Steps<StoredAnswer> {
    let reading = true;
    // Once only: the connection may be reading something else when an answer is closed again.
    const close = () => {
      if (reading) this.close();
      reading = false;
    };
    let streams = false;
    try {
      const plan = yield* steps;
      const { length } = plan;
      const stream = joinParts(plan, close);
      if (length <= WHOLE_BYTES) {
        const chunks = [...stream];
        return { length, chunks: () => chunks, close };
      }
      streams = true;
      return {
        length,
        chunks: () => stream,
        close: () => {
          stream.return(); // resets the statement it stands in
          close(); // it may not have begun
        },
      };
    } finally {
      if (!streams) close();
    }
  }

  /** Ends the reading and gives the connection back. */
  close(): void {
    if (this.#ended || !this.#db.isTransaction) return;
    this.#end.run();
    this.#giveBack();
  }

  /** Closes the connection, also in the middle of a read, which then fails. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#db.close();
  }
}
