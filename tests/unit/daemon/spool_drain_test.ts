// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals } from "@std/assert";
import { SpoolDrain } from "../../../src/daemon/spool_drain.ts";
import { encodeRequest } from "../../../src/proto/mod.ts";
import {
  type DeliverReport,
  type Sender,
  type SendOutcome,
  Spool,
} from "../../../src/spool/mod.ts";
import { tempFolder } from "./_folder.ts";
import { FakeService, LogLines, textReply } from "./_server.ts";

const ACK = textReply('{"type":"ack","message":"ingested"}');
const ERROR = textReply(
  '{"type":"error","message":"disk full","supported_min":null,"supported_max":null}',
);
const LATER = textReply(
  '{"type":"error","message":"disk full","supported_min":null,"supported_max":null,"temporary":true}',
);
const NEVER = { idleMs: 1e8, busyMs: 1e8, firstRetryMs: 1e8, lastRetryMs: 1e8 };
const DONE: DeliverReport = {
  delivered: 0,
  rejected: 0,
  stopped: "empty",
  reason: null,
};

/** Sends the bodies that it was given, one delivery after the other, and notes the outcomes. */
class FakeSpool {
  readonly outcomes: SendOutcome[] = [];
  readonly #deliveries: {
    bodies: Uint8Array[];
    stopped: DeliverReport["stopped"];
  }[] = [];
  readonly #waiting = new Map<number, () => void>();
  count = 0;

  constructor(...deliveries: (Uint8Array[] | DeliverReport["stopped"])[]) {
    for (const it of deliveries) {
      this.#deliveries.push(
        typeof it === "string"
          ? { bodies: [], stopped: it }
          : { bodies: it, stopped: "empty" },
      );
    }
  }

  async deliver(
    sender: Sender,
    options: { signal?: AbortSignal | undefined },
  ): Promise<DeliverReport> {
    const { bodies, stopped } = this.#deliveries.shift() ??
      { bodies: [], stopped: "empty" };
    for (const body of bodies) {
      const signal = options.signal ?? new AbortController().signal;
      this.outcomes.push(await sender.send(body, signal));
    }
    this.count++;
    this.#waiting.get(this.count)?.();
    return { ...DONE, stopped };
  }

  async delivered(count: number): Promise<void> {
    if (this.count >= count) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.set(count, resolve);
    await promise;
  }
}

function ingest(payload: string): Uint8Array {
  return encodeRequest({
    type: "ingest_hook",
    source: "cursor",
    payload,
    workspace: "/w",
  });
}

const VALID = ingest('{"event":"stop","session_id":"s"}');

const bodies: [
  name: string,
  body: Uint8Array,
  reply: typeof ACK,
  to: string,
][] = [
  ["a stored event", VALID, ACK, "acked"],
  ["a valid event that the store refuses", VALID, ERROR, "failed"],
  ["any event while the store can keep nothing", VALID, LATER, "later"],
  ["an event that is none", ingest("[]"), ERROR, "invalid"],
  ["what is no JSON", new TextEncoder().encode("{"), ACK, "invalid"],
  ["what is no request", new TextEncoder().encode("{}"), ACK, "invalid"],
  ["another request", encodeRequest({ type: "stop" }), ACK, "invalid"],
];
for (const [name, body, reply, to] of bodies) {
  Deno.test(`SpoolDrain calls ${name} ${to}`, async () => {
    using folder = tempFolder();
    const spool = new FakeSpool([body]);
    const service = new FakeService({ ingest_hook: reply });
    await using _drain = new SpoolDrain({
      spool,
      folder: folder.path,
      service,
      log: () => {},
      times: NEVER,
    });
    await spool.delivered(1);
    assertEquals(spool.outcomes.map((it) => it.delivery), [to]);
  });
}

Deno.test("SpoolDrain delivers again when an event is spooled, and not when a hook reads the folder", async () => {
  using folder = tempFolder();
  const spool = new FakeSpool([], [VALID]);
  await using _drain = new SpoolDrain({
    spool,
    folder: `${folder.path}/spool`,
    service: new FakeService({ ingest_hook: ACK }),
    log: () => {},
    times: NEVER,
  });
  await spool.delivered(1);
  const path = `${folder.path}/spool`;
  const writer = new Spool({ folder: path, env: () => undefined });
  assertEquals(writer.isEmpty(), true);
  assertEquals(writer.status().writable, true);
  writer.append(VALID);
  await spool.delivered(2);
  assertEquals([spool.outcomes.length, spool.count], [1, 2]);
});

Deno.test("SpoolDrain polls if it cannot watch", async () => {
  using folder = tempFolder();
  const spool = new FakeSpool();
  const log = new LogLines();
  const path = `${folder.path}/file`;
  await Deno.writeTextFile(path, "");
  await using _drain = new SpoolDrain({
    spool,
    folder: `${path}/spool`,
    service: new FakeService(),
    log: log.log,
    times: { ...NEVER, idleMs: 1 },
  });
  await spool.delivered(3);
  assertEquals(log.lines.length, 1);
});

Deno.test("SpoolDrain looks again soon if another process delivers, which may not finish", async () => {
  using folder = tempFolder();
  const spool = new FakeSpool("busy", "busy", []);
  await using _drain = new SpoolDrain({
    spool,
    folder: folder.path,
    service: new FakeService(),
    log: () => {},
    times: { ...NEVER, busyMs: 1 },
  });
  await spool.delivered(3);
});

for (const stopped of ["failed", "waiting"] as const) {
  Deno.test(`SpoolDrain retries after "${stopped}" with a growing backoff that news does not shorten`, async () => {
    using folder = tempFolder();
    const spool = new FakeSpool(stopped, stopped, stopped, []);
    await using _drain = new SpoolDrain({
      spool,
      folder: folder.path,
      service: new FakeService(),
      log: () => {},
      times: { ...NEVER, firstRetryMs: 1, lastRetryMs: 2 },
    });
    await spool.delivered(4);
  });
}

Deno.test('SpoolDrain retries after "later" without a growing backoff', async () => {
  using folder = tempFolder();
  const spool = new FakeSpool("later", "later", "later", "later", []);
  await using _drain = new SpoolDrain({
    spool,
    folder: folder.path,
    service: new FakeService(),
    log: () => {},
    times: { ...NEVER, firstRetryMs: 1 },
  });
  await spool.delivered(5);
});

Deno.test("SpoolDrain waits for room in the queue", async () => {
  using folder = tempFolder();
  const spool = new FakeSpool([VALID]);
  const service = new FakeService({ ingest_hook: ACK });
  service.fill();
  await using _drain = new SpoolDrain({
    spool,
    folder: folder.path,
    service,
    log: () => {},
    times: NEVER,
  });
  assertEquals(service.seen, []);
  service.empty();
  await spool.delivered(1);
  assertEquals(spool.outcomes[0]?.delivery, "acked");
});

Deno.test("SpoolDrain survives a spool that cannot be read", async () => {
  using folder = tempFolder();
  const log = new LogLines();
  const spool = {
    deliver: () => Promise.reject(new Error("broken")),
  };
  await using _drain = new SpoolDrain({
    spool,
    folder: folder.path,
    service: new FakeService(),
    log: log.log,
    times: { ...NEVER, firstRetryMs: 1 },
  });
  await log.said("cannot deliver the spool");
});
