// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * A daemon that is killed under load, again and again: what it acknowledged is there once, and its spans are those of a daemon that
 * was never killed. `scripts/crash` runs more rounds than the suite does.
 */
import { assert, assertEquals } from "@std/assert";
import { ask } from "./_socket.ts";
import { type Home, tempHome } from "./harness.ts";

const ROUNDS = Number(Deno.env.get("KAIZEN_CRASH_ROUNDS") ?? 20);
const SEED = Number(Deno.env.get("KAIZEN_CRASH_SEED") ?? Date.now() % 2 ** 32);
const CLIENTS = 8;
/** Rounds that a session lives through, and its most events: spans are found again in the newest 512. */
const ROUNDS_A_SESSION = 4;
const MAX_SESSION_EVENTS = 500;
/** Events that must be acknowledged before the kill, at most: a number, not a time, so that every round is under load. */
const MAX_ACKS = 150;

/** Random numbers from 0 to 1 that a seed tells (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** One session's story: tool calls within each other, ended in any order. */
class Story {
  readonly payloads: string[] = [];
  /** How many are acknowledged; the next one may be stored or not. */
  acked = 0;
  readonly #open: string[] = [];

  constructor(readonly session: string, readonly random: () => number) {}

  /** The payload with this number; the same whenever it is asked for. */
  payload(n: number): string {
    while (this.payloads.length <= n) this.payloads.push(this.#next());
    return this.payloads[n] ?? "";
  }

  #next(): string {
    const n = this.payloads.length;
    const ends = this.#open.length > 0 && this.random() < this.#open.length / 4;
    const at = Math.floor(this.random() * this.#open.length);
    const id = ends ? this.#open.splice(at, 1)[0] : `t${n}`;
    if (!ends) this.#open.push(`t${n}`);
    return JSON.stringify({
      hook_event_name: ends ? "PostToolUse" : "PreToolUse",
      session_id: this.session,
      timestamp_ms: 1_714_000_000_000 + n,
      kaizen_id: `${this.session}-${n}`,
      tool_name: "Bash",
      tool_use_id: id,
      input_tokens: n,
      total_cost_usd: n / 1000,
      n,
    });
  }
}

async function send(
  home: Home,
  payload: string,
): Promise<{ type: string; message: string } | null> {
  const { workspace } = home;
  try {
    const { text } = await ask(home.socket, {
      type: "ingest_hook",
      source: "claude",
      payload,
      workspace,
    });
    return text === "" ? null : JSON.parse(text);
  } catch {
    return null; // killed: the connection broke, or nobody listens any more
  }
}

/** Sends the story on, from the first event without an ack, until the daemon is gone. */
async function tell(
  home: Home,
  story: Story,
  onAck: () => void,
): Promise<void> {
  while (story.acked < MAX_SESSION_EVENTS) {
    const answer = await send(home, story.payload(story.acked));
    if (answer === null) return;
    assertEquals(answer, { type: "ack", message: "ingested" });
    story.acked++;
    onAck();
  }
}

async function detailOf(
  home: Home,
  { session }: Story,
  workspace: string,
): Promise<
  {
    session: object | null;
    events: { payload: { n: number } }[];
    spans: unknown;
  }
> {
  const { text } = await ask(home.socket, {
    type: "get_session_detail",
    id: session,
    workspace,
  });
  return JSON.parse(text);
}

/** What was acknowledged is stored, in order, once; of the rest at most the one event whose answer was lost. */
async function checkStored(home: Home, story: Story): Promise<void> {
  const { session, events } = await detailOf(home, story, home.workspace);
  const numbers = events.map(({ payload }) => payload.n);
  assertEquals(numbers, [...numbers.keys()], story.session);
  const extra = numbers.length - story.acked;
  assert(extra === 0 || extra === 1, `${extra} beyond ${story.acked}`);
  if (numbers.length === 0) return assertEquals(session, null);
  assert(session !== null && "totals" in session);
  const { totals } = session;
  assert(typeof totals === "object" && totals !== null && "events" in totals);
  assertEquals(totals.events, numbers.length);
}

Deno.test(`a daemon killed ${ROUNDS} times under load loses nothing it acknowledged (seed ${SEED})`, async () => {
  const random = randomFrom(SEED);
  await using home = await tempHome();
  await using model = await tempHome();
  await using _model = await model.startDaemon();
  const told: Story[] = [];
  let stories: Story[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    if (round % ROUNDS_A_SESSION === 0) {
      stories = Array.from(
        { length: CLIENTS },
        (_, i) => new Story(`r${round}c${i}`, random),
      );
      told.push(...stories);
    }
    await using daemon = await home.startDaemon();
    for (const story of stories) await checkStored(home, story);
    let left = 1 + Math.floor(random() * MAX_ACKS);
    const kill = () => {
      if (--left === 0) Deno.kill(daemon.pid, "SIGKILL");
    };
    await Promise.all(stories.map((story) => tell(home, story, kill)));
    await daemon.ended;
  }
  await using _daemon = await home.startDaemon();
  for (const story of told) {
    await checkStored(home, story);
    const stored = await detailOf(home, story, home.workspace);
    for (const n of stored.events.keys()) {
      const answer = await ask(model.socket, {
        type: "ingest_hook",
        source: "claude",
        payload: story.payload(n),
        workspace: home.workspace,
      });
      assertEquals(JSON.parse(answer.text).type, "ack");
    }
    const modelled = await detailOf(model, story, home.workspace);
    assertEquals(stored, modelled, story.session);
  }
});
