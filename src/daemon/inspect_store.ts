// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Compares a store with what its events say, by making all of its sessions anew.
 * @module
 */
import { markAllStale, type Reader, Store } from "../store/mod.ts";
import { Pace } from "./pace.ts";
import { Rebuilds } from "./rebuilds.ts";
import { SessionStates } from "./session_states.ts";

/** What is wrong with sessions, by their ids. */
export interface StoreInspection {
  /** Those whose events are not all there, or not in order. */
  numbering: string[];
  /** Those whose record or calls differ from what their events say. */
  content: string[];
  /** How many were compared; one that is to be made anew anyway is not. */
  compared: number;
}

/** What is known of one session, as text that can be compared. */
interface Snapshot {
  id: string;
  isStale: boolean;
  isNumbered: boolean;
  text: string;
}

/**
 * Looks at a copy of a store, and changes it.
 *
 * @throws {StoreError} If the copy cannot be read.
 */
export async function inspectStore(copy: string): Promise<StoreInspection> {
  const before = await readSnapshots(copy);
  markAllStale(copy);
  await rebuildAll(copy);
  const after = await readSnapshots(copy);
  const found: StoreInspection = { numbering: [], content: [], compared: 0 };
  for (const [key, { id, isStale, isNumbered, text }] of before) {
    if (!isNumbered) found.numbering.push(id);
    if (isStale) continue;
    found.compared++;
    if (after.get(key)?.text !== text) found.content.push(id);
  }
  return found;
}

async function rebuildAll(copy: string): Promise<void> {
  using store = Store.open(copy);
  const states = new SessionStates(store);
  store.transact(() => states.takeIn());
  const { signal } = new AbortController();
  await new Rebuilds({ store, states, pace: new Pace(), signal }).all();
}

async function readSnapshots(copy: string): Promise<Map<number, Snapshot>> {
  using store = Store.open(copy);
  const states = new SessionStates(store);
  // The rows of sessions may lack their newest events.
  store.transact(() => states.takeIn());
  const reader = store.read();
  try {
    const snapshots = new Map<number, Snapshot>();
    for (const { key, workspaceKey, id, lastSeq } of reader.sessions.all()) {
      const snapshot = await readSnapshot(reader, {
        workspaceKey,
        id,
        lastSeq,
      });
      if (snapshot !== null) snapshots.set(key, snapshot);
    }
    return snapshots;
  } finally {
    reader.close();
  }
}

interface SnapshotKey {
  workspaceKey: number;
  id: string;
  lastSeq: number;
}

async function readSnapshot(
  reader: Reader,
  { workspaceKey, id, lastSeq }: SnapshotKey,
): Promise<Snapshot | null> {
  const steps = reader.sessions.find([workspaceKey], id, 0);
  const session = await new Pace().run(steps);
  if (session === null) return null;
  const calls = [...reader.sessions.calls(session)]
    .map((call) => JSON.stringify(call)).toSorted();
  const record = new TextDecoder().decode(session.record);
  return {
    id,
    isStale: session.isStale,
    isNumbered: isInOrder(
      reader.sessions.eventNumbers(session),
      session.eventCount,
      lastSeq,
    ),
    text: await digest([record, ...calls].join("\n")),
  };
}

/** Whether numbers rise, are as many as they should be, and end with the newest. */
function isInOrder(
  numbers: readonly number[],
  count: number,
  last: number,
): boolean {
  return numbers.length === count && (count === 0 || numbers.at(-1) === last) &&
    numbers.every((number, i) => i === 0 || number > (numbers[i - 1] ?? -1));
}

async function digest(text: string): Promise<string> {
  const bytes = new TextEncoder().encode(text);
  const sum = await crypto.subtle.digest("SHA-256", bytes);
  return new Uint8Array(sum).toHex();
}
