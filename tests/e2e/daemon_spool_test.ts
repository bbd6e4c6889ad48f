// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals } from "@std/assert";
import { encodeRequest } from "../../src/proto/mod.ts";
import { Spool } from "../../src/spool/mod.ts";
import { type Home, tempHome } from "./harness.ts";
import { ingest, sessionIds } from "./_socket.ts";

function spoolOf(home: Home): Spool {
  return new Spool({ folder: `${home.home}/spool`, env: () => undefined });
}

/** Waits until the spool is empty. */
async function emptied(home: Home): Promise<void> {
  const folder = `${home.home}/spool`;
  using watcher = Deno.watchFs(folder);
  const isEmpty = () =>
    ![...Deno.readDirSync(folder)].some(({ name }) => name.startsWith("v1-"));
  if (isEmpty()) return;
  for await (const _ of watcher) {
    if (isEmpty()) return;
  }
}

Deno.test("the daemon delivers the events of the spool in order when it starts", async () => {
  await using home = await tempHome();
  const spool = spoolOf(home);
  for (const id of ["a", "b", "c"]) {
    spool.append(encodeRequest(ingest(id, home.workspace)));
  }
  await using _daemon = await home.startDaemon();
  await emptied(home);
  assertEquals(await sessionIds(home.socket, home.workspace), ["a", "b", "c"]);
});

Deno.test("the daemon delivers events that are added to the spool while it is running", async () => {
  await using home = await tempHome();
  await using _daemon = await home.startDaemon();
  for (const id of ["a", "b"]) {
    spoolOf(home).append(encodeRequest(ingest(id, home.workspace)));
    await emptied(home);
  }
  assertEquals(await sessionIds(home.socket, home.workspace), ["a", "b"]);
});

Deno.test("the daemon sets aside a file that is not an event, and delivers the events after it", async () => {
  await using home = await tempHome();
  const spool = spoolOf(home);
  spool.append(new TextEncoder().encode('{"type":"stop"}'));
  spool.append(encodeRequest(ingest("behind", home.workspace)));
  await using _daemon = await home.startDaemon();
  await emptied(home);
  assertEquals(await sessionIds(home.socket, home.workspace), ["behind"]);
  const rejected = await Array.fromAsync(
    Deno.readDir(`${home.home}/spool/rejected`),
  );
  assertEquals(rejected.length, 1);
});
