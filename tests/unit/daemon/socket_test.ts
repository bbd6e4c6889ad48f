// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals, assertRejects } from "@std/assert";
import { HomeError } from "../../../src/context/mod.ts";
import { HomeBusyError } from "../../../src/context/mod.ts";
import { openSocket } from "../../../src/daemon/socket.ts";
import { tempFolder } from "./_folder.ts";
import { FakeService, startServer, textReply } from "./_server.ts";

function exists(path: string): boolean {
  try {
    return Deno.lstatSync(path) !== null;
  } catch {
    return false;
  }
}

Deno.test("openSocket() binds for its user alone, and close() removes the socket", async () => {
  using folder = tempFolder();
  const path = `${folder.path}/s`;
  const socket = await openSocket(path);
  assertEquals(((await Deno.lstat(path)).mode ?? 0) & 0o777, 0o600);
  const [client, conn] = await Promise.all([
    Deno.connect({ transport: "unix", path }),
    socket.accept(),
  ]);
  client.close();
  conn.close();
  const accept = assertRejects(() => socket.accept());
  await socket.close();
  await accept;
  assertEquals(exists(path), false);
});

async function makeStale(path: string): Promise<void> {
  const dead = Deno.listen({ transport: "unix", path: `${path}.dead` });
  await Deno.rename(`${path}.dead`, path); // closing removes the other name
  dead.close();
}

Deno.test("openSocket() replaces a stale socket", async () => {
  using folder = tempFolder();
  const path = `${folder.path}/s`;
  await makeStale(path);
  await assertRejects(
    () => Deno.connect({ transport: "unix", path }),
    Deno.errors.ConnectionRefused,
  );
  const socket = await openSocket(path);
  const client = await Deno.connect({ transport: "unix", path });
  client.close();
  await socket.close();
});

const wrong: [name: string, make: (path: string) => void, words: string][] = [
  ["a regular file", (path) => Deno.writeTextFileSync(path, "mine"), "file"],
  ["a folder", (path) => Deno.mkdirSync(path), "folder"],
  ["a symbolic link", (path) => Deno.symlinkSync("nowhere", path), "link"],
];
for (const [name, make, words] of wrong) {
  Deno.test(`openSocket() leaves ${name} alone`, async () => {
    using folder = tempFolder();
    const path = `${folder.path}/s`;
    make(path);
    await assertRejects(() => openSocket(path), HomeError, words);
    assertEquals(exists(path), true);
  });
}

Deno.test("openSocket() never replaces a socket that a process listens at", async () => {
  const status = textReply(
    '{"type":"status","pid":7,"uptime_ms":1,"queue_depth":0,"last_error":null}',
  );
  await using running = await startServer({
    service: new FakeService({ status }),
  });
  const error = await assertRejects(
    () => openSocket(running.path),
    HomeBusyError,
    "its pid is 7",
  );
  assertEquals(error.pid, 7);
  using client = await running.connect();
  await client.send({ type: "status" });
  assertEquals((await client.readAll()).end, "eof");
});

Deno.test("openSocket() never replaces a socket whose listener does not answer", async () => {
  using folder = tempFolder();
  const path = `${folder.path}/s`;
  const silent = Deno.listen({ transport: "unix", path });
  await assertRejects(() => openSocket(path), HomeBusyError, "no answer in");
  assertEquals(exists(path), true);
  silent.close();
});

Deno.test("openSocket() leaves a stale socket to the daemon that is about to replace it", async () => {
  using folder = tempFolder();
  const path = `${folder.path}/s`;
  await makeStale(path);
  using held = await Deno.open(`${path}.lock`, { write: true, create: true });
  await held.lock(true);
  await assertRejects(() => openSocket(path), HomeBusyError, "is about to");
  assertEquals(exists(path), true);
});

Deno.test("openSocket() names the limit of a path", async () => {
  const path = `/tmp/${"x".repeat(200)}`;
  await assertRejects(
    () => openSocket(path),
    HomeError,
    "bytes: current length is 205",
  );
});

Deno.test("openSocket() gives the system's reason", async () => {
  using folder = tempFolder();
  const path = `${folder.path}/none/s`;
  await assertRejects(
    () => openSocket(path),
    HomeError,
    `Cannot listen at "${path}": No such file or directory`,
  );
});

Deno.test("openSocket() refuses an umask that lets others connect in a shared folder", async () => {
  using folder = tempFolder();
  const path = `${folder.path}/s`;
  await Deno.chmod(folder.path, 0o755);
  const before = Deno.umask(0);
  try {
    await assertRejects(() => openSocket(path), HomeError, "umask 077");
    assertEquals(exists(path), false);
    await Deno.chmod(folder.path, 0o700);
    await (await openSocket(path)).close();
  } finally {
    Deno.umask(before);
  }
});

Deno.test("close() leaves a file alone that another process has put in the socket's place", async () => {
  using folder = tempFolder();
  const path = `${folder.path}/s`;
  const socket = await openSocket(path);
  const accept = assertRejects(() => socket.accept());
  await Deno.remove(path);
  const other = Deno.listen({ transport: "unix", path });
  await socket.close();
  await accept;
  const client = await Deno.connect({ transport: "unix", path });
  client.close();
  other.close();
});
