// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The amount of other work that an event waits for, counted in slices, because the clock of a busy
 * machine proves nothing.
 */
import { assert, assertEquals } from "@std/assert";
import { encodeFrame } from "../../../src/frame/mod.ts";
import { type DaemonRequest, encodeRequest } from "../../../src/proto/mod.ts";
import { LIMITS } from "../../../src/daemon/limits.ts";
import { Server } from "../../../src/daemon/server.ts";
import { SocketTurn } from "../../../src/daemon/socket_turn.ts";
import { tempFolder } from "./_folder.ts";
import { Client } from "./_server.ts";
import { event, list, TestService } from "./_service.ts";

const EVENTS = 4000;
/**
 * One slice while it is accepted and read, one before its batch, one before its answer is read
 * here.
 */
const MAX_SLICES = 4;

const DETAIL: DaemonRequest = {
  type: "get_session_detail",
  id: "big",
  workspace: "/w/app",
};
const works: Record<string, DaemonRequest> = {
  "a detail": DETAIL,
  "a list of everything": list({ limit: 2 ** 32 }),
  "a prune of one session": { type: "store_prune", session: "big" },
  "a prune of many": { type: "store_prune", before_ms: 1000 },
};

Deno.test("an event waits for few slices of other work", async (t) => {
  let slices = 0;
  using folder = tempFolder();
  using socketTurn = await SocketTurn.open(`${folder.path}/turn`);
  const turn = async () => {
    await socketTurn.wait();
    slices++;
  };
  await using it = new TestService({ turn });
  const fill = async (id: (i: number) => string) => {
    const text = "x".repeat(900);
    const asked = [];
    for (let i = 0; i < EVENTS; i++) {
      if (!it.service.hasRoom()) await it.service.room();
      asked.push(it.ingest("cursor", event(id(i), { text })));
    }
    await Promise.all(asked);
  };
  await fill(() => "big");
  await fill((i) => `s${i}`);
  const path = `${it.folder.path}/s`;
  await using _server = new Server({
    acceptor: Deno.listen({ transport: "unix", path }),
    service: it.service,
    limits: LIMITS,
    log: () => {},
  });
  const ask = async (request: DaemonRequest) => {
    using client = new Client(await Deno.connect({ transport: "unix", path }));
    await client.write(encodeFrame(encodeRequest(request)));
    return (await client.readAll()).text;
  };
  const ingest: DaemonRequest = {
    type: "ingest_hook",
    source: "cursor",
    payload: event("late", { timestamp_ms: 5000 }),
    workspace: "/w/app",
  };
  for (const [name, request] of Object.entries(works)) {
    await t.step(`beside ${name}`, async () => {
      const begin = slices;
      let working = true;
      const work = ask(request).finally(() => working = false);
      let most = 0;
      while (working) {
        const before = slices;
        assertEquals(await ask(ingest), '{"type":"ack","message":"ingested"}');
        most = Math.max(most, slices - before);
      }
      assert(/"type":"(detail|sessions|store)"/.test(await work));
      assert(slices > begin, "too short to be cut into slices");
      assert(most <= MAX_SLICES, `waited for ${most} slices`);
    });
  }
});
