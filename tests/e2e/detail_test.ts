// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { fillStore } from "../../bench/fill_store.ts";
import { type DaemonRequest, decodeRequest } from "../../src/proto/mod.ts";
import { feed, sampleSession } from "./_feed.ts";
import { ask } from "./_socket.ts";
import { fakeDaemon } from "./fake_daemon.ts";
import { type Home, tempHome } from "./harness.ts";

const START_MS = 1_714_000_000_000;

/** A home with a daemon and a few sessions. */
async function sampleHome(): Promise<
  AsyncDisposable & { home: Home; other: string }
> {
  const stack = new AsyncDisposableStack();
  const home = stack.use(await tempHome());
  stack.use(await home.startDaemon());
  const other = `${home.root}/other`;
  await Deno.mkdir(other);
  await feed(home, ...sampleSession("abc-1", START_MS));
  await feed(home, ...sampleSession("abc-2", START_MS + 1000));
  await feed(home, ...sampleSession("xyz", START_MS + 500));
  await feed(
    { ...home, workspace: other },
    ...sampleSession("elsewhere", START_MS),
  );
  return {
    home,
    other,
    [Symbol.asyncDispose]: () => stack[Symbol.asyncDispose](),
  };
}

Deno.test("detail finds a session by its id, the beginning of one, and @latest", async () => {
  await using sample = await sampleHome();
  const { home, other } = sample;
  const table: [args: string[], id: string][] = [
    [["abc-1"], "abc-1"],
    [["xy"], "xyz"],
    [["@latest"], "abc-2"],
    [["elsewhere"], "elsewhere"],
    [["@latest", "--workspace", other], "elsewhere"],
    [["else", "--project", "other"], "elsewhere"],
    [["else"], "elsewhere"],
  ];
  for (const [args, id] of table) {
    for (
      const command of [["detail"], ["sessions", "show"], ["sessions", "tree"]]
    ) {
      const { code, stdout } = await home.run([...command, ...args]);
      assertEquals(
        [code, JSON.parse(stdout).session.id],
        [0, id],
        args.join(" "),
      );
    }
  }
});

Deno.test("every command that takes an id takes one that begins with a dash", async () => {
  await using home = await tempHome();
  await using _daemon = await home.startDaemon();
  for (const id of ["-rf", "--json", "-", "--"]) {
    await feed(home, { hook_event_name: "Stop", session_id: id });
    const shows = [
      ["detail", "--", id],
      ["sessions", "show", "--events", "--", id],
      ["sessions", "tree", "-o", "json", "--", id],
      ["--no-start", "detail", "--", id.length > 2 ? id.slice(0, -1) : id],
    ];
    for (const words of shows) {
      const { code, stdout } = await home.run(words);
      const name = words.join(" ");
      assertEquals([code, JSON.parse(stdout).session.id], [0, id], name);
    }
    const prune = ["store", "prune", `--session=${id}`, "--yes"];
    const { code, stdout } = await home.run(prune);
    assertEquals([code, JSON.parse(stdout).removed_sessions], [0, 1], id);
  }
  const missing = await home.run(["detail", "--", "-rf", "-o", "text"]);
  assertEquals(missing.code, 64);
  const none = await home.run(["detail", "-o", "text", "--", "-rf"]);
  assertEquals(none.code, 1);
  assertStringIncludes(none.stderr, 'There is no session "-rf"');
});

Deno.test("detail of an id that is not there is exit 1, in every format", async () => {
  await using sample = await sampleHome();
  const { home } = sample;
  const cases = [
    ["nope"],
    ["elsewhere", "--workspace", home.workspace],
    ["else", "--workspace", home.workspace],
  ];
  for (const args of cases) {
    for (const format of ["json", "ndjson", "text", "trace"]) {
      const { code, stdout, stderr } = await home.run([
        "detail",
        ...args,
        "-o",
        format,
      ]);
      assertEquals(code, 1, args.join(" "));
      assertStringIncludes(stderr, `There is no session "${args[0]}"`);
      if (format === "text") assertEquals(stdout, "");
      else assertEquals(JSON.parse(stdout).code, "not_found");
    }
  }
});

