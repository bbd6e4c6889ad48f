// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The writer's memory between events, so that an event reads no rows: workspaces, counts, and the
 * sessions in use.
 * @module
 */
import type { StoredSession } from "./stored_session.ts";
import { UndoLog } from "./undo_log.ts";

/**
 * Maximum number of sessions in memory, at some 100 KiB each: as many as connections. Far fewer
 * agents work at the same time.
 */
const MAX_SESSIONS = 256;
/** A session with a longer state is not kept in memory. */
const MAX_STATE_CHARS = 16 * 1024;

/** Greatest keys of any rows. New rows get greater keys. */
export interface LastKeys {
  session: number;
  event: number;
}

/** A directory with sessions. */
export interface Workspace {
  readonly key: number;
  readonly path: string;
  sessions: number;
}

/** Memory that follows the transaction: a rollback undoes every change. */
export class Ledger {
  readonly undo = new UndoLog();
  readonly #workspaces = new Map<string, Workspace>();
  readonly #byKey = new Map<number, Workspace>();
  readonly #sessions = new Map<string, StoredSession>();
  /** The sessions whose rows lack events. */
  readonly #unwritten = new Map<string, StoredSession>();
  #counts = { sessions: 0, events: 0 };
  #stale: number;
  #lastWorkspaceKey = 0;
  readonly #last: LastKeys;

  constructor(
    workspaces: Iterable<Workspace>,
    { events, stale }: { events: number; stale: number },
    last: LastKeys,
  ) {
    for (const workspace of workspaces) {
      this.#workspaces.set(workspace.path, workspace);
      this.#byKey.set(workspace.key, workspace);
      this.#counts.sessions += workspace.sessions;
      this.#lastWorkspaceKey = Math.max(this.#lastWorkspaceKey, workspace.key);
    }
    this.#counts.events = events;
    this.#stale = stale;
    this.#last = { ...last };
  }

  get counts(): Readonly<{ sessions: number; events: number }> {
    return this.#counts;
  }

  workspace(path: string): Workspace | undefined {
    return this.#workspaces.get(path);
  }

  workspaceByKey(key: number): Workspace | undefined {
    return this.#byKey.get(key);
  }

  workspaces(): IterableIterator<Workspace> {
    return this.#workspaces.values();
  }

  addWorkspace(path: string): Workspace {
    const workspace = { key: ++this.#lastWorkspaceKey, path, sessions: 0 };
    this.#setWorkspace(workspace);
    this.undo.push(() => this.#dropWorkspace(workspace));
    return workspace;
  }

  removeWorkspace(workspace: Workspace): void {
    this.#dropWorkspace(workspace);
    this.undo.push(() => this.#setWorkspace(workspace));
  }

  /**
   * Returns a key that no row of that kind has. It is never given out again, even if the
   * transaction fails.
   */
  nextKey(kind: keyof LastKeys): number {
    return ++this.#last[kind];
  }

  session(workspaceKey: number, id: string): StoredSession | undefined {
    return this.#sessions.get(name(workspaceKey, id));
  }

  /** Notes the current form of a session; null if it must be read from its row. */
  setSession(
    workspaceKey: number,
    id: string,
    session: StoredSession | null,
  ): void {
    const key = name(workspaceKey, id);
    const before = this.#sessions.get(key) ?? null;
    this.#keep(key, session);
    this.undo.push(() => this.#keep(key, before));
  }

  #keep(key: string, session: StoredSession | null): void {
    this.#sessions.delete(key); // it moves to the end: the first entry is the least recently used
    this.#unwritten.delete(key);
    if (session === null) return;
    if (session.row !== null) this.#unwritten.set(key, session);
    else if (session.state.length > MAX_STATE_CHARS) return;
    this.#sessions.set(key, session);
  }

  /** Sessions whose rows lack events. */
  get unwritten(): readonly StoredSession[] {
    return [...this.#unwritten.values()];
  }

  /** Number of events that these rows lack. */
  get eventsUnwritten(): number {
    let events = 0;
    for (const { lastSeq, row } of this.#unwritten.values()) {
      events += lastSeq - (row?.lastSeq ?? lastSeq);
    }
    return events;
  }

  /** Counts new sessions and events; negative for deleted ones. */
  count(workspaceKey: number, sessions: number, events: number): void {
    const add = (sign: 1 | -1) => {
      const workspace = this.#byKey.get(workspaceKey);
      if (workspace !== undefined) workspace.sessions += sign * sessions;
      this.#counts.sessions += sign * sessions;
      this.#counts.events += sign * events;
    };
    add(1);
    this.undo.push(() => add(-1));
  }

  /** Number of sessions that must be rebuilt from their events. */
  get staleSessions(): number {
    return this.#stale;
  }

  /** Counts new such sessions; negative for rebuilt or deleted ones. */
  countStale(sessions: number): void {
    this.#stale += sessions;
    this.undo.push(() => this.#stale -= sessions);
  }

  /** Makes the changes final, and removes the least recently used sessions from memory. */
  commit(): void {
    this.undo.commit();
    for (const [key, { row }] of this.#sessions) {
      if (this.#sessions.size <= MAX_SESSIONS) break;
      if (row === null) this.#sessions.delete(key);
    }
  }

  #setWorkspace(workspace: Workspace): void {
    this.#workspaces.set(workspace.path, workspace);
    this.#byKey.set(workspace.key, workspace);
  }

  #dropWorkspace(workspace: Workspace): void {
    this.#workspaces.delete(workspace.path);
    this.#byKey.delete(workspace.key);
  }
}

function name(workspaceKey: number, id: string): string {
  return `${workspaceKey}:${id}`;
}
