// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { fakeDaemon } from "./fake_daemon.ts";
import { type Home, type RunOptions, tempHome } from "./harness.ts";

const PLAIN = ["ingest", "--source", "claude"];
const NO_START = { KAIZEN_NO_START: "1" };
const EVENT = '{"hook_event_name":"Stop","session_id":"s"}';

async function runIngest(
  home: Home,
  args: string[] = [],
  options: RunOptions = {},
): Promise<{ code: number; stdout: string; stderr: string }> {
  return await home.run([...PLAIN, ...args], {
    stdin: EVENT,
    ...options,
    env: { ...NO_START, ...options.env },
  });
}

async function countPending(home: Home): Promise<number> {
  const { stdout } = await home.run(["spool", "status", "--json"]);
  return JSON.parse(stdout).pending;
}

Deno.test("ingest prints nothing on success, and the ack where a format is asked for", async () => {
  await using home = await tempHome();
  await using _daemon = await home.startDaemon();
  const { code, stdout, stderr } = await runIngest(home);
  assertEquals([code, stdout, stderr], [0, "", ""]);
  for (const args of [["--json"], ["-o", "json"], ["-o", "ndjson"]]) {
    const printed = await runIngest(home, args);
    assertEquals(printed.stdout, '{"type":"ack","message":"ingested"}\n');
  }
  const quiet = await runIngest(home, [], { env: { KAIZEN_OUTPUT: "json" } });
  assertEquals(quiet.stdout, "", "only words on the command line count");
});

Deno.test("ingest without a daemon leaves the event in the spool, says so, and exits 0", async () => {
  await using home = await tempHome();
  const { code, stdout, stderr } = await runIngest(home);
  assertEquals([code, stdout], [0, ""]);
  assertEquals(stderr.trimEnd().split("\n").length, 1, stderr);
  assertStringIncludes(stderr, "spool");
  assertEquals((await runIngest(home, ["--quiet"])).stderr, "");
  const json = await runIngest(home, ["--json"]);
  assertEquals(JSON.parse(json.stdout).type, "spooled");
  assertEquals(await countPending(home), 3);
  const flush = await home.run(["spool", "flush"]);
  assertEquals(flush.code, 3);
  await using _daemon = await home.startDaemon();
  await home.run(["spool", "flush"]);
  assertEquals(await countPending(home), 0);
});

Deno.test("ingest keeps an event that the daemon cannot store now", async () => {
  await using home = await tempHome();
  await Deno.mkdir(home.home, { mode: 0o700 });
  const daemon = fakeDaemon(home.socket, async ({ answer }) => {
    await answer(
      '{"type":"error","code":"failed","message":"the store is busy","temporary":true}',
    );
  });
  for (const pending of [1, 2]) {
    const { code, stdout, stderr } = await runIngest(home);
    assertEquals([code, stdout], [0, ""]);
    assertStringIncludes(stderr, "waits in the spool: the store is busy");
    assertEquals(await countPending(home), pending);
  }
  await daemon[Symbol.asyncDispose]();
  await using _next = await home.startDaemon();
  assertEquals((await home.run(["spool", "flush"])).code, 0);
  const { stdout } = await home.run(["detail", "s", "--json"]);
  assertEquals(JSON.parse(stdout).events.length, 2);
});

Deno.test("ingest --no-spool says that no daemon runs, or that it hangs", async () => {
  await using home = await tempHome();
  const down = await runIngest(home, ["--no-spool"]);
  assertEquals([down.code, down.stdout], [3, ""]);
  await using daemon = await home.startDaemon();
  daemon.signal("SIGSTOP");
  const hung = await runIngest(home, ["--no-spool", "--timeout", "200ms"]);
  const kept = await runIngest(home, ["--timeout", "200ms"]);
  daemon.signal("SIGCONT");
  assertEquals([hung.code, kept.code], [4, 0]);
});

Deno.test("ingest tells a daemon's error and a broken protocol apart", async () => {
  await using home = await tempHome();
  await Deno.mkdir(home.home);
  let isClosing = false;
  await using _daemon = fakeDaemon(home.socket, async ({ answer }) => {
    const error = { type: "error", message: "database or disk is full" };
    const rest = { supported_min: null, supported_max: null };
    if (!isClosing) await answer(JSON.stringify({ ...error, ...rest }));
  });
  const refused = await runIngest(home, ["--json"]);
  assertEquals(refused.code, 5);
  assertStringIncludes(refused.stderr, "database or disk is full");
  assertEquals(JSON.parse(refused.stdout).code, "daemon_error");
  isClosing = true;
  assertEquals((await runIngest(home, ["--no-spool"])).code, 6);
  assertEquals(await countPending(home), 0);
  assertEquals((await runIngest(home)).code, 0);
  assertEquals(await countPending(home), 1);
});

