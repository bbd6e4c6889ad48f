// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Clients that connect as fast as the system lets them and vanish, while others have events to
 * send.
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { ask } from "./_socket.ts";
import { type Home, tempHome } from "./harness.ts";

const STORMS = 8;
const CLIENTS = 6;
const EVENTS_EACH = 20;

/** Repeats what fails because too many wait to be accepted; any other failure is one. */
async function inTurn<T>(run: () => Promise<T>): Promise<T> {
  while (true) {
    try {
      return await run();
    } catch (error) {
      if (!(error instanceof Deno.errors.WouldBlock)) throw error;
      // The kernel says so at once: let the others run.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

async function storm(
  { socket }: Home,
  bytes: Uint8Array,
  isOver: () => boolean,
): Promise<number> {
  let vanished = 0;
  while (!isOver()) {
    const conn = await inTurn(() =>
      Deno.connect({ transport: "unix", path: socket })
    );
    // The daemon may have closed it.
    if (bytes.length > 0) await conn.write(bytes).catch(() => {});
    conn.close();
    vanished++;
  }
  return vanished;
}

for (
  const [name, bytes] of [
    ["say nothing", new Uint8Array()],
    ["begin a request", Uint8Array.of(0, 0, 0, 32, 0x7b)],
  ] as const
) {
  Deno.test(`each event is acknowledged while thousands connect, ${name} and vanish`, async () => {
    await using home = await tempHome();
    await using _daemon = await home.startDaemon();
    let isOver = false;
    const storms = Array.from(
      { length: STORMS },
      () => storm(home, bytes, () => isOver),
    );
    const clients = Array.from({ length: CLIENTS }, async (_, client) => {
      for (let i = 0; i < EVENTS_EACH; i++) {
        const { text } = await inTurn(() =>
          ask(home.socket, {
            type: "ingest_hook",
            source: "claude",
            payload: JSON.stringify({
              hook_event_name: "Stop",
              session_id: `client-${client}`,
              timestamp_ms: i + 1,
            }),
            workspace: home.workspace,
          })
        );
        assertStringIncludes(text, '"type":"ack"');
      }
    });
    try {
      await Promise.all(clients);
    } finally {
      isOver = true;
    }
    const vanished = (await Promise.all(storms)).reduce((sum, n) => sum + n);
    assert(vanished > CLIENTS * EVENTS_EACH, `${vanished}`);
    const { stdout } = await home.run(["status", "--json"]);
    assertEquals(JSON.parse(stdout).store.events, CLIENTS * EVENTS_EACH);
  });
}
