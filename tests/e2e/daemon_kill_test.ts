// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * A daemon that is killed under load, again and again: what it acknowledged is there once, and its
 * sessions and calls are those of a daemon that was never killed. `scripts/crash` runs more rounds
 * than the suite does.
 */
import { assert, assertEquals } from "@std/assert";
import { ask, askStatus } from "./_socket.ts";
import { type Home, tempHome } from "./harness.ts";

const ASKED_ROUNDS = Deno.env.get("KAIZEN_CRASH_ROUNDS");
const ROUNDS = Number(ASKED_ROUNDS ?? 20);
const SEED = Number(Deno.env.get("KAIZEN_CRASH_SEED") ?? Date.now() % 2 ** 32);
/** The harness ends a daemon that runs longer, and one runs for all rounds. */
const PATIENCE_MS = ROUNDS * 15_000;
/** Number of sessions. Half of them have simple stories, the others complicated ones. */
const CLIENTS = 8;
/** Number of rounds of a simple session, and the maximum number of its events. */
const ROUNDS_A_SESSION = 4;
const MAX_CALM_EVENTS = 500;
/** Number of rounds of a complicated session. */
const ROUNDS_A_WILD_SESSION = 20;
/**
 * Maximum number of events that are acknowledged before the kill. It is a number and not a time, so
 * that every round is under load.
 */
const MAX_ACKS = 600;
/**
 * Maximum time between the last of them and the kill in milliseconds, so that the kill comes at any
 * moment of a transaction.
 */
const MAX_DELAY_MS = 4;
const START_MS = 1_714_000_000_000;
/** A pause. */
const LONG_MS = 3_700_000;

/** Returns a generator of random numbers from 0 to 1 for a seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The story of a session: nested tool calls that end in any order. */
class Story {
  readonly payloads: string[] = [];
  readonly maxEvents: number = MAX_CALM_EVENTS;
  /** Number of acknowledged events. The next event may or may not be stored. */
  acked = 0;
  readonly #open: string[] = [];

  constructor(
    readonly session: string,
    readonly workspace: string,
    readonly random: () => number,
  ) {}

  /** Returns the payload with this number, always the same. */
  payload(n: number): string {
    while (this.payloads.length <= n) this.payloads.push(this.#next());
    return this.payloads[n] ?? "";
  }

  #next(): string {
    const n = this.payloads.length;
    return JSON.stringify({
      session_id: this.session,
      kaizen_id: `${this.session}-${n}`,
      tool_name: "Bash",
      input_tokens: n,
      total_cost_usd: n / 1000,
      n,
      ...this.describe(n),
    });
  }

  /** Returns the content of the event with this number. */
  protected describe(n: number): Record<string, unknown> {
    const ends = this.#open.length > 0 && this.random() < this.#open.length / 4;
    const at = Math.floor(this.random() * this.#open.length);
    const id = ends ? this.#open.splice(at, 1)[0] : `t${n}`;
    if (!ends) this.#open.push(`t${n}`);
    return {
      hook_event_name: ends ? "PostToolUse" : "PreToolUse",
      timestamp_ms: START_MS + n,
      tool_use_id: id,
    };
  }
}

/**
 * A story of many events with stops, pauses, and calls without an id or with the id of another
 * call.
 */
class WildStory extends Story {
  override readonly maxEvents = Infinity;
  #ms = START_MS;

