// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals, assertRejects } from "@std/assert";
import { SocketTurn } from "../../../src/daemon/socket_turn.ts";
import { tempFolder } from "./_folder.ts";

Deno.test("SocketTurn.open() replaces the socket of a killed daemon, and leaves none itself", async () => {
  using folder = tempFolder();
  const path = `${folder.path}/turn`;
  using left = Deno.listen({ transport: "unix", path: `${path}.1` });
  await Deno.rename(`${path}.1`, path);
  using turn = await SocketTurn.open(path);
  assertEquals(await Array.fromAsync(Deno.readDir(folder.path)), []);
  for (let i = 0; i < 100; i++) await turn.wait();
  assertEquals(left.addr.transport, "unix");
});

Deno.test("SocketTurn.open() rejects if no socket can be bound", async () => {
  await assertRejects(() => SocketTurn.open("/nonexistent/turn"));
});

Deno.test("SocketTurn.wait() goes on without its socket once it is disposed of, even while it waits", async () => {
  using folder = tempFolder();
  const turn = await SocketTurn.open(`${folder.path}/turn`);
  const waiting = turn.wait();
  turn[Symbol.dispose]();
  turn[Symbol.dispose]();
  await waiting;
  await turn.wait();
});
