// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import fc from "fast-check";
import { type Delivery, Spool, SpoolError } from "../../../src/spool/mod.ts";
import { SpoolFullError } from "../../../src/spool/mod.ts";
import {
  Clock,
  eventBody,
  eventId,
  openSpool,
  Receiver,
  senderOf,
  TempFolder,
} from "./fixtures.ts";
import { EMPTY_SPOOL } from "../../fixtures/empty_spool.ts";

Deno.test("deliver() sends what append() kept, in order, and removes it", async () => {
  using folder = new TempFolder();
  const spool = openSpool(folder);
  assert(spool.isEmpty());
  for (const id of ["a", "b", "c"]) spool.append(eventBody(id));
  assert(!spool.isEmpty());
  const receiver = new Receiver();
  const report = await spool.deliver(receiver);
  assertEquals(receiver.ids, ["a", "b", "c"]);
  assertEquals(report, {
    delivered: 3,
    rejected: 0,
    stopped: "empty",
    reason: null,
  });
  assert(spool.isEmpty());
  assertEquals(folder.names(), []);
});

Deno.test("append() makes files and folders private to their owner", () => {
  using folder = new TempFolder();
  const name = openSpool(folder).append(eventBody("a"));
  const mode = (path: string) => (Deno.lstatSync(path).mode ?? 0) & 0o777;
  assertEquals(mode(`${folder.path}/home`), 0o700);
  assertEquals(mode(folder.spool), 0o700);
  assertEquals(mode(`${folder.spool}/${name}`), 0o600);
});

Deno.test("append() names events after all that are there, even if the clock is set back", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: -100_000, max: 100_000 }), { maxLength: 8 }),
      (steps) => {
        using folder = new TempFolder();
        const clock = new Clock();
        const spool = openSpool(folder, {}, clock);
        const names: string[] = [];
        for (const step of steps) {
          clock.ms += step;
          names.push(spool.append(eventBody("x")));
        }
        assertEquals(spool.list().map(({ name }) => name), names);
      },
    ),
    { numRuns: 25 },
  );
});

Deno.test("deliver() orders events of small and large times by number", async () => {
  using folder = new TempFolder();
  const clock = new Clock();
  const spool = openSpool(folder, {}, clock);
  clock.ms = 999;
  spool.append(eventBody("a"));
  clock.ms = 1000;
  spool.append(eventBody("b"));
  const receiver = new Receiver();
  await spool.deliver(receiver);
  assertEquals(receiver.ids, ["a", "b"]);
});

Deno.test("deliver() sends events that arrive while it delivers", async () => {
  using folder = new TempFolder();
  const spool = openSpool(folder);
  spool.append(eventBody("a"));
  const receiver = new Receiver();
  await spool.deliver(senderOf((body) => {
    if (eventId(body) === "a") spool.append(eventBody("b"));
    return receiver.send(body);
  }));
  assertEquals(receiver.ids, ["a", "b"]);
});

Deno.test("deliver() looks again after it has released the lock", async () => {
  using folder = new TempFolder();
  const spool = openSpool(folder);
  spool.append(eventBody("a"));
  const receiver = new Receiver();
  let second: Promise<{ stopped: string }> | undefined;
  await spool.deliver(senderOf(async (body) => {
    if (second === undefined) {
      spool.append(eventBody("b"));
      const other = new Spool({ folder: folder.spool, env: () => undefined });
      second = other.deliver(receiver);
      assertEquals((await second).stopped, "busy");
    }
    return await receiver.send(body);
  }));
  assertEquals(receiver.ids, ["a", "b"]);
});

const verdicts: [
  outcome: Delivery,
  stopped: string,
  delivered: number,
  pending: string[],
  rejected: number,
][] = [
  ["acked", "empty", 3, [], 0],
  ["invalid", "empty", 2, [], 1],
  ["failed", "failed", 1, ["b", "c"], 0],
  ["unreachable", "unreachable", 1, ["b", "c"], 0],
];