Deno.test("detail of a mistyped @latest suggests it", async () => {
  await using sample = await sampleHome();
  const { home } = sample;
  for (
    const [word, guess] of [["@lastest", true], ["latest", true], [
      "@x",
      false,
    ]] as const
  ) {
    const { code, stderr } = await home.run(["detail", word]);
    assertEquals([code, /; did you mean "@latest"\?/.test(stderr)], [1, guess]);
  }
});

Deno.test("detail @latest of a workspace without sessions is exit 1", async () => {
  await using sample = await sampleHome();
  const empty = `${sample.home.root}/empty`;
  await Deno.mkdir(empty);
  const { code } = await sample.home.run(["detail", "@latest"], { cwd: empty });
  assertEquals(code, 1);
});

Deno.test("detail of a beginning that several share lists them", async () => {
  await using sample = await sampleHome();
  const { code, stdout, stderr } = await sample.home.run(["detail", "abc"]);
  assertEquals(code, 1);
  const { candidates, ...error } = JSON.parse(stdout);
  assertEquals([error.code, candidates.sort()], ["ambiguous", [
    "abc-1",
    "abc-2",
  ]]);
  assertStringIncludes(stderr, "abc-2");
});

/** The requests of a run, and the length of all answers. */
interface Traffic {
  asked: unknown[];
  bytes: number;
}

/** Runs `detail WORD` through a relay; `change` makes of each request what the daemon is asked. */
async function countTraffic(
  home: Home,
  word: string,
  change: (request: DaemonRequest) => DaemonRequest = (request) => request,
): Promise<Traffic & { code: number; stdout: string }> {
  const socket = `${home.root}/relay.sock`;
  let bytes = 0;
  await using relay = fakeDaemon(socket, async ({ request, answer }) => {
    const text = new TextEncoder().encode(JSON.stringify(request));
    const talk = await ask(home.socket, change(decodeRequest(text)));
    bytes += new TextEncoder().encode(talk.text).length;
    await answer(talk.text);
  });
  const args = ["detail", word, "--socket", socket];
  const { code, stdout } = await home.run(args);
  const asked = relay.requests.map(({ type }) => type);
  return { code, stdout, asked, bytes };
}

Deno.test("detail of a shortened or wrong id asks for a few candidates, not for all sessions", async () => {
  await using home = await tempHome();
  await Deno.mkdir(home.home, { mode: 0o700 });
  const other = `${home.root}/other`;
  await Deno.mkdir(other);
  for (
    const [workspace, prefix, sessions] of [
      [home.workspace, "s", 12_000],
      [other, "t", 1],
    ] as const
  ) {
    fillStore({
      path: `${home.home}/store.db`,
      sessions,
      eventsEach: 1,
      payloadBytes: 100,
      workspace,
      prefix,
    });
  }
  await using _daemon = await home.startDaemon();
  const detail = "get_session_detail";
  const list = "list_sessions";

  const wrong = await countTraffic(home, "zzz");
  const asked = [detail, detail, list, list, "hello"];
  assertEquals([wrong.code, wrong.asked], [1, asked]);
  assert(wrong.bytes < 1000, `${wrong.bytes} bytes`);

  const short = await countTraffic(home, "s-11999…");
  assertEquals([short.code, short.asked], [0, [detail, detail, list, detail]]);
  assertEquals(JSON.parse(short.stdout).session.id, "s-11999");

  const elsewhere = await countTraffic(home, "t-");
  assertEquals(JSON.parse(elsewhere.stdout).session.workspace, other);

  const many = await countTraffic(home, "s-");
  const { code, candidates } = JSON.parse(many.stdout);
  assertEquals([code, candidates.length], ["ambiguous", 20]);
  assert(many.bytes < 20_000, `${many.bytes} bytes`);
});

Deno.test("detail of a shortened id lists all sessions of a daemon that does not know the filter", async () => {
  await using sample = await sampleHome();
  // The reference ignores what it does not know.
  const ignore = (request: DaemonRequest) =>
    request.type === "list_sessions" ? { ...request, filter: {} } : request;
  const { home } = sample;
  const found = await countTraffic(home, "xy", ignore);
  assertEquals(JSON.parse(found.stdout).session.id, "xyz");
  const several = await countTraffic(home, "abc", ignore);
  assertEquals(JSON.parse(several.stdout).candidates.length, 2);
  const wrong = await countTraffic(home, "else", ignore);
  assertEquals([wrong.code, wrong.asked], [1, [
    "get_session_detail",
    "get_session_detail",
    "list_sessions",
    "list_sessions",
    "hello",
  ]]);
});

