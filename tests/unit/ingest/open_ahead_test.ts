// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals, assertRejects } from "@std/assert";
import { openAhead } from "../../../src/ingest/open_ahead.ts";
import { FakeDaemon, readAll } from "../client/fake_daemon.ts";

/** Connects, and counts the connections. */
function counting() {
  const context = {
    count: 0,
    connect: (path: string) => {
      context.count++;
      return Deno.connect({ transport: "unix", path });
    },
  };
  return context;
}

Deno.test("openAhead() gives the opened connection to the first caller, and a new one to the next", async () => {
  await using daemon = new FakeDaemon(() => Promise.resolve());
  const context = counting();
  const ahead = openAhead(daemon.socket, context);
  await ahead.opened;
  assertEquals(context.count, 1);
  using first = await ahead.connect(daemon.socket);
  assertEquals(context.count, 1);
  using second = await ahead.connect(daemon.socket);
  assertEquals(context.count, 2);
  assertEquals(first === second, false);
  ahead.close();
});

Deno.test("openAhead() tries again if no daemon listened at first", async () => {
  const context = counting();
  const folder = await Deno.makeTempDir();
  const ahead = openAhead(`${folder}/d.sock`, context);
  await ahead.opened;
  {
    using _listener = Deno.listen({
      transport: "unix",
      path: `${folder}/d.sock`,
    });
    using _conn = await ahead.connect(`${folder}/d.sock`);
  }
  await assertRejects(
    () => ahead.connect(`${folder}/d.sock`),
    Deno.errors.NotFound,
  );
  assertEquals(context.count, 3);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("openAhead() closes a connection that was not used", async () => {
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  await using daemon = new FakeDaemon((conn) => readAll(conn).then(resolve));
  const ahead = openAhead(daemon.socket, counting());
  ahead.close();
  await closed;
});
