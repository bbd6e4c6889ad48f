// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  NotRunningError,
  ProtocolError,
  RemoteError,
  TimedOutError,
} from "../../../src/client/mod.ts";
import { resolvePaths, UsageError } from "../../../src/context/mod.ts";
import {
  deliverSpool,
  type IngestOptions,
  type IngestReport,
  InputError,
  runIngest,
  TooLargeError,
} from "../../../src/ingest/mod.ts";
import { NotAnEventError } from "../../../src/proto/mod.ts";
import { Spool, SpoolFullError } from "../../../src/spool/mod.ts";
import { eventText, FakeInput, type Mood, TestHome } from "./fixtures.ts";

/** Timeout for a daemon that answers, even on a busy machine, in milliseconds. */
const PATIENCE_MS = 10_000;
/** Timeout for a daemon that does not answer, in milliseconds. */
const SILENCE_MS = 200;

interface Run extends Partial<Omit<IngestOptions, "paths">> {
  stdin?: string | (string | Uint8Array)[];
  env?: Record<string, string>;
}

async function ingest(home: TestHome, run: Run = {}): Promise<IngestReport> {
  const { stdin = "", env = {}, ...options } = run;
  const pieces = typeof stdin === "string" ? [stdin] : stdin;
  const context = home.context([], new FakeInput(pieces), env);
  return await runIngest({
    source: "claude",
    paths: resolvePaths(context),
    timeoutMs: /^(?:silent|deaf)$/.test(home.daemon.mood)
      ? SILENCE_MS
      : PATIENCE_MS,
    mayStart: false,
    ...options,
  }, context);
}

function ids(home: TestHome): unknown[] {
  return home.daemon.stored.map(({ payload }) => payload.kaizen_id);
}

function pending(home: TestHome): number {
  return new Spool({ folder: home.spool, env: () => undefined }).status()
    .pending;
}

Deno.test("runIngest() returns the daemon's ack", async () => {
  await using home = new TestHome();
  home.daemon.start();
  assertEquals(await ingest(home, { stdin: eventText("a") }), {
    answer: { type: "ack", message: "ingested" },
    notes: [],
    failures: [],
  });
  assertEquals(ids(home), ["a"]);
});

Deno.test("runIngest() reads a file, and stdin for -", async () => {
  await using home = new TestHome();
  home.daemon.start();
  const file = `${home.root}/event.json`;
  await Deno.writeTextFile(file, eventText("a"));
  await ingest(home, { file, stdin: eventText("b") });
  await ingest(home, { file: "-", stdin: eventText("c") });
  assertEquals(ids(home), ["a", "c"]);
});

const DEEP = "[".repeat(128) + "]".repeat(128);

const refused: [why: string, stdin: (string | Uint8Array)[], words: string][] =
  [
    ["nothing", [], "claude hook: invalid JSON: "],
    ["white space", [" \r\n"], "claude hook: invalid JSON: "],
    [
      "two values",
      [eventText("a"), eventText("b")],
      "claude hook: invalid JSON: ",
    ],
    ["truncated JSON", ['{"a":'], "claude hook: invalid JSON: "],
    ["no JSON", ["oops"], "claude hook: invalid JSON: "],
    ["an array", ["[]"], "claude hook: expected JSON object"],
    [
      "no event name",
      ['{"session_id":"s"}'],
      "claude hook: missing 'hook_event_name' field",
    ],
    [
      "no session",
      ['{"hook_event_name":"a"}'],
      "claude hook: missing 'session_id' field",
    ],
    [
      "invalid UTF-8",
      [Uint8Array.of(0x22, 0xff, 0x22)],
      "claude hook: invalid JSON: ",
    ],
    [
      "a NUL byte outside",
      ["\0", eventText("a")],
      "claude hook: invalid JSON: ",
    ],
    ["128 levels", [DEEP], "claude hook: invalid JSON: "],
  ];

for (const [why, stdin, words] of refused) {
  Deno.test(`runIngest() refuses ${why} and keeps nothing`, async () => {
    await using home = new TestHome();
    home.daemon.start();
    const error = await assertRejects(
      () => ingest(home, { stdin }),
      NotAnEventError,
    );
    assert(error.message.startsWith(words), error.message);
    assertEquals(home.daemon.received, 0);
    await assertRejects(() => Deno.lstat(home.home), Deno.errors.NotFound);
  });
}

