// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals } from "@std/assert";
import {
  eventBody,
  openSpool,
  Receiver,
  senderOf,
  TempFolder,
} from "./fixtures.ts";

const SOMEBODY = 12_345;

Deno.test({
  name: "the files that root keeps in another user's home belong to that user",
  ignore: Deno.build.os === "windows" || Deno.uid() !== 0,
  async fn() {
    using folder = new TempFolder();
    Deno.chownSync(folder.path, SOMEBODY, SOMEBODY);
    const spool = openSpool(folder);
    const name = spool.append(eventBody("a"));
    spool.append(eventBody("b"));
    spool.countFailure("test");
    spool.reject(new Uint8Array(1), { kind: "input", reason: "test" });
    await spool.deliver(senderOf(() => "failed"));
    const paths = [
      `${folder.path}/home`,
      folder.spool,
      `${folder.spool}/${name}`,
      `${folder.spool}/.failures`,
      `${folder.spool}/.attempts`,
      `${folder.spool}/.lock`,
      `${folder.spool}/rejected`,
      ...folder.names("rejected").map((name) =>
        `${folder.spool}/rejected/${name}`
      ),
    ];
    for (const path of paths) {
      const { uid, gid } = Deno.lstatSync(path);
      assertEquals([path, uid, gid], [path, SOMEBODY, SOMEBODY]);
    }
    const left = folder.names().filter((name) => name.startsWith(".stage"));
    assertEquals(left, []);
    const receiver = new Receiver();
    await spool.deliver(receiver);
    assertEquals(receiver.ids, ["a", "b"]);
  },
});