const DEEP = "[".repeat(128) + "]".repeat(128);
const inputs: [why: string, stdin: string | Uint8Array, code: number][] = [
  ["nothing", "", 65],
  ["white space", " \r\n", 65],
  ["a byte order mark", `\ufeff${EVENT}`, 0],
  ["CRLF and white space", `\r\n ${EVENT} \r\n`, 0],
  ["two values", `${EVENT}\n${EVENT}`, 65],
  ["truncated JSON", EVENT.slice(0, -3), 65],
  ["no JSON", "oops", 65],
  ["an array", "[]", 65],
  ["no session", '{"hook_event_name":"Stop"}', 65],
  ["an empty session", '{"hook_event_name":"Stop","session_id":""}', 65],
  ["no event name", '{"session_id":"s"}', 65],
  ["an empty event name", EVENT.replace("Stop", ""), 65],
  ["invalid UTF-8", Uint8Array.of(0x7b, 0x22, 0xff, 0x22), 65],
  ["a NUL byte outside a string", `\0${EVENT}`, 65],
  ["half a character", EVENT.replace("Stop", "Stop\\ud83d"), 0],
  ["128 levels", EVENT.replace("}", `,"deep":${DEEP}}`), 65],
  ["an unknown event and fields", EVENT.replace("Stop", "Brand New"), 0],
  ["more than a frame", EVENT.replace("Stop", "x".repeat(17_000_000)), 65],
];

Deno.test("ingest refuses what is no event with 65 and stores nothing of it", async () => {
  await using home = await tempHome();
  await using _daemon = await home.startDaemon();
  for (const [why, stdin, code] of inputs) {
    const run = await runIngest(home, [], { stdin });
    assertEquals([run.code, run.stdout], [code, ""], why);
    assertEquals(run.stderr === "", code === 0, why);
    if (code !== 0) assert(run.stderr.startsWith("kaizen: "), run.stderr);
  }
  const { stdout } = await home.run(["status", "--json"]);
  const { store, spool } = JSON.parse(stdout);
  const accepted = inputs.filter(([, , code]) => code === 0).length;
  assertEquals([store.events, spool.pending, spool.rejected], [accepted, 0, 0]);
});

Deno.test("ingest says the daemon's own words about what is no event", async () => {
  await using home = await tempHome();
  const run = await runIngest(home, ["--json"], {
    stdin: '{"session_id":"s"}',
  });
  const message = "claude hook: missing 'hook_event_name' field";
  assertEquals(run.stderr.split("\n")[0], `kaizen: ${message}`);
  assertEquals(JSON.parse(run.stdout).message, message);
});

Deno.test("ingest --ndjson tries all lines and names those that failed", async () => {
  await using home = await tempHome();
  await using _daemon = await home.startDaemon();
  const stdin = `${EVENT}\noops\n\n{"hook_event_name":"X"}\r\n${EVENT}`;
  const run = await runIngest(home, ["--ndjson", "--json"], { stdin });
  assertEquals(run.code, 65);
  const failures = run.stderr.trimEnd().split("\n").map((line) =>
    JSON.parse(line)
  );
  assertEquals(failures.map(({ line, exit }) => [line, exit]), [[2, 65], [
    4,
    65,
  ]]);
  assertEquals(JSON.parse(run.stdout), {
    type: "ingested",
    events: 4,
    acked: 2,
    spooled: 0,
    failed: 2,
  });
});

Deno.test("ingest --ndjson escapes what a daemon says of a line", async () => {
  await using home = await tempHome();
  await Deno.mkdir(home.home);
  const message = "\x1b[31m\x9b2J\u202e\u200b\r\nno";
  await using _daemon = fakeDaemon(
    home.socket,
    ({ answer }) => answer(JSON.stringify({ type: "error", message })),
  );
  const { code, stderr } = await runIngest(home, ["--ndjson"]);
  assertEquals([code, JSON.parse(stderr).message], [5, message]);
  assertEquals(stderr.match(/[^ -~\n]/gu), null);
});

