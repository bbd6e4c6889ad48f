// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Two homes as two machines, with a real Redis and DuckDB: whichever side is killed, each
 * acknowledged event is there once. Skipped where the programs are not installed.
 * `KAIZEN_TEST_PYTHON` names a Python that has the package duckdb.
 */
import { assert, assertEquals } from "@std/assert";
import { ask, exists } from "./_socket.ts";
import { type Home, type RunningDaemon, tempHome } from "./harness.ts";

const ROUNDS = Number(Deno.env.get("KAIZEN_CRASH_ROUNDS") ?? 6);
const FOLDER = decodeURIComponent(
  new URL("../../packaging/many-machines", import.meta.url).pathname,
);
const PROGRAM = Deno.env.get("KAIZEN_BIN") ||
  decodeURIComponent(new URL("../../scripts/kaizen", import.meta.url).pathname);
const PYTHON = Deno.env.get("KAIZEN_TEST_PYTHON") ?? "python3";

async function runs(...line: string[]): Promise<boolean> {
  const [program = "", ...args] = line;
  try {
    const { success } = await new Deno.Command(program, { args }).output();
    return success;
  } catch {
    return false;
  }
}

/** It kills and restarts for minutes, so it runs where KAIZEN_TEST_BROKER is set. */
const hasRedis = Boolean(Deno.env.get("KAIZEN_TEST_BROKER")) &&
  await runs("redis-server", "--version") &&
  await runs(PYTHON, "--version");
const hasDuckdb = await runs(PYTHON, "-c", "import duckdb");

/** A server that keeps what it has answered. */
class Broker {
  readonly socket: string;
  #process: Deno.ChildProcess | null = null;

  constructor(readonly folder: string) {
    this.socket = `${folder}/redis.sock`;
  }

  async start(): Promise<void> {
    const watcher = Deno.watchFs(this.folder);
    this.#process = new Deno.Command("redis-server", {
      args: [
        ...["--port", "0", "--unixsocket", this.socket, "--dir", this.folder],
        ...["--appendonly", "yes", "--appendfsync", "always", "--save", ""],
      ],
      stdout: "null",
      stderr: "null",
    }).spawn();
    if (await exists(this.socket)) watcher.close();
    else for await (const _ of watcher) if (await exists(this.socket)) break;
  }

  async kill(): Promise<void> {
    this.#process?.kill("SIGKILL");
    await this.#process?.status;
    await Deno.remove(this.socket);
  }
}

function startFeeder(home: Home, broker: Broker): Deno.ChildProcess {
  return new Deno.Command(PYTHON, {
    args: [`${FOLDER}/kaizen_to_redis.py`],
    env: {
      KAIZEN: PROGRAM,
      KAIZEN_HOME: home.home,
      HOME: `${home.root}/user`,
      REDIS: broker.socket,
      PAUSE: "0.1",
      // A feeder that is slow to begin may find its daemon killed. The test starts the next.
      KAIZEN_NO_START: "1",
      PYTHONDONTWRITEBYTECODE: "1",
    },
    stdout: "null",
    stderr: "null",
  }).spawn();
}

/** Sends events to a daemon; returns how many are acknowledged. */
async function send(home: Home, from: number, count: number): Promise<number> {
  for (let n = from; n < from + count; n++) {
    try {
      const { text } = await ask(home.socket, {
        type: "ingest_hook",
        source: "claude",
        payload: JSON.stringify({
          hook_event_name: "PreToolUse",
          session_id: "s",
          kaizen_id: `e${n}`,
          tool_name: "Bash",
          n,
        }),
        workspace: home.workspace,
      });
      if (text === "") return n;
      assertEquals(JSON.parse(text).type, "ack");
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return n;
      if (error instanceof Deno.errors.ConnectionRefused) return n;
      if (error instanceof Deno.errors.ConnectionReset) return n;
      throw error;
    }
  }
  return from + count;
}

async function redisCli(broker: Broker, ...args: string[]): Promise<string> {
  const { stdout } = await new Deno.Command("redis-cli", {
    args: ["-s", broker.socket, ...args],
  }).output();
  return new TextDecoder().decode(stdout);
}

