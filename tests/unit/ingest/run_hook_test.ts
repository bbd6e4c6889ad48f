// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals, assertRejects } from "@std/assert";
import { HomeError } from "../../../src/context/mod.ts";
import { recordPiped, runHook } from "../../../src/ingest/mod.ts";
import { Spool } from "../../../src/spool/mod.ts";
import { eventText, FakeInput, type Mood, TestHome } from "./fixtures.ts";

const HOOK = ["ingest", "hook", "--source", "claude"];

function spoolOf(home: TestHome): Spool {
  return new Spool({ folder: home.spool, env: () => undefined });
}

/** Ids in the spool, in order. */
async function spooled(home: TestHome): Promise<unknown[]> {
  const ids: unknown[] = [];
  for (const { name, state } of spoolOf(home).list()) {
    if (state !== "pending") continue;
    const request = JSON.parse(
      await Deno.readTextFile(`${home.spool}/${name}`),
    );
    ids.push(JSON.parse(request.payload).kaizen_id);
  }
  return ids;
}

function stored(home: TestHome): unknown[] {
  return home.daemon.stored.map(({ payload }) => payload.kaizen_id);
}

Deno.test("runHook() sends an event to the daemon and leaves nothing on disk", async () => {
  await using home = new TestHome();
  home.daemon.start();
  await runHook(home.context(HOOK, eventText("a")));
  assertEquals(stored(home), ["a"]);
  assertEquals(home.daemon.stored[0]?.workspace, home.cwd);
  assertEquals(spoolOf(home).list(), []);
  await assertRejects(() => Deno.lstat(home.home), Deno.errors.NotFound);
});

const unwilling: (Mood | "down")[] = [
  "down",
  "refusing",
  "silent",
  "deaf",
  "late",
  "closing",
];

for (const mood of unwilling) {
  Deno.test(`runHook() spools an event while the daemon is ${mood}, and delivers it before the next`, async () => {
    await using home = new TestHome();
    if (mood !== "down") {
      home.daemon.mood = mood;
      home.daemon.start();
    }
    await runHook(home.context(HOOK, eventText("a")));
    assertEquals(await spooled(home), ["a"]);
    home.daemon.mood = "up";
    home.daemon.start();
    await runHook(home.context(HOOK, eventText("b")));
    assertEquals(stored(home), ["a", "b"]);
    assertEquals(await spooled(home), []);
    assertEquals(spoolOf(home).status().failures, 0);
  });

  Deno.test(`runHook() spools later events after earlier ones while the daemon is ${mood}`, async () => {
    await using home = new TestHome();
    if (mood !== "down") {
      home.daemon.mood = mood;
      home.daemon.start();
    }
    for (const id of ["a", "b", "c"]) {
      await runHook(home.context(HOOK, eventText(id)));
    }
    assertEquals(await spooled(home), ["a", "b", "c"]);
    // Unless it shows that it lives, a daemon gets no event a second time: it may be storing the
    // first.
    if (mood === "silent") assertEquals(home.daemon.received, 1);
  });
}

const DEEP = "[".repeat(127) + "]".repeat(127);

/**
 * The bytes written to stdin; how many events are stored, rejected, and counted as failures; and a
 * part of the reason.
 */