Deno.test("runIngest() refuses an event that does not fit a frame", async () => {
  await using home = new TestHome();
  const x = "x".repeat(16 * 1024 * 1024 - 100);
  for (const more of ["", "\n".repeat(50), "x".repeat(1000)]) {
    await assertRejects(
      () => ingest(home, { stdin: eventText("a", { x, more }) }),
      TooLargeError,
    );
  }
});

const accepted: [why: string, stdin: (string | Uint8Array)[]][] = [
  ["a byte order mark", ["\ufeff", eventText("a")]],
  ["half a character", [eventText("a").replace("}", ',"t":"\\udfff"}')]],
  ["CRLF and white space", ["\r\n\t ", eventText("a"), " \r\n"]],
  ["an unknown event", [
    '{"kaizen_id":"a","hook_event_name":"?","session_id":"s"}',
  ]],
];

for (const [why, stdin] of accepted) {
  Deno.test(`runIngest() accepts ${why}`, async () => {
    await using home = new TestHome();
    home.daemon.start();
    await ingest(home, { stdin });
    assertEquals(ids(home), ["a"]);
  });
}

const unwilling: [
  mood: Mood | "down",
  error: new (message: string) => Error,
][] = [
  ["down", NotRunningError],
  ["silent", TimedOutError],
  ["deaf", TimedOutError],
  ["closing", ProtocolError],
];

for (const [mood, error] of unwilling) {
  Deno.test(`runIngest() leaves an event in the spool while the daemon is ${mood}`, async () => {
    await using home = new TestHome();
    if (mood !== "down") {
      home.daemon.mood = mood;
      home.daemon.start();
    }
    const report = await ingest(home, { stdin: eventText("a") });
    assertEquals(report.answer.type, "spooled");
    assertEquals(report.notes.length, 1);
    assertEquals(pending(home), 1);
    home.daemon.mood = "up";
    home.daemon.start();
    const next = await ingest(home, { stdin: eventText("b") });
    assertEquals(next.answer, { type: "ack", message: "ingested" });
    assertEquals(ids(home), ["a", "b"]);
  });

  Deno.test(`runIngest() with noSpool throws if the daemon is ${mood}`, async () => {
    await using home = new TestHome();
    if (mood !== "down") {
      home.daemon.mood = mood;
      home.daemon.start();
    }
    const run = { stdin: eventText("a"), noSpool: true };
    await assertRejects(() => ingest(home, run), error);
    await assertRejects(() => Deno.lstat(home.home), Deno.errors.NotFound);
  });
}

Deno.test("runIngest() passes on the daemon's error, and does not spool the event", async () => {
  await using home = new TestHome();
  await ingest(home, { stdin: eventText("waits") });
  home.daemon.mood = "refusing";
  for (const isEmpty of [false, true]) {
    home.daemon.start();
    if (isEmpty) {
      home.daemon.mood = "up";
      const context = home.context([]);
      await deliverSpool(
        { paths: resolvePaths(context), timeoutMs: 200 },
        context,
      );
      home.daemon.mood = "refusing";
      const error = await assertRejects(
        () => ingest(home, { stdin: eventText("a") }),
        RemoteError,
      );
      assertEquals(error.message, "database or disk is full");
    }
    assertEquals(pending(home), isEmpty ? 0 : 1);
  }
});

Deno.test("runIngest() removes a refused event from the spool", async () => {
  await using home = new TestHome();
  await ingest(home, { stdin: eventText("first") });
  home.daemon.start();
  const refuse = home.daemon;
  const context = home.context([], new FakeInput([eventText("second")]));
  let connections = 0;
  await assertRejects(
    () =>
      runIngest({
        source: "claude",
        paths: resolvePaths(context),
        timeoutMs: 200,
        mayStart: false,
      }, {
        ...context,
        connect: (path) => {
          connections++;
          if (connections === 2) refuse.mood = "refusing";
          return context.connect(path);
        },
      }),
    RemoteError,
  );
  assertEquals(ids(home), ["first"]);
  assertEquals(pending(home), 0);
});