for (const [outcome, stopped, delivered, pending, rejected] of verdicts) {
  Deno.test(`deliver() handles "${outcome}"`, async () => {
    using folder = new TempFolder();
    const spool = openSpool(folder);
    for (const id of ["a", "b", "c"]) spool.append(eventBody(id));
    const report = await spool.deliver(
      senderOf((body) => eventId(body) === "b" ? outcome : "acked"),
    );
    assertEquals(report.stopped, stopped);
    assertEquals(report.delivered, delivered);
    assertEquals(report.rejected, rejected);
    assertEquals(spool.countPending(), pending.length);
    const left = new Receiver();
    await spool.deliver(left);
    assertEquals(left.ids, pending);
    assertEquals(spool.status().rejected, rejected);
  });
}

Deno.test("deliver() sets an event aside after five attempts and continues with the next", async () => {
  using folder = new TempFolder();
  const spool = openSpool(folder);
  spool.append(eventBody("poison"));
  spool.append(eventBody("b"));
  const receiver = new Receiver();
  const sender = senderOf((body) =>
    eventId(body) === "poison"
      ? { delivery: "failed", reason: "disk full" }
      : receiver.send(body)
  );
  for (let attempt = 1; attempt <= 4; attempt++) {
    const report = await spool.deliver(sender);
    assertEquals(report.stopped, "failed");
    assertEquals(report.reason, "disk full");
    assertEquals(receiver.ids, []);
  }
  const report = await spool.deliver(sender);
  assertEquals([report.stopped, report.rejected], ["empty", 1]);
  assertEquals(receiver.ids, ["b"]);
  const [entry] = spool.list();
  assertEquals(entry?.state, "rejected");
  assertEquals(entry?.reason, "disk full (5 attempts)");
});

Deno.test("deliver() counts the attempts of one event only", async () => {
  using folder = new TempFolder();
  const spool = openSpool(folder);
  const fail = senderOf(() => "failed");
  for (const id of ["a", "b"]) spool.append(eventBody(id));
  for (let attempt = 1; attempt <= 4; attempt++) await spool.deliver(fail);
  const receiver = new Receiver();
  await spool.deliver(
    senderOf((body) => eventId(body) === "a" ? receiver.send(body) : "failed"),
  );
  for (let attempt = 2; attempt <= 4; attempt++) await spool.deliver(fail);
  assertEquals(spool.status().rejected, 0);
  await spool.deliver(fail);
  assertEquals(spool.status().rejected, 1);
});

Deno.test("an automatic deliver() leaves an event alone that has just failed", async () => {
  using folder = new TempFolder();
  const clock = new Clock();
  const spool = openSpool(folder, {}, clock);
  spool.append(eventBody("a"));
  const receiver = new Receiver();
  await spool.deliver(senderOf(() => "failed"), { automatic: true });
  clock.ms += 4_999;
  const early = await spool.deliver(receiver, { automatic: true });
  assertEquals([early.stopped, receiver.ids.length], ["waiting", 0]);
  clock.ms += 1;
  await spool.deliver(receiver, { automatic: true });
  assertEquals(receiver.ids, ["a"]);
});

Deno.test("deliver() stops before an event that is too big for its caller", async () => {
  using folder = new TempFolder();
  const spool = openSpool(folder);
  for (const id of ["a", "b"]) spool.append(eventBody(id));
  spool.append(eventBody("big", "x".repeat(2000)));
  spool.append(eventBody("d"));
  const receiver = new Receiver();
  const report = await spool.deliver(receiver, { maxBytes: 1000 });
  assertEquals([report.stopped, spool.countPending()], ["too big", 2]);
  assertEquals(receiver.ids, ["a", "b"]);
  await spool.deliver(receiver);
  assertEquals(receiver.ids, ["a", "b", "big", "d"]);
});

Deno.test("deliver() ends between two events when its signal is aborted", async () => {
  using folder = new TempFolder();
  const spool = openSpool(folder);
  for (const id of ["a", "b"]) spool.append(eventBody(id));
  const controller = new AbortController();
  const receiver = new Receiver();
  const report = await spool.deliver(
    senderOf((body) => {
      controller.abort();
      return receiver.send(body);
    }),
    { signal: controller.signal },
  );
  assertEquals([report.stopped, spool.countPending()], ["aborted", 1]);
});

