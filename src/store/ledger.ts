// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * What the writer remembers between events, so that an event reads no rows: workspaces, counts, and the sessions in use.
 * @module
 */
import type { StoredSession } from "./stored_session.ts";
import { UndoLog } from "./undo.ts";

/** Sessions kept in memory; agents that work at the same time are far fewer. */
const MAX_SESSIONS = 1024;
/** A session whose state is longer is read anew each time. */
const MAX_STATE_CHARS = 16 * 1024;

/** Greatest keys that any rows have; the next ones get greater keys. */
export interface LastKeys {
  session: number;
  event: number;
}

/** A directory that sessions ran in. */
export interface Workspace {
  readonly key: number;
  readonly path: string;
  sessions: number;
}

/** Memory that follows the transaction: every change is taken back if that is. */
export class Ledger {
  readonly undo = new UndoLog();
  readonly #workspaces = new Map<string, Workspace>();
  readonly #byKey = new Map<number, Workspace>();
  readonly #sessions = new Map<string, StoredSession>();
  /** Those of them whose rows lack events. */
  readonly #behind = new Map<string, StoredSession>();
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

  /** Returns a key no row of that kind has; it is not given out again, even if the transaction fails. */
  nextKey(kind: keyof LastKeys): number {
    return ++this.#last[kind];
  }

  session(workspaceKey: number, id: string): StoredSession | undefined {
    return this.#sessions.get(name(workspaceKey, id));
  }

  /**
   * Notes a session as it is now stored, or (null) that it must be read.
   */
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
    this.#sessions.delete(key); // so that it moves to the end: the first is the one longest unused
    this.#behind.delete(key);
    if (session === null) return;
    if (session.row !== null) this.#behind.set(key, session);
    else if (session.state.length > MAX_STATE_CHARS) return;
    this.#sessions.set(key, session);
  }

  /** Sessions whose rows lack events. */
  get behind(): readonly StoredSession[] {
    return [...this.#behind.values()];
  }

  /** How many events these rows lack. */
  get eventsBehind(): number {
    let events = 0;
    for (const { lastSeq, row } of this.#behind.values()) {
      events += lastSeq - (row?.lastSeq ?? lastSeq);
    }
    return events;
  }

  /** Counts sessions and events that came or went (negative). */
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

  /** Sessions whose events have to be read once more. */
  get staleSessions(): number {
    return this.#stale;
  }

  /** Counts such sessions that came or went (negative). */
  countStale(sessions: number): void {
    this.#stale += sessions;
    this.undo.push(() => this.#stale -= sessions);
  }

  /** Makes the changes final, and forgets the sessions that were not used for longest. */
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
