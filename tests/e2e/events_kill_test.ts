// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * A daemon that is killed again and again while clients follow its events: each of them gets every
 * acknowledged event, in the order of its session, and none twice. `scripts/crash` runs more rounds
 * than the suite does.
 */
import { assertEquals } from "@std/assert";
import { ask } from "./_socket.ts";
import { type Home, type Spawned, tempHome } from "./harness.ts";

const ROUNDS = Number(Deno.env.get("KAIZEN_CRASH_ROUNDS") ?? 6);
/** Clients that send events, each to a session of its own. */
const SENDERS = 4;
/** Maximum number of events that are acknowledged before a kill. */
const MAX_ACKS = 200;

/**
 * Sends events until the daemon is killed or `onAck` returns false. Each event is sent again until
 * it is acknowledged.
 */
async function send(
  home: Home,
  acked: number[],
  sender: number,
  onAck: () => boolean,
): Promise<void> {
  for (let goesOn = true; goesOn;) {
    const n = acked[sender] ?? 0;
    try {
      const { text } = await ask(home.socket, {
        type: "ingest_hook",
        source: "claude",
        payload: JSON.stringify({
          hook_event_name: "PreToolUse",
          session_id: `s${sender}`,
          kaizen_id: `s${sender}-${n}`,
          tool_use_id: `t${n}`,
          tool_name: "Bash",
          n,
        }),
        workspace: home.workspace,
      });
      if (text === "") return;
      assertEquals(JSON.parse(text).type, "ack");
    } catch (error) {
      if (error instanceof Error && error.name === "AssertionError") {
        throw error;
      }
      return; // killed: the connection broke, or the daemon listens no more
    }
    acked[sender] = n + 1;
    goesOn = onAck();
  }
}

/** Reads what a follower prints, up to the last acknowledged event of each session. */
async function readUpTo(
  follower: Spawned,
  seen: number[],
  cursors: string[],
  acked: readonly number[],
): Promise<void> {
  while (acked.some((count, i) => (seen[i] ?? 0) < count)) {
    const line = await follower.nextLine();
    if (line === null) throw new Error((await follower.ended).stderr);
    const { cursor, event } = JSON.parse(line);
    const sender = Number(event.session_id.slice(1));
    assertEquals(event.payload.n, seen[sender] ?? 0);
    seen[sender] = event.payload.n + 1;
    cursors.push(cursor);
  }
}

Deno.test(`a client that follows gets each acknowledged event once over ${ROUNDS} kills`, async () => {
  await using home = await tempHome();
  const acked = Array.from({ length: SENDERS }, () => 0);
  const seen: number[] = [];
  const cursors: string[] = [];
  let daemon = await home.startDaemon();
  let follower = home.spawn(["events", "--follow"]);
  // A follower that finds no daemon at its start would start one.
  await send(home, acked, 0, () => false);
  await readUpTo(follower, seen, cursors, acked);
  for (let round = 0; round < ROUNDS; round++) {
    let left = 1 + Math.floor(Math.random() * MAX_ACKS);
    const kill = () => {
      if (--left === 0) Deno.kill(daemon.pid, "SIGKILL");
      return true;
    };
    await Promise.all(acked.map((_, i) => send(home, acked, i, kill)));
    await daemon.ended;
    // Every third time the follower dies, too, and another goes on after the last line it printed.
    const dies = round % 3 === 2;
    if (dies) {
      follower.signal("SIGKILL");
      await follower.ended;
    }
    daemon = await home.startDaemon();
    if (dies) {
      follower = home.spawn([
        "events",
        "--follow",
        ...cursors.length === 0 ? [] : ["--since-cursor", cursors.at(-1) ?? ""],
      ]);
    }
    await readUpTo(follower, seen, cursors, acked);
  }
  assertEquals(new Set(cursors).size, cursors.length);
  assertEquals(cursors.toSorted(), cursors);
  const { stdout } = await home.run(["events"]);
  const all = stdout.trim().split("\n").map((line) => JSON.parse(line).cursor);
  assertEquals(all.slice(0, cursors.length), cursors);
  await daemon.stop();
});