for (
  const [why, text] of [
    ["no JSON", "{"],
    ["another request", '{"type":"stop"}'],
    [
      "no event",
      '{"type":"ingest_hook","source":"claude","payload":"{}"}',
    ],
    ["empty", ""],
    ["of more values than a daemon decodes", `[${"0,".repeat(1_000_000)}0]`],
    [
      "an event of a folder that no system can have",
      '{"type":"ingest_hook","source":"claude","payload":"{\\"hook_event_name\\":\\"Stop\\",\\"session_id\\":\\"s\\"}","workspace":"/a\\u0000"}',
    ],
  ] as const
) {
  Deno.test(`deliver() rejects a file that is ${why} and goes on`, async () => {
    using folder = new TempFolder();
    const spool = openSpool(folder);
    spool.append(eventBody("a"));
    const path = `${folder.spool}/v1-1-1-aa.json`;
    await Deno.writeTextFile(path, text);
    const receiver = new Receiver();
    const report = await spool.deliver(receiver);
    assertEquals([report.delivered, report.rejected], [1, 1]);
    assertEquals(folder.names("rejected"), ["v1-1-1-aa.rejected"]);
  });
}

Deno.test("deliver() lets its deadline pass and others work while it rejects files", async () => {
  using folder = new TempFolder();
  await Deno.mkdir(folder.spool, { recursive: true });
  for (let n = 0; n < 100; n++) {
    await Deno.writeTextFile(`${folder.spool}/v1-${n}-1-aa.json`, "no JSON");
  }
  const spool = openSpool(folder);
  const end = new AbortController();
  setTimeout(() => end.abort(), 0);
  const report = await spool.deliver(new Receiver(), { signal: end.signal });
  assertEquals(report.stopped, "aborted");
  const { rejected, pending } = spool.status();
  assertEquals([rejected, pending], [report.rejected, 100 - report.rejected]);
  assertEquals((await spool.deliver(new Receiver())).rejected, pending);
});

Deno.test("files of another version are left alone and shown", async () => {
  using folder = new TempFolder();
  const spool = openSpool(folder);
  spool.append(eventBody("a"));
  await Deno.writeTextFile(`${folder.spool}/v2-1-1-aa.json`, "?");
  const receiver = new Receiver();
  await spool.deliver(receiver);
  assert(spool.isEmpty());
  assertEquals(spool.status().unknown, 1);
  assertEquals(spool.list().map(({ state }) => state), ["unknown"]);
  spool.purge({ pending: true });
  assertEquals(folder.names(), ["v2-1-1-aa.json"]);
});

Deno.test("append() refuses the newest event when the spool is full", async () => {
  using folder = new TempFolder();
  const spool = openSpool(folder, { KAIZEN_SPOOL_MAX_EVENTS: "4" });
  spool.reject(new Uint8Array(1), { kind: "input", reason: "rubbish" });
  for (const id of ["a", "b", "c"]) spool.append(eventBody(id));
  const error = assertThrows(
    () => spool.append(eventBody("d")),
    SpoolFullError,
  );
  assertEquals(
    error.message,
    "Cannot keep the event as the spool is full: it holds 4 of at most 4 events",
  );
  assertEquals(spool.status().writable, false);
  const receiver = new Receiver();
  await spool.deliver(receiver);
  assertEquals(receiver.ids, ["a", "b", "c"]);
  spool.append(eventBody("d"));
});

Deno.test("append() counts bytes, including those of rejected events", () => {
  using folder = new TempFolder();
  const spool = openSpool(folder, { KAIZEN_SPOOL_MAX_BYTES: "2000" });
  spool.reject(new Uint8Array(800), { kind: "input", reason: "rubbish" });
  assertThrows(
    () => spool.append(eventBody("b", "x".repeat(1100))),
    SpoolFullError,
  );
  spool.append(eventBody("c"));
});