const inputs: [
  why: string,
  stdin: (string | Uint8Array)[],
  stored: number,
  rejected: number,
  failures: number,
  reason: string,
][] = [
  ["nothing", [""], 0, 0, 1, "nothing on stdin"],
  ["white space", [" \r\n"], 0, 0, 1, "nothing on stdin"],
  [
    "a byte order mark and CRLF",
    ["\ufeff\r\n", eventText("a"), "\r\n"],
    1,
    0,
    0,
    "",
  ],
  ["two values", [eventText("a"), eventText("b")], 1, 0, 1, "more than one"],
  [
    "two values far apart",
    [eventText("a"), " ".repeat(500_000), "{}"],
    1,
    0,
    1,
    "more than one",
  ],
  ["truncated JSON", ['{"hook_event_name":"St'], 0, 1, 0, "unexpected end"],
  ["no JSON", ["oops"], 0, 1, 0, "claude hook: invalid JSON"],
  ["an array", ["[1]"], 0, 1, 0, "claude hook: expected JSON object"],
  [
    "no session",
    ['{"hook_event_name":"Stop"}'],
    0,
    1,
    0,
    "missing 'session_id'",
  ],
  [
    "an empty session",
    ['{"hook_event_name":"Stop","session_id":""}'],
    0,
    1,
    0,
    "missing 'session_id'",
  ],
  [
    "no event name",
    ['{"session_id":"s"}'],
    0,
    1,
    0,
    "missing 'hook_event_name'",
  ],
  [
    "an empty event name",
    ['{"session_id":"s","hook_event_name":""}'],
    0,
    1,
    0,
    "missing 'hook_event_name'",
  ],
  ["invalid UTF-8", ['{"a":"', Uint8Array.of(0xff), '"}'], 0, 1, 0, "UTF-8"],
  ["a NUL byte outside", ["\0", eventText("a")], 0, 1, 0, "invalid JSON"],
  [
    "half a character",
    [eventText("a").replace("}", ',"cut \\ud83d":"\\udc88"}')],
    1,
    0,
    0,
    "",
  ],
  [
    "half a character in pieces",
    [eventText("a").replace("}", ',"t":"cut \\ud83'), "d", "\\", '""}'],
    1,
    0,
    0,
    "",
  ],
  [
    "127 levels",
    [eventText("a").replace("}", `,"d":${DEEP.slice(1, -1)}}`)],
    1,
    0,
    0,
    "",
  ],
  [
    "128 levels",
    [eventText("a").replace("}", `,"d":${DEEP}}`)],
    0,
    1,
    0,
    "deeper",
  ],
  [
    "an unknown event",
    ['{"hook_event_name":"New","session_id":"s","x":1}'],
    1,
    0,
    0,
    "",
  ],
  [
    "an event over 16 MiB",
    [eventText("a", { x: "x".repeat(16 * 1024 * 1024) })],
    0,
    1,
    0,
    "its frame must be <= 16777216 bytes",
  ],
];

for (const [why, stdin, events, rejected, failures, reason] of inputs) {
  Deno.test(`runHook() given ${why} stores ${events} and rejects ${rejected}`, async () => {
    await using home = new TestHome();
    home.daemon.start();
    await runHook(home.context(HOOK, new FakeInput(stdin)));
    assertEquals(home.daemon.stored.length, events);
    const status = spoolOf(home).status();
    assertEquals([status.rejected, status.failures, status.pending], [
      rejected,
      failures,
      0,
    ]);
    const [entry] = spoolOf(home).list();
    const said = status.last_failure?.reason ?? entry?.reason ?? "";
    assert(said.includes(reason), said);
  });
}

Deno.test("runHook() stops waiting for a writer that stays silent", async () => {
  await using home = new TestHome();
  home.daemon.start();
  const text = eventText("a");
  const open = (text: string) => new FakeInput(text === "" ? [] : [text], true);
  const late = (input: FakeInput) => {
    const context = home.context(HOOK, input);
    return { ...context, startedAtMs: context.startedAtMs - 950 };
  };
  await runHook(home.context(HOOK, open(text)));
  assertEquals(stored(home), ["a"]);
  await runHook(late(open("")));
  assertEquals(
    spoolOf(home).status().last_failure?.reason,
    "nothing on stdin when time was up",
  );
  await runHook(late(open(text.slice(0, 10))));
  assertEquals(spoolOf(home).list()[0]?.reason, "incomplete when time was up");
});

Deno.test("runHook() spools a big event at once, and the event holds nothing up", async () => {
  await using home = new TestHome();
  home.daemon.start();
  const big = eventText("big", { x: "x".repeat(1024 * 1024) });
  await runHook(home.context(HOOK, eventText("a")));
  await runHook(home.context(HOOK, big));
  await runHook(home.context(HOOK, eventText("b")));
  assertEquals(stored(home), ["a"]);
  assertEquals(await spooled(home), ["big", "b"]);
});

Deno.test("runHook() counts unknown words, and records the event", async () => {
  await using home = new TestHome();
  home.daemon.start();
  await runHook(
    home.context([...HOOK, "--strict", "--source", "nobody"], eventText("a")),
  );
  assertEquals(stored(home), ["a"]);
  const { failures, last_failure } = spoolOf(home).status();
  assertEquals([failures, last_failure?.reason], [
    2,
    "ignored --source nobody",
  ]);
});

Deno.test("runHook() builds an event from words", async () => {
  await using home = new TestHome();
  home.daemon.start();
  const words = ["--event", "Stop", "--session", "s9", "--set", "a=1"];
  await runHook(home.context([...HOOK, ...words], new FakeInput([], true)));
  const { payload } = home.daemon.stored[0] ?? {};
  assertEquals([payload?.hook_event_name, payload?.session_id, payload?.a], [
    "Stop",
    "s9",
    "1",
  ]);
});