Deno.test("detail --events, --spans and --since-seq leave the rest out", async () => {
  await using sample = await sampleHome();
  const { home } = sample;
  const show = async (...args: string[]) => {
    const { code, stdout } = await home.run(["detail", "xyz", ...args]);
    assertEquals(code, 0);
    return JSON.parse(stdout);
  };
  const whole = await show();
  assertEquals([whole.events.length, whole.spans.length], [8, 3]);
  const { events, spans, ...rest } = whole;
  assertEquals(rest.coverage, null);
  assertEquals(await show("--events"), { ...rest, events });
  assertEquals(await show("--spans"), { ...rest, spans });
  assertEquals(await show("--events", "--spans"), whole);
  assertEquals(await show("--since-seq", "6"), {
    ...rest,
    spans,
    events: events.slice(6),
  });
  assertEquals(await show("--since-seq", "99", "--events"), {
    ...rest,
    events: [],
  });
});

Deno.test("detail -o ndjson prints the session, events, then every span", async () => {
  await using sample = await sampleHome();
  const { stdout } = await sample.home.run([
    "detail",
    "xyz",
    "-o",
    "ndjson",
    "--since-seq",
    "7",
  ]);
  const records = stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
  assertEquals(
    records.map(({ record, id, seq, tool }) => [record, id ?? seq ?? tool]),
    [
      ["session", "xyz"],
      ["event", 7],
      ["span", "Task"],
      ["span", "Read"],
      ["span", "Bash"],
    ],
  );
});

Deno.test("detail -o text shows header, events and the tree", async () => {
  await using sample = await sampleHome();
  const { code, stdout, stderr } = await sample.home.run([
    "detail",
    "xyz",
    "-o",
    "text",
  ]);
  assertEquals([code, stderr], [0, ""]);
  assertStringIncludes(stdout, "session    xyz\n");
  assertStringIncludes(stdout, "fix the \\x1b[31mbug");
  assertStringIncludes(stdout, "├─ Task  1.0s");
  assertStringIncludes(stdout, "├─ Read  250ms  /w/app/a.ts");
  assertStringIncludes(stdout, "└─ Bash  orphaned");
  assert(!stdout.includes("\x1b"));
});

Deno.test("detail -o text says what the user is asked, why a call was denied, and which subagent a call started", async () => {
  await using home = await tempHome();
  await using _daemon = await home.startDaemon();
  const call = (id: string, tool: string, input: Record<string, unknown>) => ({
    hook_event_name: "PreToolUse",
    permission_mode: "default",
    tool_name: tool,
    tool_input: input,
    tool_use_id: id,
  });
  const rm = call("r", "Bash", { command: "rm -r dist" });
  const events = [
    call("a", "Agent", {
      subagent_type: "Explore",
      prompt: "Please look",
      description: "look",
    }),
    call("b", "Agent", { prompt: "Please wait" }),
    {
      hook_event_name: "SubagentStart",
      agent_id: "b1",
      agent_type: "general-purpose",
    },
    {
      ...call("b", "Agent", { prompt: "Please wait" }),
      hook_event_name: "PostToolUse",
      tool_response: { status: "completed", agentId: "b1" },
    },
    rm,
    { ...rm, hook_event_name: "PermissionDenied", reason: "Blocked" },
    call("w", "Write", { file_path: "a.ts", content: "x" }),
    {
      hook_event_name: "PermissionRequest",
      tool_name: "Write",
      tool_input: { file_path: "a.ts", content: "x" },
    },
  ];
  const startMs = Date.now() - 10_000;
  for (const [i, event] of events.entries()) {
    const { code } = await home.run(["ingest", "hook", "--source", "claude"], {
      stdin: JSON.stringify({
        session_id: "s",
        cwd: home.workspace,
        timestamp_ms: startMs + i * 1000,
        ...event,
      }),
    });
    assertEquals(code, 0);
  }
  const { stdout } = await home.run(["detail", "s", "-o", "text"]);
  const lines = stdout.split("\n").map((line) => line.trimEnd());
  assertEquals(
    lines.find((line) => line.startsWith("state"))
      ?.replace(/permission \S+/, "permission"),
    "state      needs permission · Write · a.ts",
  );
  const about = lines.filter((line) => /^ +\d/.test(line))
    .map((line) => line.trim().split(/ {2,}/).slice(2).join(" "));
  assertEquals(about, [
    "PreToolUse Agent look",
    "PreToolUse Agent Please wait",
    "SubagentStart general-purpose",
    "PostToolUse Agent 2.0s Please wait",
    "PreToolUse Bash rm -r dist",
    "PermissionDenied Bash Blocked",
    "PreToolUse Write a.ts",
    "PermissionRequest Write a.ts",
  ]);
  const tree = lines.slice(lines.indexOf("TOOL CALLS") + 1)
    .map((line) => line.split("  ")[0]);
  assertEquals(tree.slice(0, 4), [
    "├─ Agent Explore",
    "├─ Agent general-purpose",
    "├─ Bash",
    "└─ Write",
  ]);
});