Deno.test("append() counts the bytes of many events correctly, in any order of arrival", async () => {
  using folder = new TempFolder();
  const size = eventBody("e100").length;
  const spool = openSpool(folder, {
    KAIZEN_SPOOL_MAX_BYTES: `${600 * size}`,
  });
  spool.append(eventBody("e100"));
  const [first = ""] = folder.names();
  for (let i = 1; i < 598; i++) {
    const name = first.replace(/\d{9,}/, (ms) => `${Number(ms) + i}`);
    await Deno.copyFile(`${folder.spool}/${first}`, `${folder.spool}/${name}`);
  }
  const append = () => spool.append(eventBody("e200"));
  append();
  append();
  assertThrows(append, SpoolFullError, `${600 * size} bytes`);
  assertEquals(spool.status().bytes, 600 * size);
  assert((await Deno.readTextFile(`${folder.spool}/.sizes`)).includes(first));
  const names = folder.names().filter((name) => name.startsWith("v1-"));
  for (const name of [names[0], names[1], names[400]]) {
    await Deno.remove(`${folder.spool}/${name}`);
  }
  for (let i = 0; i < 3; i++) append();
  assertThrows(append, SpoolFullError);
  await Deno.writeTextFile(`${folder.spool}/.sizes`, '{"count":5');
  assertThrows(append, SpoolFullError);
  await Deno.remove(`${folder.spool}/.sizes`);
  await Deno.mkdir(`${folder.spool}/.sizes`);
  assertThrows(append, SpoolFullError);
  const receiver = new Receiver();
  await spool.deliver(receiver);
  assertEquals(receiver.ids.length, 600);
  assertEquals(spool.status().bytes, 0);
});

Deno.test("reject() leaves half of the spool to events", () => {
  using folder = new TempFolder();
  const spool = openSpool(folder, { KAIZEN_SPOOL_MAX_EVENTS: "4" });
  const about = { kind: "input", reason: "rubbish" } as const;
  spool.reject(new Uint8Array(1), about);
  spool.reject(new Uint8Array(1), about);
  assertThrows(() => spool.reject(new Uint8Array(1), about), SpoolFullError);
  spool.append(eventBody("a"));
  spool.append(eventBody("b"));
  assertThrows(() => spool.append(eventBody("c")), SpoolFullError);
});

Deno.test("deliverRejected() sends requests again and leaves inputs", async () => {
  using folder = new TempFolder();
  const spool = openSpool(folder);
  spool.append(eventBody("a"));
  spool.append(eventBody("b"));
  await spool.deliver(senderOf(() => "invalid"));
  spool.reject(new TextEncoder().encode("{"), {
    kind: "input",
    reason: "no event",
  });
  const receiver = new Receiver();
  const report = await spool.deliverRejected(
    senderOf((body) => eventId(body) === "b" ? "failed" : receiver.send(body)),
  );
  assertEquals(receiver.ids, ["a"]);
  assertEquals(
    [report.delivered, report.rejected, report.stopped],
    [1, 2, "failed"],
  );
  await spool.deliverRejected(receiver);
  assertEquals(receiver.ids, ["a", "b"]);
  assertEquals(spool.list().map(({ reason }) => reason), ["no event"]);
});

Deno.test("purge() removes rejected files, and pending ones only if asked to", () => {
  using folder = new TempFolder();
  const spool = openSpool(folder);
  spool.append(eventBody("a"));
  spool.reject(new Uint8Array(1), { kind: "input", reason: "rubbish" });
  assertEquals(spool.purge(), { rejected: 1, pending: 0, failures: 0 });
  assert(!spool.isEmpty());
  assertEquals(spool.purge({ pending: true }), {
    rejected: 0,
    pending: 1,
    failures: 0,
  });
  assert(spool.isEmpty());
});