Deno.test("runHook() takes the name of an event from the command line if the payload has none", async () => {
  await using home = new TestHome();
  home.daemon.start();
  const hook = ["ingest", "hook", "--source", "copilot"];
  const words = [...hook, "--event", "agentStop"];
  const payload = '{"sessionId":"c","timestamp":1788992299000,"cwd":"/gone"}';
  await runHook(home.context(words, payload));
  await runHook(home.context(words, new FakeInput([])));
  const [stop, ...more] = home.daemon.stored;
  assertEquals(more, []);
  assertEquals(stop?.workspace, "/gone");
  const { hook_event_name, agent_event, timestamp_ms } = stop?.payload ?? {};
  assertEquals([hook_event_name, agent_event, timestamp_ms], [
    "Stop",
    "agentStop",
    1_788_992_299_000,
  ]);
  const { failures, last_failure } = spoolOf(home).status();
  assertEquals([failures, last_failure?.reason], [1, "nothing on stdin"]);
});

Deno.test("runHook() records the event of an agent that another one started in its own workspace", async () => {
  await using home = new TestHome();
  home.daemon.start();
  const env = { CLAUDE_PROJECT_DIR: "/by/claude" };
  const event = { session_id: "s", cwd: "/own", hook_event_name: "Stop" };
  for (const more of [{ turn_id: "1" }, { prompt_id: "p" }]) {
    const text = JSON.stringify({ ...event, ...more });
    await runHook(home.context(HOOK, text, env));
  }
  assertEquals(home.daemon.stored.map(({ workspace }) => workspace), [
    "/own",
    "/by/claude",
  ]);
});

/**
 * Input that a host may write to a program that it runs without arguments, and whether it is an
 * event.
 */
const piped: [
  why: string,
  input: FakeInput,
  taken: boolean,
  stored: string[],
][] = [
  ["an event", new FakeInput([eventText("a")]), true, ["a"]],
  ["a BOM", new FakeInput(["\ufeff", eventText("a")]), true, ["a"]],
  [
    "an event in pieces",
    new FakeInput([" ", eventText("a").slice(0, 9), eventText("a").slice(9)]),
    true,
    ["a"],
  ],
  [
    "an event without end of file",
    new FakeInput([eventText("a")], true),
    true,
    [
      "a",
    ],
  ],
  ["an object that is no event", new FakeInput(["{}"]), true, []],
  ["nothing", new FakeInput([]), false, []],
  ["a word", new FakeInput(["yes\n"]), false, []],
  ["a list", new FakeInput(["[{}]"]), false, []],
  ["silence", new FakeInput([], true), false, []],
];

for (const [why, input, taken, events] of piped) {
  Deno.test(`recordPiped() given ${why} stores ${events.length} events`, async () => {
    await using home = new TestHome();
    home.daemon.start();
    assertEquals(await recordPiped(home.context([], input)), taken);
    assertEquals(stored(home), events);
    const rejected = taken && events.length === 0 ? 1 : 0;
    assertEquals(spoolOf(home).status().rejected, rejected);
  });
}

Deno.test("runHook() finds a project that the daemon knows", async () => {
  await using home = new TestHome();
  home.daemon.start();
  const project = (name: string) => [...HOOK, "--project", name];
  await runHook(home.context(project("project"), eventText("a")));
  await runHook(home.context(project("other"), eventText("b")));
  assertEquals(
    home.daemon.stored.map(({ workspace }) => workspace),
    ["/known/project", home.cwd],
  );
  assertEquals(spoolOf(home).status().failures, 1);
});

Deno.test("runHook() does nothing when it is off, but reads its input", async () => {
  await using home = new TestHome();
  home.daemon.start();
  const input = new FakeInput([eventText("a")]);
  await runHook(home.context(HOOK, input, { KAIZEN_OFF: "1" }));
  assertEquals(home.daemon.stored, []);
  assertEquals(await input.read(new Uint8Array(9)), null);
  await runHook(home.context(HOOK, eventText("a"), { KAIZEN_OFF: "0" }));
  assertEquals(stored(home), ["a"]);
});

Deno.test("runHook() uses the default home if KAIZEN_HOME is relative", async () => {
  await using home = new TestHome();
  const env = { KAIZEN_HOME: "relative", HOME: home.root };
  await runHook(home.context(HOOK, eventText("a"), env));
  const folder = `${home.root}/.kaizen/spool`;
  const { pending, last_failure } = new Spool({ folder, env: () => undefined })
    .status();
  assertEquals(pending, 1);
  assert(last_failure?.reason.startsWith('Cannot use "relative" as --home'));
});