Deno.test("runIngest() throws SpoolFullError if the spool is full", async () => {
  await using home = new TestHome();
  const env = { KAIZEN_SPOOL_MAX_EVENTS: "1" };
  await ingest(home, { stdin: eventText("a"), env });
  await assertRejects(
    () => ingest(home, { stdin: eventText("b"), env }),
    SpoolFullError,
  );
});

Deno.test("runIngest() builds an event from words without reading stdin", async () => {
  await using home = new TestHome();
  home.daemon.start();
  await ingest(home, {
    source: "cursor",
    event: "sessionStart",
    session: "s",
    set: ["model=x=y"],
    setJson: ["n=[1]"],
    stdin: "rubbish",
  });
  const { payload, source } = home.daemon.stored[0] ?? {};
  assertEquals(
    [source, payload?.event, payload?.session_id, payload?.model, payload?.n],
    ["cursor", "SessionStart", "s", "x=y", [1]],
  );
});

const misused: [why: string, run: Run][] = [
  ["--set without a value", { set: ["key"] }],
  ["--set without a key", { set: ["=v"] }],
  ["--set-json without JSON", { setJson: ["a=b"] }],
  ["a file beside --session", { event: "Stop", session: "s", file: "a.json" }],
  ["--ndjson beside --set", { set: ["a=b"], ndjson: true }],
];

for (const [why, run] of misused) {
  Deno.test(`runIngest() refuses ${why}`, async () => {
    await using home = new TestHome();
    await assertRejects(() => ingest(home, run), UsageError);
  });
}

Deno.test("runIngest() does not read from a terminal", async () => {
  await using home = new TestHome();
  const context = home.context([]);
  const stdin = {
    isTerminal: () => true,
    read: () => Promise.reject(new Error("it was read")),
  };
  const options = {
    source: "claude",
    paths: resolvePaths(context),
    timeoutMs: /^(?:silent|deaf)$/.test(home.daemon.mood)
      ? SILENCE_MS
      : PATIENCE_MS,
    mayStart: false,
  } as const;
  for (const ndjson of [false, true]) {
    await assertRejects(
      () => runIngest({ ...options, ndjson }, { ...context, stdin }),
      UsageError,
    );
  }
});

Deno.test("runIngest() names the file that it cannot read", async () => {
  await using home = new TestHome();
  for (const name of ["missing", "w"]) {
    const file = `${home.root}/${name}`;
    const error = await assertRejects(() => ingest(home, { file }), InputError);
    assert(error.message.startsWith(`Cannot read "${file}": `), error.message);
  }
});

Deno.test("runIngest() does nothing when it is off", async () => {
  await using home = new TestHome();
  home.daemon.start();
  const run = { stdin: "rubbish", env: { KAIZEN_OFF: "1" } };
  assertEquals((await ingest(home, run)).answer, { type: "off" });
});

Deno.test("runIngest() sends raw text unchanged", async () => {
  await using home = new TestHome();
  home.daemon.start();
  const stdin = '{"hook_event_name":"SessionEnd","session_id":"s"}';
  await ingest(home, { raw: true, stdin });
  assertEquals(home.daemon.stored[0]?.payload, JSON.parse(stdin));
});

Deno.test("runIngest() reads one event a line, keeps their order and tries all", async () => {
  await using home = new TestHome();
  home.daemon.start();
  const lines = [
    eventText("a"),
    "",
    "oops",
    `${eventText("b")}\r`,
    "[]",
    " ",
    eventText("c"),
  ];
  const told: number[] = [];
  const report = await ingest(home, {
    ndjson: true,
    stdin: [...lines.join("\n")],
    onFailure: ({ line, error }) => {
      assert(error instanceof NotAnEventError);
      told.push(line);
      return Promise.resolve();
    },
  });
  assertEquals(ids(home), ["a", "b", "c"]);
  assertEquals(told, [3, 5]);
  assertEquals(report.failures.map(({ line }) => line), [3, 5]);
  assertEquals(report.answer, {
    type: "ingested",
    events: 5,
    acked: 3,
    spooled: 0,
    failed: 2,
  });
});

