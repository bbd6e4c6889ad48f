// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Answers requests about sessions. Each answer shows one snapshot of the store, taken when the
 * request began, and lets events be stored meanwhile.
 * @module
 */
import type { CallOutline } from "../events/mod.ts";
import type { AnswerName, RequestOf } from "../proto/mod.ts";
import type {
  AnswerPlan,
  ReadableSession,
  Reader,
  Steps,
  Store,
} from "../store/mod.ts";
import { looksAtRows } from "../store/mod.ts";
import { Commits } from "./commits.ts";
import { planDetail, planned, planNothing } from "./detail_plan.ts";
import { Outlines } from "./outlines.ts";
import type { Pace } from "./pace.ts";
import type { Rebuilds } from "./rebuilds.ts";
import type { Reply } from "./reply.ts";
import type { TranscriptReading } from "./transcript_reading.ts";

/** The parts of {@linkcode Reads}. */
export interface ReadsOptions {
  store: Store;
  pace: Pace;
  rebuilds: Rebuilds;
  reading: Pick<TranscriptReading, "readNow">;
  /** Wall clock in epoch milliseconds. */
  now: () => number;
  /** Returns the canonical form of a workspace's path. */
  canonical: (path: string) => string;
}

/** Answers requests about sessions. */
export class Reads {
  readonly #options: ReadsOptions;
  readonly #outlines: Outlines;
  readonly #commits: Commits;

  constructor(options: ReadsOptions) {
    this.#options = options;
    this.#outlines = new Outlines(options.pace);
    this.#commits = new Commits({ ...options, outlines: this.#outlines });
  }

  /** Answers a page of commits. */
  async listCommits(
    request: RequestOf<"list_commits">,
  ): Promise<Reply<"commits">> {
    return await this.#commits.list(request);
  }

  /**
   * Answers a page. A workspace whose path is not canonical has no sessions: rows are compared by
   * the text.
   *
   * @throws {RangeError} If the filter asks for all workspaces without an `id_prefix`.
   */
  async listSessions(
    request: RequestOf<"list_sessions">,
  ): Promise<Reply<"sessions">> {
    const { store, canonical, rebuilds, pace, now } = this.#options;
    const { workspace: path, offset, limit, filter } = request;
    if (filter.any_workspace && !filter.id_prefix) {
      throw new RangeError(
        'Cannot list sessions: "any_workspace" needs an "id_prefix"',
      );
    }
    const isKnown = canonical(path) === path;
    if (isKnown) await this.#prepare(path, looksAtRows(filter));
    while (true) {
      const found = isKnown ? store.workspace(path) : undefined;
      const workspaces = filter.any_workspace
        ? store.listWorkspaces()
        : found === undefined
        ? []
        : [found];
      const nowMs = now();
      const reader = store.read();
      let plan;
      try {
        plan = await pace.run(
          reader.planPage({ workspaces, offset, limit, filter, nowMs }),
        );
      } catch (error) {
        reader.close();
        throw error;
      }
      if (plan.stale.length === 0) {
        return await this.#answer("sessions", reader, planned(plan));
      }
      reader.close();
      await rebuilds.some(plan.stale);
    }
  }

  /**
   * Answers a session: of the given workspace, in any form of its path, else of the workspace that
   * was active last.
   */
  async getSessionDetail(
    request: RequestOf<"get_session_detail">,
  ): Promise<Reply<"detail">> {
    const { store, canonical, rebuilds, reading } = this.#options;
    const { id, workspace, as_stored: asStored } = request;
    if (!asStored) await reading.readNow();
    const path = typeof workspace === "string" ? canonical(workspace) : null;
    while (true) {
      const reader = store.read();
      let found: ReadableSession | null;
      try {
        found = await this.#find(reader, path, id);
      } catch (error) {
        reader.close();
        throw error;
      }
      if (found === null) {
        return await this.#answer("detail", reader, planned(planNothing()));
      }
      // Commits of the directory are in its git events.
      const stale = rebuilds.isNeeded
        ? store.stale.ofWorkspace(found.workspaceKey, GIT)
        : [];
      if (found.isStale) stale.push(found.key);
      if (stale.length === 0) return await this.#answerDetail(reader, found);
      reader.close();
      await rebuilds.some(stale);
    }
  }

  /**
   * Returns the paths of all workspaces that have sessions, that with the newest activity first.
   */
  listWorkspaces(): string[] {
    return this.#options.store.listWorkspaces().map(({ path }) => path);
  }

  /** Rebuilds the sessions that a request about a workspace needs besides those it names. */
  async #prepare(path: string, all: boolean): Promise<void> {
    const { store, rebuilds } = this.#options;
    const workspace = store.workspace(path);
    if (workspace === undefined) return;
    // Commits of the directory are in its git events.
    await rebuilds.workspace(workspace.key, all ? null : GIT);
  }

  async #answerDetail(
    reader: Reader,
    session: ReadableSession,
  ): Promise<Reply<"detail">> {
    let outline: CallOutline;
    try {
      outline = await this.#outlines.outline(reader, session);
    } catch (error) {
      reader.close();
      throw error;
    }
    const plan = planDetail(reader, session, outline);
    return await this.#answer("detail", reader, planned(plan));
  }

  async #answer<N extends AnswerName>(
    type: N,
    reader: Reader,
    steps: Steps<AnswerPlan>,
  ): Promise<Reply<N>> {
    const answer = await this.#options.pace.run(reader.answer(steps));
    return { type, ...answer, turn: () => this.#options.pace.turn() };
  }

  /** Finds a session in a workspace, or in any if it is null. */
  async #find(
    reader: Reader,
    path: string | null,
    id: string,
  ): Promise<ReadableSession | null> {
    const { store, pace, now } = this.#options;
    const workspace = path === null ? undefined : store.workspace(path);
    const keys = path === null
      ? store.listWorkspaces().map(({ key }) => key)
      : workspace === undefined
      ? []
      : [workspace.key];
    return await pace.run(reader.sessions.find(keys, id, now()));
  }
}

/** The agent of sessions that git's hooks feed. */
const GIT = "git";