  protected override describe(n: number): Record<string, unknown> {
    const die = this.random();
    this.#ms += die < 0.01 ? LONG_MS : 1;
    const timestamp_ms = this.#ms;
    if (die > 0.98) return { hook_event_name: "Stop", timestamp_ms };
    const recent = Math.max(0, n - Math.floor(this.random() * 30));
    const hook_event_name = die > 0.5 ? "PreToolUse" : "PostToolUse";
    if (die > 0.9) return { hook_event_name, timestamp_ms };
    return { hook_event_name, timestamp_ms, tool_use_id: `t${recent}` };
  }
}

async function send(
  home: Home,
  payload: string,
  workspace: string,
): Promise<{ type: string; message: string } | null> {
  try {
    const { text } = await ask(home.socket, {
      type: "ingest_hook",
      source: "claude",
      payload,
      workspace,
    });
    return text === "" ? null : JSON.parse(text);
  } catch {
    return null; // killed: the connection broke, or the daemon listens no more
  }
}

/** Sends the story from the first event without an ack, until the daemon has exited. */
async function tell(
  home: Home,
  story: Story,
  onAck: () => void,
): Promise<void> {
  while (story.acked < story.maxEvents) {
    const payload = story.payload(story.acked);
    const answer = await send(home, payload, story.workspace);
    if (answer === null) return;
    assertEquals(answer, { type: "ack", message: "ingested" });
    story.acked++;
    onAck();
  }
}

interface Detail {
  session: { totals?: { events: number } } | null;
  events: { payload: { n: number } }[];
  spans: unknown;
}

async function detailOf(
  home: Home,
  { session, workspace }: Story,
): Promise<Detail> {
  const { text } = await ask(home.socket, {
    type: "get_session_detail",
    id: session,
    workspace,
  });
  const { type, ...rest } = JSON.parse(text);
  assertEquals(type, "detail", text);
  return rest;
}

/**
 * Checks that the acknowledged events are stored in order, each once. At most one more event is
 * stored: one whose answer was lost.
 *
 * @returns The number of stored events.
 */
async function checkStored(home: Home, story: Story): Promise<number> {
  const { session, events } = await detailOf(home, story);
  const numbers = events.map(({ payload }) => payload.n);
  assertEquals(numbers, [...numbers.keys()], story.session);
  const extra = numbers.length - story.acked;
  assert(extra === 0 || extra === 1, `${extra} beyond ${story.acked}`);
  assertEquals(session?.totals?.events ?? 0, numbers.length);
  return numbers.length;
}

/** Sends the same events to a daemon that is never killed. */
async function retell(
  home: Home,
  story: Story,
  count: number,
): Promise<Detail> {
  for (let n = 0; n < count; n++) {
    const answer = await send(home, story.payload(n), story.workspace);
    assertEquals(answer?.type, "ack");
  }
  return await detailOf(home, story);
}

Deno.test(`a daemon killed ${ROUNDS} times under load loses no acknowledged event (seed ${SEED})`, async () => {
  const random = randomFrom(SEED);
  await using home = await tempHome();
  await using model = await tempHome();
  await using _model = await model.startDaemon({ patienceMs: PATIENCE_MS });
  const told: Story[] = [];
  const calm: Story[] = [];
  const wild: WildStory[] = [];
  let unheard = 0;
  for (let round = 0; round < ROUNDS; round++) {
    for (let i = 0; i < CLIENTS / 2; i++) {
      if (round % ROUNDS_A_SESSION === 0) {
        const story = new Story(`r${round}c${i}`, home.workspace, random);
        calm[i] = story;
        told.push(story);
      }
      if (round % ROUNDS_A_WILD_SESSION === 0) {
        const workspace = `${home.workspace}/r${round}w${i}`;
        const story = new WildStory(`wild${i}`, workspace, random);
        wild[i] = story;
        told.push(story);
      }
    }
    const stories = [...calm, ...wild];
    await using daemon = await home.startDaemon();
    for (const story of stories) {
      const stored = await checkStored(home, story);
      unheard += stored - story.acked;
    }
    let left = 1 + Math.floor(random() * MAX_ACKS);
    const delayMs = random() * MAX_DELAY_MS;
    const kill = () => {
      if (--left !== 0) return;
      setTimeout(() => Deno.kill(daemon.pid, "SIGKILL"), delayMs);
    };
    await Promise.all(stories.map((story) => tell(home, story, kill)));
    await daemon.ended;
  }
  await using _daemon = await home.startDaemon({ patienceMs: PATIENCE_MS });
  let events = 0;
  for (const story of told) {
    const count = await checkStored(home, story);
    events += count;
    const stored = await detailOf(home, story);
    assertEquals(stored, await retell(model, story, count), story.session);
  }
  const { store } = await askStatus(home.socket);
  assert(typeof store === "object" && store !== null && "events" in store);
  assertEquals(store.events, events);
  if (ASKED_ROUNDS === undefined) return;
  // deno-lint-ignore no-console
  console.log(
    `${told.length} sessions, ${events} events, ${unheard} of them stored without their ack being heard`,
  );
});