Deno.test("runHook() fails if there is no home, or none that can be used", async () => {
  await using home = new TestHome();
  for (
    const env of [
      { KAIZEN_HOME: "", KAIZEN_SOCK: "" },
      { KAIZEN_HOME: "relative" },
      { KAIZEN_HOME: "/proc/nowhere" },
    ]
  ) {
    await assertRejects(
      () => runHook(home.context(HOOK, eventText("a"), env)),
      HomeError,
    );
  }
});

const TOO_LONG = `/${"x".repeat(200)}`;

/**
 * Paths that cannot be used; how many they are; and whether the daemon, which listens at
 * `KAIZEN_SOCK`, gets the event anyway.
 */
const badPaths: [
  words: string[],
  env: Record<string, string>,
  faults: number,
  sent: boolean,
][] = [
  [["--home", "relative"], {}, 1, true],
  [["--socket", "relative"], {}, 1, true],
  [["--socket", TOO_LONG], {}, 1, true],
  [["--home", "relative", "--socket", "relative"], {}, 2, true],
  [[], { KAIZEN_SOCK: "relative" }, 1, false],
  [[], { KAIZEN_SOCK: TOO_LONG }, 1, false],
  [["--home", "relative"], { KAIZEN_SOCK: "relative" }, 2, false],
];

for (const [words, env, faults, isSent] of badPaths) {
  const what = [...words, JSON.stringify(env)].join(" ").slice(0, 60);
  Deno.test(`runHook() records the event and counts the fault given ${what}`, async () => {
    await using home = new TestHome();
    home.daemon.start();
    await runHook(home.context([...HOOK, ...words], eventText("a"), env));
    assertEquals(stored(home), isSent ? ["a"] : []);
    assertEquals(await spooled(home), isSent ? [] : ["a"]);
    assertEquals(spoolOf(home).status().failures, faults);
  });
}

Deno.test("runHook() spawns no daemon in a home whose path is too long for a socket", async () => {
  await using home = new TestHome();
  const long = `${home.root}/${"x".repeat(150)}`;
  const env = { KAIZEN_HOME: long, KAIZEN_SOCK: "", KAIZEN_NO_START: "" };
  await runHook(home.context(HOOK, eventText("a"), env));
  const names = await Array.fromAsync(Deno.readDir(long));
  assertEquals(names.map(({ name }) => name), ["spool"]);
  const folder = `${long}/spool`;
  const spool = new Spool({ folder, env: () => undefined });
  assertEquals(spool.status().pending, 1);
  assertEquals(spool.status().failures, 1);
});

Deno.test("runHook() asks the daemon if the spool cannot be written", async () => {
  await using home = new TestHome();
  await Deno.writeTextFile(home.home, "a file where the home should be");
  home.daemon.start();
  await runHook(home.context(HOOK, eventText("a")));
  assertEquals(stored(home), ["a"]);
});

Deno.test("runHook() asks the daemon if the spool is full and cannot be delivered", async () => {
  await using home = new TestHome();
  const env = { KAIZEN_SPOOL_MAX_EVENTS: "1" };
  await runHook(home.context(HOOK, eventText("a"), env));
  using lock = await Deno.open(`${home.spool}/.lock`, {
    create: true,
    write: true,
  });
  await lock.lock(true);
  home.daemon.start();
  await runHook(home.context(HOOK, eventText("b"), env));
  assertEquals([stored(home), await spooled(home)], [["b"], ["a"]]);
  assertEquals(spoolOf(home).status().failures, 0);
});

Deno.test("runHook() makes room in a full spool by delivering it", async () => {
  await using home = new TestHome();
  const env = { KAIZEN_SPOOL_MAX_EVENTS: "2" };
  for (const id of ["a", "b", "c"]) {
    await runHook(home.context(HOOK, eventText(id), env));
  }
  assertEquals(await spooled(home), ["a", "b"]);
  const { last_failure } = spoolOf(home).status();
  assert(last_failure?.reason.includes("the spool is full"));
  home.daemon.start();
  await runHook(home.context(HOOK, eventText("d"), env));
  assertEquals(stored(home), ["a", "b", "d"]);
});

Deno.test("runHook() sets an event aside that the daemon refuses repeatedly", async () => {
  await using home = new TestHome();
  home.daemon.mood = "refusing";
  home.daemon.start();
  for (const id of ["a", "b", "c", "d", "e", "f"]) {
    await runHook(home.context(HOOK, eventText(id)));
    home.clockSkewMs += 6_000;
  }
  assertEquals(spoolOf(home).status().rejected, 1);
  assertEquals(await spooled(home), ["b", "c", "d", "e", "f"]);
});
