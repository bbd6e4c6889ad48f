// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals } from "@std/assert";
import { probe } from "../../../src/launch/probe.ts";
import { tempFolder } from "../daemon/_folder.ts";
import { FakeService, startServer, textReply } from "../daemon/_server.ts";

Deno.test("probe() finds the daemon that answers", async () => {
  const status = textReply(
    '{"type":"status","pid":41,"uptime_ms":1,"queue_depth":0,"last_error":null,"later":[]}',
  );
  const service = new FakeService({ status });
  await using running = await startServer({ service });
  assertEquals(await probe(running.path), { state: "alive", pid: 41 });
});

const unclear: [answer: string, why: string][] = [
  [
    '{"type":"error","message":"m","supported_min":null,"supported_max":null}',
    'answered "error"',
  ],
];
for (const [answer, why] of unclear) {
  Deno.test(`probe() does not take ${answer} for a daemon, nor for a dead socket`, async () => {
    const service = new FakeService({ status: textReply(answer) });
    await using running = await startServer({ service });
    assertEquals(await probe(running.path), { state: "unclear", why });
  });
}

Deno.test("probe() does not take an answer that cannot be read for a dead socket", async () => {
  const service = new FakeService({ status: textReply("nonsense") });
  await using running = await startServer({ service });
  assertEquals((await probe(running.path)).state, "unclear");
});

Deno.test("probe() does not take silence for a dead socket", async () => {
  using folder = tempFolder();
  const path = `${folder.path}/s`;
  using _listener = Deno.listen({ transport: "unix", path });
  assertEquals(await probe(path, 1), {
    state: "unclear",
    why: "no answer in 1 ms",
  });
});

Deno.test("probe() finds a stale socket dead, and a missing one", async () => {
  using folder = tempFolder();
  const path = `${folder.path}/s`;
  const listener = Deno.listen({ transport: "unix", path });
  await Deno.rename(path, `${path}.stale`);
  listener.close();
  for (const at of [path, `${path}.stale`]) {
    assertEquals(await probe(at), { state: "dead" });
  }
});