Deno.test("ingest reads a file, and says what is wrong with one", async () => {
  await using home = await tempHome();
  await using _daemon = await home.startDaemon();
  await Deno.writeTextFile(`${home.workspace}/event.json`, EVENT);
  assertEquals((await runIngest(home, ["event.json"], { stdin: "" })).code, 0);
  assertEquals((await runIngest(home, ["-"])).code, 0);
  for (const file of ["missing.json", "."]) {
    const run = await runIngest(home, [file]);
    assertEquals(run.code, 74);
    assertStringIncludes(run.stderr, `"${file}"`);
  }
});

Deno.test("ingest builds an event from words, without looking at stdin", async () => {
  await using home = await tempHome();
  await using _daemon = await home.startDaemon();
  const words = ["--event", "Stop", "--session", "built"];
  const sets = [
    "--set",
    "why=it works",
    "--set-json",
    "n=12345678901234567890",
  ];
  const run = await runIngest(home, [...words, ...sets], { stdin: "rubbish" });
  assertEquals([run.code, run.stdout, run.stderr], [0, "", ""]);
  const { stdout } = await home.run(["detail", "built", "--json"]);
  assertStringIncludes(stdout, '"why":"it works"');
  assertStringIncludes(stdout, '"n":12345678901234567890');
  const wrong = await runIngest(home, ["--set", "novalue"]);
  assertEquals(wrong.code, 64);
});

Deno.test("KAIZEN_OFF turns every kind of ingest into a silent success", async () => {
  await using home = await tempHome();
  const kinds = [PLAIN, ["ingest", "hook"], ["ingest", "git", "post-commit"]];
  for (const args of kinds) {
    const run = await home.run(args, {
      stdin: "oops",
      env: { KAIZEN_OFF: "1" },
    });
    assertEquals([run.code, run.stdout, run.stderr], [0, "", ""]);
  }
  const left = await Array.fromAsync(Deno.readDir(home.root));
  assert(!left.some(({ name }) => name === "h"), "no home was made");
});

/** Hooks to a daemon that watches no spool: how long their event is, and when it first answers. */
const UNWATCHED = [
  { bytes: 2_000_000, isLate: false },
  { bytes: 2_000_000, isLate: true },
  { bytes: 10, isLate: true },
];

for (const { bytes, isLate } of UNWATCHED) {
  const name = `an event of ${bytes} bytes to a daemon that watches no spool${
    isLate ? ", and answers late," : ""
  } is delivered in the background`;
  Deno.test(name, async () => {
    await using home = await tempHome();
    await Deno.mkdir(home.home);
    const ended = Promise.withResolvers<void>();
    if (!isLate) ended.resolve();
    const came = Promise.withResolvers<number>();
    const status = {
      type: "status",
      pid: 1,
      uptime_ms: 1,
      queue_depth: 0,
      last_error: null,
    };
    let isFirst = true;
    await using _daemon = fakeDaemon(
      home.socket,
      async ({ request, answer }) => {
        const isIngest = request.type === "ingest_hook";
        const wait = isFirst ? ended.promise : null;
        isFirst = false;
        await wait; // a hook that has ended takes no answer, which fails then
        const ack = { type: "ack", message: "ingested" };
        await answer(JSON.stringify(isIngest ? ack : status));
        if (isIngest) came.resolve(String(request.payload).length);
      },
    );
    const event = EVENT.replace("Stop", "x".repeat(bytes));
    const hook = await home.run(["ingest", "hook"], { stdin: event });
    assertEquals([hook.code, hook.stdout, hook.stderr], [0, "", ""]);
    ended.resolve();
    assert(await came.promise > bytes);
    await home.run(["spool", "flush"]); // waits for the lock of the other
    assertEquals(await countPending(home), 0);
  });
}

Deno.test("a hook without a home that it can use is silent", async () => {
  await using home = await tempHome();
  for (const KAIZEN_HOME of ["", "relative", "/proc/nowhere"]) {
    const { code, stdout, stderr } = await home.run(
      ["ingest", "hook", "--source", "claude"],
      {
        env: { KAIZEN_HOME, HOME: "", KAIZEN_SOCK: "" },
        stdin: '{"hook_event_name":"Stop","session_id":"s"}',
      },
    );
    assertEquals([code, stdout, stderr], [0, "", ""]);
  }
});
