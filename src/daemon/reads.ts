// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Answers requests about sessions. Each answer shows one snapshot of the store, taken when the
 * request began, and lets events be stored meanwhile.
 * @module
 */
import type { AnswerName, RequestOf } from "../proto/mod.ts";
import type {
  AnswerPlan,
  ReadableSession,
  Reader,
  Steps,
  Store,
  WorkspaceRef,
} from "../store/mod.ts";
import { Budget } from "./budget.ts";
import { planDetail, planNothing } from "./detail_plan.ts";
import type { Pace } from "./pace.ts";
import type { Reply } from "./reply.ts";

/** Maximum number of directories that are looked up at the same time. */
const MAX_LOOKS = 64;
/**
 * Maximum number of spans that are arranged in trees at once, some 500 bytes each; the last session
 * may exceed it.
 */
const MAX_PLANNED_SPANS = 50_000;

const NEVER = new AbortController().signal;

/** The parts of {@linkcode Reads}. */
export interface ReadsOptions {
  store: Store;
  pace: Pace;
  /** Canonical form of a workspace's path. */
  canonical: (path: string) => string;
}

/** Answers requests about sessions. */
export class Reads {
  readonly #store: Store;
  readonly #pace: Pace;
  readonly #canonical: (path: string) => string;
  readonly #planned = new Budget(MAX_PLANNED_SPANS);

  constructor({ store, pace, canonical }: ReadsOptions) {
    this.#store = store;
    this.#pace = pace;
    this.#canonical = canonical;
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
    const { workspace: path, offset, limit, filter } = request;
    if (filter.any_workspace && !filter.id_prefix) {
      throw new RangeError(
        'Cannot list sessions: "any_workspace" needs an "id_prefix"',
      );
    }
    const workspaces = filter.any_workspace
      ? this.#store.listWorkspaces()
      : this.#findWorkspace(path);
    const reader = this.#store.read();
    const plan = reader.planPage({ workspaces, offset, limit, filter });
    return await this.#answer("sessions", reader, plan);
  }

  /**
   * Answers a session: of the given workspace, in any form of its path, else of the first workspace
   * whose directory exists.
   */
  async getSessionDetail(
    request: RequestOf<"get_session_detail">,
  ): Promise<Reply<"detail">> {
    const { id, workspace } = request;
    const reader = this.#store.read();
    let found: ReadableSession | null;
    try {
      found = typeof workspace === "string"
        ? await this.#findIn(reader, workspace, id)
        : await this.#findAnywhere(reader, id);
    } catch (error) {
      reader.close();
      throw error;
    }
    if (found === null) {
      return await this.#answer("detail", reader, planNothing());
    }
    const spans = found.spanCount;
    // No client can hold this up: once the amount is drawn, the plan is made without waiting for
    // the client.
    await this.#planned.draw(() => spans, NEVER);
    try {
      return await this.#answer("detail", reader, planDetail(reader, found));
    } finally {
      this.#planned.give(spans);
    }
  }

  /**
   * Returns the paths of all workspaces that have sessions and whose directory exists, that of the
   * newest session first.
   */
  async listWorkspaces(): Promise<string[]> {
    const all = this.#store.listWorkspaces();
    const found: string[] = [];
    for (let i = 0; i < all.length; i += MAX_LOOKS) {
      const some = all.slice(i, i + MAX_LOOKS).map(({ path }) => path);
      const exist = await Promise.all(some.map(isDirectory));
      found.push(...some.filter((_, at) => exist[at]));
    }
    return found;
  }

  #findWorkspace(path: string): WorkspaceRef[] {
    if (this.#canonical(path) !== path) return [];
    const found = this.#store.workspace(path);
    return found === undefined ? [] : [found];
  }

  async #answer<N extends AnswerName>(
    type: N,
    reader: Reader,
    steps: Steps<AnswerPlan>,
  ): Promise<Reply<N>> {
    const answer = await this.#pace.run(reader.answer(steps));
    return { type, ...answer, turn: () => this.#pace.turn() };
  }

  async #findIn(
    reader: Reader,
    path: string,
    id: string,
  ): Promise<ReadableSession | null> {
    const workspace = this.#store.workspace(this.#canonical(path));
    if (workspace === undefined) return null;
    return await this.#pace.run(reader.sessions.find([workspace.key], id));
  }

  async #findAnywhere(
    reader: Reader,
    id: string,
  ): Promise<ReadableSession | null> {
    let left: readonly WorkspaceRef[] = this.#store.listWorkspaces();
    while (left.length > 0) {
      const keys = left.map(({ key }) => key);
      const found = await this.#pace.run(reader.sessions.find(keys, id));
      if (found === null) return null;
      const at = keys.indexOf(found.workspaceKey);
      const path = left[at]?.path;
      if (path !== undefined && await isDirectory(path)) return found;
      left = left.slice(at + 1);
    }
    return null;
  }
}

async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isDirectory;
  } catch {
    return false;
  }
}