Deno.test("detail -o text --color always colors, and still lets no agent do so", async () => {
  await using sample = await sampleHome();
  const { stdout } = await sample.home.run([
    "detail",
    "xyz",
    "-o",
    "text",
    "--color",
    "always",
  ]);
  assertStringIncludes(stdout, "\x1b[36m");
  assert(!stdout.includes("\x1b[31mbug"));
});

Deno.test("detail -o trace prints trace events", async () => {
  await using sample = await sampleHome();
  const { code, stdout } = await sample.home.run([
    "detail",
    "xyz",
    "-o",
    "trace",
  ]);
  assertEquals(code, 0);
  const file = JSON.parse(stdout);
  assertTraceRules(file);
  const { traceEvents } = file;
  const spans = traceEvents.filter(({ ph }: { ph: string }) => ph === "X");
  assertEquals(
    spans.map(({ name, dur }: { name: string; dur: number }) => [name, dur]),
    [
      ["Task", 1_000_000],
      ["Read", 250_000],
      ["Bash", 0],
    ],
  );
});

interface TraceEvent {
  name: string;
  cat: string;
  ph: string;
  ts: number;
  dur?: number;
  pid: number;
  tid: number;
  s?: string;
  args: Record<string, unknown>;
}

/**
 * The rules that the Trace Event Format has for a file and for the kinds of events in it that we
 * use.
 */
function assertTraceRules(file: {
  traceEvents: TraceEvent[];
  displayTimeUnit: string;
}): void {
  assert(["ms", "ns"].includes(file.displayTimeUnit));
  const named = new Set<number>();
  const open = new Map<number, number[]>();
  // A viewer takes events of one moment in the order of the file.
  const spans = file.traceEvents.filter(({ ph }) => ph === "X")
    .sort((a, b) => a.ts - b.ts);
  for (const { name, cat, ph, ts, pid, tid, s, args } of file.traceEvents) {
    assert(typeof name === "string" && typeof cat === "string");
    assert([ts, pid, tid].every(Number.isSafeInteger));
    if (ph === "M") {
      assert(["process_name", "thread_name"].includes(name));
      assertEquals(typeof args["name"], "string");
      if (name === "thread_name") named.add(tid);
    } else if (ph === "i") assert(["g", "p", "t"].includes(s ?? ""));
    else assertEquals(ph, "X");
  }
  for (const { ts, dur = NaN, tid } of spans) {
    assert(Number.isSafeInteger(dur) && dur >= 0);
    const ends = (open.get(tid) ?? []).filter((end) => end > ts);
    assert(ends.every((end) => ts + dur <= end), "one lies across another");
    open.set(tid, [...ends, ts + dur]);
  }
  for (const { tid } of file.traceEvents) assert(named.has(tid), `${tid}`);
}

