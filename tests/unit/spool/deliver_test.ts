// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals } from "@std/assert";
import {
  deliverPending,
  type DeliverySource,
} from "../../../src/spool/deliver.ts";
import {
  eventBody,
  eventId,
  Receiver,
  senderOf,
  TempFolder,
} from "./fixtures.ts";

/** A spool whose folder lists what the test wants, one list for each look. */
function scripted(folder: TempFolder, looks: string[][]): DeliverySource {
  const present = new Set(looks[0]);
  return {
    folder: folder.path,
    owner: null,
    fault: () => {},
    now: () => 0,
    recoverPending: () => {
      const names = looks.shift() ?? [];
      for (const name of names) present.add(name);
      return names;
    },
    hasPending: () => present.size > 0 || (looks[0]?.length ?? 0) > 0,
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

Deno.test("deliverPending() removes an event only after its ack", async () => {
  using folder = new TempFolder();
  const spool = scripted(folder, [["a"], []]);
  await deliverPending(
    spool,
    senderOf((body) => {
      assertEquals([eventId(body), spool.hasPending()], ["a", true]);
      return "acked";
    }),
    {},
  );
  assertEquals(spool.hasPending(), false);
});