/** Machine and cursor of each event that a home has. */
async function placesOf(home: Home): Promise<string[]> {
  const { stdout } = await home.run(["events", "-o", "ndjson"]);
  return stdout.trim().split("\n").map((line) => {
    const { machine, cursor } = JSON.parse(line);
    return `${machine} ${cursor}`;
  });
}

/** Waits until Redis has all events of the homes, in the rounds of its own blocking read. */
async function arrived(broker: Broker, count: number): Promise<void> {
  // A Redis that has just started answers with words until it has read its file.
  while (!(Number(await redisCli(broker, "XLEN", "kaizen")) >= count)) {
    await redisCli(broker, "XREAD", "BLOCK", "100", "STREAMS", "kaizen", "$");
  }
}

Deno.test({
  name:
    `two machines' events are in Redis once over ${ROUNDS} kills of each side`,
  ignore: !hasRedis,
  fn: async () => {
    await using one = await tempHome();
    await using two = await tempHome();
    const homes = [one, two];
    const broker = new Broker(one.root);
    await broker.start();
    const daemons: RunningDaemon[] = [];
    const feeders: Deno.ChildProcess[] = [];
    for (const home of homes) {
      daemons.push(await home.startDaemon());
      feeders.push(startFeeder(home, broker));
    }
    const acked = [0, 0];
    // Each feeder has begun before anything is killed.
    for (const [i, home] of homes.entries()) acked[i] = await send(home, 0, 1);
    await arrived(broker, 2);
    for (let round = 0; round < ROUNDS; round++) {
      const sending = homes.map(async (home, i) => {
        acked[i] = await send(home, acked[i] ?? 0, 60);
      });
      const i = Math.floor(Math.random() * 2);
      const [home, daemon, feeder] = [homes[i], daemons[i], feeders[i]];
      assert(home && daemon && feeder);
      if (round % 3 === 0) {
        Deno.kill(daemon.pid, "SIGKILL");
        await daemon.ended;
        daemons[i] = await home.startDaemon();
      } else if (round % 3 === 1) {
        feeder.kill("SIGKILL");
        await feeder.status;
        feeders[i] = startFeeder(home, broker);
      } else {
        await broker.kill();
        await broker.start();
      }
      await Promise.all(sending);
    }
    const places = (await Promise.all(homes.map(placesOf))).flat();
    assert(places.length >= (acked[0] ?? 0) + (acked[1] ?? 0));
    await arrived(broker, places.length);
    const script =
      "local out = {} for _, e in ipairs(redis.call('XRANGE', 'kaizen', '-', '+')) do out[#out + 1] = e[2][2] .. ' ' .. e[2][4] end return out";
    const sent = (await redisCli(broker, "--raw", "EVAL", script, "0")).trim()
      .split("\n");
    assertEquals(sent.toSorted(), places.toSorted());
    for (const feeder of feeders) {
      feeder.kill("SIGTERM");
      await feeder.status;
    }
    await broker.kill();
    for (const daemon of daemons) await daemon.stop();
  },
});

/** Copies what is new into a file of DuckDB; returns the number of rows that were added. */
async function copy(broker: Broker, file: string): Promise<number> {
  const { stdout, stderr, success } = await new Deno.Command(PYTHON, {
    args: [`${FOLDER}/redis_to_duckdb.py`, file],
    env: { REDIS: broker.socket, PYTHONDONTWRITEBYTECODE: "1" },
  }).output();
  assert(success, new TextDecoder().decode(stderr));
  return Number(new TextDecoder().decode(stdout));
}

Deno.test({
  name: "redis_to_duckdb.py copies each event once, and goes on where it was",
  ignore: !(hasRedis && hasDuckdb),
  fn: async () => {
    await using home = await tempHome();
    await using _daemon = await home.startDaemon();
    const broker = new Broker(home.root);
    await broker.start();
    const feeder = startFeeder(home, broker);
    const file = `${home.root}/events.duckdb`;
    for (const [before, count] of [[0, 20], [20, 5], [25, 0]] as const) {
      assertEquals(await send(home, before, count), before + count);
      await arrived(broker, before + count);
      assertEquals(await copy(broker, file), count);
    }
    feeder.kill("SIGTERM");
    await feeder.status;
    await broker.kill();
  },
});