Deno.test("detail -o trace of calls that overlap follows the published rules of the format", async () => {
  await using home = await tempHome();
  await using _daemon = await home.startDaemon();
  const call = (i: number, name: string, ms: number) => ({
    hook_event_name: name,
    session_id: "s1",
    timestamp_ms: START_MS + ms,
    tool_name: `T${i}`,
    tool_use_id: `t${i}`,
    total_cost_usd: 0.01,
  });
  // Some begin at the same moment, some never end, some end inside, some across.
  const calls = Array.from({ length: 30 }, (_, i) => i);
  const events = calls.flatMap((i) => {
    const start = 10 * (i - i % 3);
    return [
      call(i, "PreToolUse", start),
      ...i % 7 === 0
        ? []
        : [call(i, "PostToolUse", start + 5 + (i * 37) % 113)],
    ];
  }).sort((a, b) => a.timestamp_ms - b.timestamp_ms);
  await feed(home, ...events, {
    hook_event_name: "Stop",
    session_id: "s1",
    timestamp_ms: START_MS + 5000,
  });
  const { code, stdout, stderr } = await home.run([
    "detail",
    "s1",
    "-o",
    "trace",
  ]);
  assertEquals([code, stderr], [0, ""]);
  const file = JSON.parse(stdout);
  assertTraceRules(file);
  const ofKind = (kind: string) =>
    file.traceEvents.filter(({ ph }: TraceEvent) => ph === kind);
  assertEquals(ofKind("X").length, calls.length);
  assertEquals(ofKind("i").length, 1);
  assertEquals(file.otherData.spans_without_time, 0);
});

Deno.test("detail shows spans nested deeper than a request may be", async () => {
  await using home = await tempHome();
  await using _daemon = await home.startDaemon();
  const at = (ms: number) => ({
    session_id: "deep",
    timestamp_ms: START_MS + ms,
  });
  // Each call starts an agent, which makes the next call.
  const calls = Array.from({ length: 100 }, (_, i) => ({
    tool_name: "Task",
    tool_use_id: `t${i}`,
    tool_input: { description: `T${i}` },
    ...i === 0 ? {} : { agent_id: `a${i - 1}` },
  }));
  const begins = calls.flatMap((call, i) => [
    { ...call, ...at(2 * i), hook_event_name: "PreToolUse" },
    { ...at(2 * i + 1), hook_event_name: "SubagentStart", agent_id: `a${i}` },
  ]);
  const ends = calls.map((call, i) => ({
    ...call,
    ...at(1000 - i),
    hook_event_name: "PostToolUse",
    tool_response: { status: "completed", agentId: `a${i}` },
  }));
  await feed(home, ...begins, ...ends.toReversed());
  for (const format of ["text", "json", "ndjson", "trace"]) {
    const { code, stdout, stderr } = await home.run([
      "detail",
      "deep",
      "-o",
      format,
    ]);
    assertEquals([code, stderr], [0, ""], format);
    assertStringIncludes(stdout, format === "trace" ? "Task" : "T99");
  }
  const { stdout } = await home.run(["detail", "deep", "--spans", "--events"]);
  assertEquals(JSON.parse(stdout).spans.length, 1);
});

Deno.test("detail starts a daemon where none runs or one was killed, unless it may not", async () => {
  await using home = await tempHome();
  await (await home.startDaemon()).stop("SIGKILL");
  assertEquals((await home.run(["detail", "x", "--no-start"])).code, 3);
  assertEquals((await home.run(["status"])).code, 3);
  assertEquals((await home.run(["detail", "x"])).code, 1);
  assertEquals((await home.run(["status"])).code, 0);
});

Deno.test("detail --follow prints what comes, once, and ends at SIGINT with 130", async () => {
  await using home = await tempHome();
  await using _daemon = await home.startDaemon();
  const events = sampleSession("s1", START_MS);
  await feed(home, ...events.slice(0, 2));
  const process = home.spawn(["detail", "s1", "--follow"]);
  const next = async () => {
    const { record, seq } = JSON.parse(await process.nextLine() ?? "");
    return [record, seq];
  };
  assertEquals(await next(), ["session", undefined]);
  assertEquals(await next(), ["event", 0]);
  assertEquals(await next(), ["event", 1]);
  await feed(home, ...events.slice(2, 3));
  // The session's sums have changed, too.
  assertEquals(await next(), ["session", undefined]);
  assertEquals(await next(), ["event", 2]);
  process.signal("SIGINT");
  const { code, stderr } = await process.ended;
  assertEquals([code, stderr], [130, ""]);
});

Deno.test("detail --follow as one document is refused", async () => {
  await using home = await tempHome();
  for (const format of ["json", "trace"]) {
    const { code } = await home.run(["detail", "x", "--follow", "-o", format]);
    assertEquals(code, 64);
  }
});