Deno.test("purge() clears the failures, which list() shows with their times", () => {
  using folder = new TempFolder();
  const clock = new Clock();
  const spool = openSpool(folder, {}, clock);
  const first = clock.ms;
  spool.countFailure("one");
  clock.ms += 60_000;
  spool.countFailure("two");
  assertEquals(
    spool.list().map(({ state, ms, reason }) => [state, ms, reason]),
    [["failure", first, "one"], ["failure", first + 60_000, "two"]],
  );
  assertEquals(spool.purge(), { rejected: 0, pending: 0, failures: 2 });
  assertEquals(spool.list(), []);
  const { failures, last_failure } = spool.status();
  assertEquals([failures, last_failure], [0, null]);
  spool.countFailure("three");
  assertEquals(spool.status().failures, 1);
});

Deno.test("purge() counts every failure of a file whose lines were merged", () => {
  using folder = new TempFolder();
  const spool = openSpool(folder);
  for (let i = 0; i < 300; i++) spool.countFailure("x".repeat(300));
  assert(spool.list().length < 300);
  assertMatch(spool.list()[0]?.reason ?? "", / \(and \d+ before it\)$/);
  assertEquals(spool.purge().failures, 300);
});

Deno.test("status() sums up the failures of each fault, also after the lines were merged", () => {
  using folder = new TempFolder();
  const clock = new Clock();
  const spool = openSpool(folder, {}, clock);
  for (let i = 0; i < 300; i++) {
    clock.ms++;
    const code = [null, "ENOSPC", "EIO"][i % 3] ?? null;
    spool.countFailure("x".repeat(300), code);
  }
  const { failures, last_failure, losses } = spool.status();
  assertEquals([failures, last_failure?.ms], [300, clock.ms]);
  assertEquals(losses.toSorted((a, b) => a.last_ms - b.last_ms), [
    {
      code: "ENOSPC",
      reason: "no space left on device",
      events: 100,
      last_ms: clock.ms - 1,
    },
    {
      code: "EIO",
      reason: "input/output error",
      events: 100,
      last_ms: clock.ms,
    },
  ]);
});

Deno.test("status() shows depth, age and failures", () => {
  using folder = new TempFolder();
  const clock = new Clock();
  const spool = openSpool(folder, {}, clock);
  assertEquals(spool.status(), EMPTY_SPOOL);
  assertEquals([...Deno.readDirSync(folder.path)], [], "status made nothing");
  const [first, then] = [clock.ms, clock.ms + 1000];
  spool.append(eventBody("a"));
  clock.ms = then;
  spool.append(eventBody("b"));
  spool.countFailure("one");
  spool.countFailure("two");
  assertEquals(spool.status(), {
    ...EMPTY_SPOOL,
    pending: 2,
    bytes: 2 * eventBody("a").length,
    oldest_ms: first,
    failures: 2,
    last_failure: { ms: then, reason: "two" },
  });
});

Deno.test("countFailure() keeps its file small and its count right", () => {
  using folder = new TempFolder();
  const spool = openSpool(folder);
  for (let i = 1; i <= 400; i++) spool.countFailure("x".repeat(250));
  assertEquals(spool.status().failures, 400);
  assert(Deno.lstatSync(`${folder.spool}/.failures`).size < 70_000);
});

Deno.test("a spool that cannot be written throws SpoolError", () => {
  using folder = new TempFolder();
  Deno.writeTextFileSync(`${folder.path}/file`, "");
  const spool = new Spool({
    folder: `${folder.path}/file/spool`,
    env: () => undefined,
  });
  const error = assertThrows(() => spool.append(eventBody("a")), SpoolError);
  assert(error.message.startsWith("Cannot write to the spool at "));
  assert(error.message.endsWith(": not a directory"), error.message);
  assertEquals(spool.status().writable, false);
  assertEquals(spool.status().reason, "not a directory");
});

Deno.test("countFailure() keeps its count after a line that was cut short", () => {
  using folder = new TempFolder();
  const spool = openSpool(folder);
  spool.countFailure("one");
  const path = `${folder.spool}/.failures`;
  Deno.truncateSync(path, Deno.statSync(path).size - 2);
  spool.countFailure("two");
  assertEquals(spool.status().last_failure?.reason, "two");
  assertEquals(spool.status().failures, 1);
});
