// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Compares the answers of a store before and after a rebuild of all its sessions.
 * @module
 */
import { printCalls } from "../events/mod.ts";
import { joinBytes } from "../proto/mod.ts";
import { markAllStale, type Reader, Store } from "../store/mod.ts";
import { Outlines } from "./outlines.ts";
import { Pace } from "./pace.ts";
import { Rebuilds } from "./rebuilds.ts";
import { SessionStates } from "./session_states.ts";

/** The faults of sessions, by their ids. */
export interface StoreInspection {
  /** Sessions whose events are incomplete or out of order. */
  numbering: string[];
  /** Sessions whose record or calls differ after the rebuild. */
  content: string[];
  /** Number of compared sessions. A stale one is not compared. */
  compared: number;
}

/** One session in a form that can be compared. */
interface Snapshot {
  id: string;
  isStale: boolean;
  isNumbered: boolean;
  digest: string;
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
  for (const [key, { id, isStale, isNumbered, digest }] of before) {
    if (!isNumbered) found.numbering.push(id);
    if (isStale) continue;
    found.compared++;
    if (after.get(key)?.digest !== digest) found.content.push(id);
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
    for (const session of reader.sessions.all()) {
      const snapshot = await readSnapshot(reader, session);
      if (snapshot !== null) snapshots.set(session.key, snapshot);
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
  const outline = await new Outlines(new Pace()).outline(reader, session);
  const bodies = reader.sessions.bodies(session, outline.keys);
  const answer = [session.record, ...printCalls(outline, bodies)];
  return {
    id,
    isStale: session.isStale,
    isNumbered: isInOrder(
      reader.sessions.eventNumbers(session),
      session.eventCount,
      lastSeq,
    ),
    digest: await hash(joinBytes(answer)),
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

async function hash(bytes: Uint8Array): Promise<string> {
  const sum = await crypto.subtle.digest("SHA-256", bytes.slice());
  return new Uint8Array(sum).toHex();
}
