// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The memory of a daemon. The limits are the documented ones. `scripts/bench memory` measures with
 * 100,000 events, which take too long here.
 */
import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { fillStore } from "../../bench/fill_store.ts";
import { load } from "../../bench/load_client.ts";
import { encodeFrame } from "../../src/frame/mod.ts";
import { MAX_REQUEST_BYTES } from "../../src/proto/mod.ts";
import { ask, connect, frameOf, readToEnd, writeTo } from "./_socket.ts";
import { tempHome } from "./harness.ts";

const MIB_KIB = 1024;
const IDLE_MIB = 90;
const LOADED_MIB = 150;
/** A daemon that read the store for all of them at once took 390. */
const READERS_MIB = 300;
const READERS = 250;
const EVENTS = 40_000;
/** Of 16 MiB: a daemon that decoded them without a budget took 2,650 MiB. */
const BOMBS = 8;
const BOMB_MIB = 300;

/** The system shows the memory of a process. */
const ignore = Deno.build.os !== "linux";

async function assertHolds(
  pid: number,
  mib: number,
  field: "VmRSS" | "VmHWM" = "VmRSS",
): Promise<void> {
  const text = await Deno.readTextFile(`/proc/${pid}/status`);
  const [, kib] = RegExp(`^${field}:\\s*(\\d+) kB`, "m").exec(text) ?? [];
  assert(Number(kib) / MIB_KIB < mib, `${kib} KiB, promised ${mib} MiB`);
}

Deno.test({
  name: "a daemon takes little memory when it is idle, and after many events",
  ignore,
  async fn() {
    await using home = await tempHome();
    await using daemon = await home.startDaemon();
    await assertHolds(daemon.pid, IDLE_MIB);
    const { acked, refused } = await load({
      socket: home.socket,
      clients: 32,
      seconds: 3,
      payloadBytes: 600,
      workspace: home.workspace,
      prefix: "s",
    });
    assert(acked > 0 && refused === 0, `${acked} stored, ${refused} refused`);
    await assertHolds(daemon.pid, LOADED_MIB);
  },
});

Deno.test({
  name:
    "a daemon takes little memory for a huge session, and for readers that stop reading",
  ignore,
  async fn() {
    await using home = await tempHome();
    await Deno.mkdir(home.home, { mode: 0o700 });
    fillStore({
      path: `${home.home}/store.db`,
      sessions: 1,
      eventsEach: EVENTS,
      payloadBytes: 600,
      workspace: home.workspace,
      prefix: "huge",
    });
    await using daemon = await home.startDaemon();
    const request = frameOf({ type: "get_session_detail", id: "huge-0" });
    const conn = await connect(home.socket);
    await writeTo(conn, request);
    const { text } = await readToEnd(conn);
    conn.close();
    assertStringIncludes(text.slice(-1000), `"span_id":"v1:6:huge-0:call-`);
    await assertHolds(daemon.pid, LOADED_MIB);
    const stopped = await Promise.all(
      Array.from({ length: READERS }, async () => {
        const conn = await connect(home.socket);
        await writeTo(conn, request);
        await conn.read(new Uint8Array(1));
        return conn;
      }),
    );
    await assertHolds(daemon.pid, READERS_MIB);
    for (const conn of stopped) conn.close();
  },
});

/** Requests of the largest size that cost the most to decode. */
const bombs: [name: string, before: string, part: string, after: string][] = [
  ["an array of numbers", "[", "1,", "1]"],
  ["an object of numbers", "{", '"a":1,', '"b":1}'],
  ["a status with arrays", '{"type":"status","x":[', "[],", "1]}"],
  [
    "an event of numbers",
    '{"type":"ingest_hook","source":"claude","payload":"{\\"session_id\\":\\"b\\",\\"hook_event_name\\":\\"Stop\\",\\"x\\":[',
    "1,",
    '1]}"}',
  ],
  [
    "an event of a long name",
    '{"type":"ingest_hook","source":"claude","payload":"{\\"hook_event_name\\":\\"Stop\\",\\"session_id\\":\\"',
    "x",
    '\\"}"}',
  ],
];

for (const [name, before, part, after] of bombs) {
  Deno.test({
    name:
      `a daemon refuses ${name} with words, takes little memory, and serves others meanwhile`,
    ignore,
    async fn() {
      await using home = await tempHome();
      await using daemon = await home.startDaemon();
      const length = MAX_REQUEST_BYTES - before.length - after.length;
      const text = before + part.repeat(length / part.length) + after;
      const bomb = encodeFrame(new TextEncoder().encode(text));
      let isOver = false;
      const answers = Promise.all(
        Array.from({ length: BOMBS }, async () => {
          const conn = await connect(home.socket);
          await writeTo(conn, bomb);
          const { text } = await readToEnd(conn);
          conn.close();
          return JSON.parse(text);
        }),
      ).finally(() => isOver = true);
      let served = 0;
      while (!isOver) {
        const { text } = await ask(home.socket, {
          type: "ingest_hook",
          source: "claude",
          payload: '{"hook_event_name":"Stop","session_id":"s"}',
          workspace: home.workspace,
        });
        assertStringIncludes(text, '"type":"ack"');
        served++;
      }
      for (const { type, message } of await answers) {
        assertEquals(type, "error");
        assertMatch(message, /^Cannot decode request as .* must .*<= \d+/);
      }
      assert(served > BOMBS, `${served}`);
      // The most that it ever took.
      await assertHolds(daemon.pid, BOMB_MIB, "VmHWM");
    },
  });
}
