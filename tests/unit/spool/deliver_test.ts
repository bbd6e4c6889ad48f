// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals } from "@std/assert";
import {
  deliverPending,
  type DeliverySource,
} from "../../../src/spool/deliver.ts";
import {
  eventBody,
  eventId,
  openSpool,
  Receiver,
  senderOf,
  TempFolder,
} from "./fixtures.ts";

/** A spool whose folder lists what the test wants, one list for each look. */
function scripted(folder: TempFolder, looks: string[][]): DeliverySource {
  const present = new Set(looks[0]);
  return {
    folder: folder.path,
    fault: () => {},
    now: () => 0,
    recoverPending: () => {
      const names = looks.shift() ?? [];
      for (const name of names) present.add(name);
      return names;
    },
    listPending: () => [...present, ...looks[0] ?? []],
    hasLeftovers: () => false,
    read: (name) => eventBody(name),
    whyInvalid: () => null,
    remove: (name) => void present.delete(name),
    setAside: (name) => void present.delete(name),
  };
}

Deno.test("deliverPending() delivers an event that arrives between its last look and the release of its lock", async () => {
  using folder = new TempFolder();
  const receiver = new Receiver();
  // The writer of "b" found the lock taken, and relies on its holder.
  const spool = scripted(folder, [["a"], [], ["b"], []]);
  const report = await deliverPending(spool, receiver, {});
  assertEquals(receiver.ids, ["a", "b"]);
  assertEquals([report.delivered, report.stopped], [2, "empty"]);
});

Deno.test("deliverPending() counts no attempt after 'later', and delivers all events in order afterwards", async () => {
  using folder = new TempFolder();
  const receiver = new Receiver();
  let isBusy = true;
  const sender = {
    send: (body: Uint8Array) =>
      isBusy
        ? Promise.resolve({
          delivery: "later" as const,
          reason: "it is locked",
        })
        : receiver.send(body),
  };
  const spool = openSpool(folder);
  for (const id of ["a", "b"]) spool.append(eventBody(id));
  for (let attempt = 0; attempt < 20; attempt++) {
    const report = await spool.deliver(sender, { automatic: true });
    assertEquals([report.stopped, report.reason, report.rejected], [
      "later",
      "it is locked",
      0,
    ]);
  }
  isBusy = false;
  const report = await spool.deliver(sender, { automatic: true });
  assertEquals([report.stopped, report.delivered], ["empty", 2]);
  assertEquals(receiver.ids, ["a", "b"]);
});

Deno.test("deliverPending() removes an event only after its ack", async () => {
  using folder = new TempFolder();
  const spool = scripted(folder, [["a"], []]);
  await deliverPending(
    spool,
    senderOf((body) => {
      assertEquals([eventId(body), spool.listPending()], ["a", ["a"]]);
      return "acked";
    }),
    {},
  );
  assertEquals(spool.listPending(), []);
});
