// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { HeldSocket } from "../../../src/daemon/held_socket.ts";
import { tempFolder } from "./_folder.ts";
import { LogLines } from "./_server.ts";

/** Connects as soon as a socket is there. */
async function connect(path: string): Promise<Deno.Conn> {
  while (true) {
    try {
      return await Deno.connect({ transport: "unix", path });
    } catch (error) {
      const isBound = !(error instanceof Deno.errors.NotFound ||
        error instanceof Deno.errors.ConnectionRefused);
      if (isBound) throw error;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

Deno.test("HeldSocket binds anew each time its file is removed", async () => {
  using folder = tempFolder();
  const path = `${folder.path}/s`;
  const log = new LogLines();
  const socket = await HeldSocket.open(path, log.log, () => null);
  for (let i = 0; i < 3; i++) {
    await Deno.remove(path);
    const [client, conn] = await Promise.all([connect(path), socket.accept()]);
    client.close();
    conn.close();
  }
  assertEquals(((await Deno.lstat(path)).mode ?? 0) & 0o777, 0o600);
  assertEquals(
    log.lines.map(({ message }) => message),
    Array(3).fill("socket bound again, as its file was removed"),
  );
  const accept = assertRejects(() => socket.accept());
  await socket.close();
  await socket.close();
  await accept;
  await assertRejects(() => Deno.lstat(path), Deno.errors.NotFound);
});

Deno.test("HeldSocket says that its path is lost if it cannot bind there again", async () => {
  using folder = tempFolder();
  const path = `${folder.path}/s`;
  const socket = await HeldSocket.open(path, () => {}, () => null);
  // In one step, as it binds again as soon as its file is gone.
  await Deno.writeTextFile(`${path}.new`, "mine");
  await Deno.rename(`${path}.new`, path);
  assertMatch(
    await socket.lost,
    /^its socket was removed: Cannot listen at ".*" as it is a regular file/,
  );
  await socket.close();
  assertEquals(await Deno.readTextFile(path), "mine");
});

Deno.test("HeldSocket binds at no path where its daemon would be of no use", async () => {
  using folder = tempFolder();
  const path = `${folder.path}/s`;
  const socket = await HeldSocket.open(
    path,
    () => {},
    () => "its home is gone",
  );
  await Deno.remove(path);
  assertEquals(await socket.lost, "its home is gone");
  await socket.close();
  await assertRejects(() => Deno.lstat(path), Deno.errors.NotFound);
});