Deno.test("runIngest() gives each line its own time", async () => {
  await using home = new TestHome();
  home.daemon.start();
  const line = '{"hook_event_name":"x","session_id":"s"}\n';
  const context = home.context([], new FakeInput([line, line]));
  let now = 1_800_000_000_000;
  await runIngest({
    source: "claude",
    paths: resolvePaths(context),
    timeoutMs: /^(?:silent|deaf)$/.test(home.daemon.mood)
      ? SILENCE_MS
      : PATIENCE_MS,
    mayStart: false,
    ndjson: true,
  }, { ...context, now: () => ++now });
  const [first, second] = home.daemon.stored.map(({ payload }) =>
    Number(payload.timestamp_ms)
  );
  assert(first !== undefined && second !== undefined && first < second);
  const [a, b] = home.daemon.stored.map(({ payload }) => payload.kaizen_id);
  assert(a !== b);
});

Deno.test("runIngest() asks a daemon that is down once for many lines", async () => {
  await using home = new TestHome();
  const stdin = ["a", "b", "c"].map((id) => `${eventText(id)}\n`).join("");
  const report = await ingest(home, { ndjson: true, stdin });
  assertEquals(report.answer, {
    type: "ingested",
    events: 3,
    acked: 0,
    spooled: 3,
    failed: 0,
  });
  assertEquals(report.notes.length, 1);
  home.daemon.start();
  const later = await ingest(home, { ndjson: true, stdin: eventText("d") });
  assertEquals(later.answer.acked, 1);
  assertEquals(ids(home), ["a", "b", "c", "d"]);
});

Deno.test("runIngest() refuses an input without any line", async () => {
  await using home = new TestHome();
  await assertRejects(
    () => ingest(home, { ndjson: true, stdin: "\n \n" }),
    NotAnEventError,
  );
});

Deno.test("deliverSpool() delivers the spool, and reports the reason if it stops", async () => {
  await using home = new TestHome();
  const context = home.context([]);
  const options = { paths: resolvePaths(context), timeoutMs: 200 };
  const nothing = await deliverSpool(options, context);
  assertEquals([nothing.stopped, nothing.error], ["empty", null]);
  for (const id of ["a", "b"]) await ingest(home, { stdin: eventText(id) });
  const down = await deliverSpool(options, context);
  assertEquals([down.stopped, down.left], ["unreachable", 2]);
  assert(down.error instanceof NotRunningError);
  home.daemon.mood = "refusing";
  home.daemon.start();
  const refused = await deliverSpool(options, context);
  assertEquals([refused.stopped, refused.left], ["failed", 2]);
  assert(refused.error instanceof RemoteError);
  home.daemon.mood = "up";
  const report = await deliverSpool(options, context);
  assertEquals([report.delivered, report.left, report.error], [2, 0, null]);
  assertEquals(ids(home), ["a", "b"]);
});

Deno.test("deliverSpool() sends no event to a daemon that is silent, which may store it later", async () => {
  await using home = new TestHome();
  const context = home.context([]);
  await ingest(home, { stdin: eventText("a") });
  home.daemon.mood = "silent";
  home.daemon.start();
  const options = { paths: resolvePaths(context), timeoutMs: 50 };
  for (let i = 0; i < 2; i++) {
    const { stopped, left, error } = await deliverSpool(options, context);
    assertEquals([stopped, left], ["unreachable", 1]);
    assert(error instanceof TimedOutError);
  }
  assertEquals(home.daemon.received, 0);
});

Deno.test("deliverSpool() retries rejected events if asked to", async () => {
  await using home = new TestHome();
  home.daemon.mood = "refusing";
  home.daemon.start();
  const context = home.context([]);
  const options = { paths: resolvePaths(context), timeoutMs: 200 };
  const spool = new Spool({ folder: home.spool, env: () => undefined });
  home.daemon.mood = "closing";
  await ingest(home, { stdin: eventText("a") });
  for (let attempt = 1; attempt <= 4; attempt++) {
    await deliverSpool(options, context);
  }
  assertEquals([spool.status().pending, spool.status().rejected], [1, 0]);
  await deliverSpool(options, context);
  assertEquals([spool.status().pending, spool.status().rejected], [0, 1]);
  home.daemon.mood = "up";
  assertEquals((await deliverSpool(options, context)).delivered, 0);
  const report = await deliverSpool({ ...options, rejected: true }, context);
  assertEquals([report.delivered, report.error], [1, null]);
  assertEquals(ids(home), ["a"]);
});
