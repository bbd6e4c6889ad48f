// SPDX-License-Identifier: AGPL-3.0-or-later
import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { feed, sampleSession } from "./_feed.ts";
import { fakeDaemon } from "./fake_daemon.ts";
import { type Home, tempHome } from "./harness.ts";

const HOUR = 3_600_000;
const MACHINE = "0123456789abcdef0123456789abcdef";

interface Listed {
  rows: {
    id: string;
    workspace: string;
    status: string;
    started_at_ms: number;
  }[];
  total: number;
  next_offset: number | null;
}

async function list(home: Home, ...args: string[]): Promise<Listed> {
  const { code, stdout, stderr } = await home.run(["sessions", ...args]);
  assertEquals([code, stderr], [0, ""]);
  return JSON.parse(stdout);
}

const ids = ({ rows }: Listed) => rows.map(({ id }) => id);

/** A home with a daemon and three sessions of one workspace, one of another. */
async function sampleHome(): Promise<
  AsyncDisposable & { home: Home; other: string; now: number }
> {
  const stack = new AsyncDisposableStack();
  const home = stack.use(await tempHome());
  stack.use(await home.startDaemon());
  const now = Date.now();
  const other = `${home.root}/other`;
  await Deno.mkdir(`${other}/.git`, { recursive: true });
  await Deno.mkdir(`${other}/deep/er`, { recursive: true });
  await feed(home, ...sampleSession("old", now - 50 * HOUR));
  await feed(home, ...sampleSession("middle", now - 2 * HOUR).slice(0, -1));
  await feed({ ...home, source: "cursor" }, {
    hook_event_name: "SessionStart",
    event: "SessionStart",
    session_id: "new",
    timestamp_ms: now - HOUR,
  });
  await feed(
    { ...home, workspace: other },
    ...sampleSession("elsewhere", now - 3 * HOUR),
  );
  return {
    home,
    other,
    now,
    [Symbol.asyncDispose]: () => stack[Symbol.asyncDispose](),
  };
}

Deno.test("sessions filters, pages and sorts", async () => {
  await using sample = await sampleHome();
  const { home, now } = sample;
  const table: [
    args: string[],
    ids: string[],
    total: number,
    next: number | null,
  ][] = [
    [[], ["new", "middle", "old"], 3, null],
    [["list"], ["new", "middle", "old"], 3, null],
    [["ls", "--limit", "1"], ["new"], 3, 1],
    [["--limit", "1", "--offset", "1"], ["middle"], 3, 2],
    [["--offset", "3"], [], 3, null],
    [["--limit", "0"], ["new", "middle", "old"], 3, null],
    [["--agent", "CLAU"], ["middle", "old"], 2, null],
    [["--agent", "nobody"], [], 0, null],
    [["--status", "done"], [], 0, null],
    [["--status", "RUNNING"], ["middle"], 1, null],
    [["--status", "idle"], ["new", "old"], 2, null],
    [["--since", "24h"], ["new", "middle"], 2, null],
    [["--since", "7d"], ["new", "middle", "old"], 3, null],
    [["--since", "90m"], ["new"], 1, null],
    [
      ["--since", new Date(now - 2 * HOUR - 1000).toISOString()],
      ["new", "middle"],
      2,
      null,
    ],
    [["--since", String(now - 90 * 60_000)], ["new"], 1, null],
    [["--agent", "claude", "--since", "24h"], ["middle"], 1, null],
  ];
  for (const [args, expected, total, next] of table) {
    const listed = await list(home, ...args);
    assertEquals(
      [ids(listed), listed.total, listed.next_offset],
      [expected, total, next],
      args.join(" "),
    );
  }
});

Deno.test("sessions asks about the workspace that its options name", async () => {
  await using sample = await sampleHome();
  const { home, other } = sample;
  const here = await list(home, "--workspace", `${other}/deep/er`);
  assertEquals(ids(here), ["elsewhere"]);
  assertEquals(ids(await list(home, "--project", "other")), ["elsewhere"]);
  const all = await list(home, "--all-workspaces");
  assertEquals(ids(all), ["new", "middle", "elsewhere", "old"]);
  assertEquals([all.total, all.next_offset], [4, null]);
  const some = await list(
    home,
    "--all-workspaces",
    "--limit",
    "2",
    "--offset",
    "1",
  );
  assertEquals([ids(some), some.next_offset], [["middle", "elsewhere"], 3]);
  const from = async (env: Record<string, string>, cwd: string) => {
    const { stdout } = await home.run(["sessions"], { env, cwd });
    return ids(JSON.parse(stdout));
  };
  assertEquals(await from({}, `${other}/deep`), ["elsewhere"]);
  assertEquals(await from({ KAIZEN_WORKSPACE: other }, home.workspace), [
    "elsewhere",
  ]);
});

Deno.test("sessions of a workspace reached by a symlink, or deleted since, are found", async () => {
  await using sample = await sampleHome();
  const { home, other } = sample;
  await Deno.symlink(other, `${home.root}/link`);
  assertEquals(ids(await list(home, "--workspace", `${home.root}/link`)), [
    "elsewhere",
  ]);
  await Deno.rename(other, `${other}-gone`);
  assertEquals(ids(await list(home, "--workspace", other)), ["elsewhere"]);
});

Deno.test("sessions --project that is unknown is exit 1, with the nearest name", async () => {
  await using sample = await sampleHome();
  const { code, stdout, stderr } = await sample.home.run([
    "sessions",
    "--project",
    "othr",
  ]);
  assertEquals(code, 1);
  assertEquals(JSON.parse(stdout).code, "not_found");
  assertStringIncludes(stderr, 'did you mean "other"?');
});

Deno.test("sessions --project that several workspaces are called lists them", async () => {
  await using sample = await sampleHome();
  const { home, other } = sample;
  const namesake = `${home.root}/deeper/other`;
  await Deno.mkdir(namesake, { recursive: true });
  await feed(
    { ...home, workspace: namesake },
    ...sampleSession("x", Date.now()),
  );
  const { code, stdout } = await home.run(["sessions", "--project", "other"]);
  assertEquals(code, 1);
  const error = JSON.parse(stdout);
  assertEquals([error.code, error.candidates.sort()], ["ambiguous", [
    namesake,
    other,
  ]]);
});

Deno.test("sessions -o ndjson prints a record a line", async () => {
  await using sample = await sampleHome();
  for (const args of [[], ["--limit", "0"], ["--all-workspaces"]]) {
    const { stdout } = await sample.home.run([
      "sessions",
      "-o",
      "ndjson",
      ...args,
    ]);
    const records = stdout.trimEnd().split("\n").map((line) =>
      JSON.parse(line)
    );
    assertEquals(records[0].id, "new");
    assert(records.length >= 3);
  }
});

Deno.test("sessions -o text prints a table, and says on stderr what it hides", async () => {
  await using sample = await sampleHome();
  const { stdout, stderr } = await sample.home.run([
    "sessions",
    "-o",
    "text",
    "--limit",
    "1",
  ]);
  const lines = stdout.trimEnd().split("\n");
  assertEquals(lines.length, 2);
  assert(lines[0]?.startsWith("ID   AGENT"));
  assert(lines[1]?.startsWith("new  cursor"));
  assertEquals(
    stderr,
    "kaizen: 2 more of 3: use --offset 1 for the next page, --limit 0 for all\n",
  );
});

Deno.test("sessions -o text without any explains where it looked, and where there are some", async () => {
  await using sample = await sampleHome();
  const empty = `${sample.home.root}/empty`;
  await Deno.mkdir(empty);
  const { code, stdout, stderr } = await sample.home.run(
    ["sessions", "-o", "text"],
    { cwd: empty },
  );
  assertEquals([code, stdout], [0, "(no sessions)\n"]);
  assertStringIncludes(stderr, `no session in ${empty}`);
  assertStringIncludes(
    stderr,
    `4 sessions in other workspaces, such as ${sample.home.workspace}: list them with --all-workspaces`,
  );
});

Deno.test("sessions -o text with a filter names another workspace only if a session there matches", async () => {
  await using sample = await sampleHome();
  const cwd = `${sample.home.root}/empty`;
  await Deno.mkdir(cwd);
  const hints: [args: string[], hint: RegExp][] = [
    [["--agent", "nosuch"], /^kaizen: no session matches in \S+\n$/],
    [["--status", "waiting"], /^kaizen: no session matches in \S+\n$/],
    [
      ["--agent", "claude"],
      /\nkaizen: \d matching sessions? in other workspaces/,
    ],
  ];
  for (const [args, hint] of hints) {
    const words = ["sessions", "-o", "text", ...args];
    const { code, stdout, stderr } = await sample.home.run(words, { cwd });
    assertEquals([code, stdout], [0, "(no sessions)\n"]);
    assertMatch(stderr, hint);
  }
});

Deno.test("a question that finds nothing names the home only if nothing was ever stored there", async () => {
  await using home = await tempHome();
  await using _daemon = await home.startDaemon();
  const questions: [args: string[], code: number][] = [
    [["sessions"], 0],
    [["sessions", "--agent", "x"], 0],
    [["sessions", "--project", "x"], 1],
    [["detail", "x"], 1],
    [["detail", "@latest"], 1],
    [["wait"], 1],
    [["events", "--agent", "x"], 0],
    [["grep", "nosuch"], 1],
    [["usage"], 0],
    [["commits"], 0],
  ];
  const ask = async () => {
    const told: boolean[] = [];
    for (const [args, expected] of questions) {
      const { code, stderr } = await home.run([...args, "-o", "text"]);
      assertEquals(code, expected, `${args}: ${stderr}`);
      told.push(
        stderr.includes(
          `nothing is stored yet in ${home.home} (KAIZEN_HOME)\n`,
        ),
      );
    }
    return told;
  };
  assertEquals(await ask(), questions.map(() => true));
  const payload =
    '{"hook_event_name":"SessionStart","session_id":"a","cwd":"/elsewhere"}';
  const words = ["ingest", "--source", "claude", "--workspace", "/elsewhere"];
  assertEquals((await home.run(words, { stdin: payload })).code, 0);
  assertEquals(await ask(), questions.map(() => false));
});

Deno.test("a question that finds nothing names the setting of its home or socket only if there is one", async () => {
  await using home = await tempHome();
  const HOME = `${home.root}/user`;
  const unset = { HOME, KAIZEN_HOME: undefined, KAIZEN_SOCK: undefined };
  const socket = `${home.root}/s.sock`;
  const cases: [
    args: string[],
    env: Record<string, string | undefined>,
    words: string,
  ][] = [
    [[], {}, `nothing is stored yet in ${HOME}/.kaizen\n`],
    [["--home", home.home], {}, `stored yet in ${home.home} (--home)\n`],
    [[], { KAIZEN_HOME: home.home }, `yet in ${home.home} (KAIZEN_HOME)\n`],
    [["--socket", socket], {}, `the daemon of ${socket} (--socket) has`],
    [[], { KAIZEN_SOCK: socket }, `the daemon of ${socket} (KAIZEN_SOCK) has`],
  ];
  for (const [args, set, words] of cases) {
    const env = { ...unset, ...set };
    const { stderr } = await home.run(["sessions", "-o=text", ...args], {
      env,
    });
    assertStringIncludes(stderr, words);
    assertEquals((await home.run(["stop", ...args], { env })).code, 0);
  }
});

Deno.test("sessions without any names the next step: to install hooks, or to look at those there are", async () => {
  await using home = await tempHome();
  await using _daemon = await home.startDaemon();
  const env = { HOME: `${home.root}/user` };
  await Deno.mkdir(`${env.HOME}/.claude`, { recursive: true });
  const ask = async () =>
    (await home.run(["sessions", "-o", "text"], { env })).stderr;
  assertStringIncludes(await ask(), "agents: kaizen hooks install\n");
  const install = ["hooks", "install", "claude", "--yes"];
  assertEquals((await home.run(install, { env })).code, 0);
  assertStringIncludes(await ask(), "last ran: kaizen hooks status\n");
  await Deno.writeTextFile(`${env.HOME}/.claude/settings.json`, "{");
  assertStringIncludes(await ask(), "last ran: kaizen hooks status\n");
});

Deno.test("sessions starts a daemon where none runs, unless it may not", async () => {
  await using home = await tempHome();
  for (const refusal of [["--no-start"], []]) {
    const env = refusal.length === 0 ? { KAIZEN_NO_START: "1" } : {};
    const { code, stderr } = await home.run(["sessions", ...refusal], { env });
    assertEquals(code, 3);
    assertStringIncludes(stderr, home.socket);
    assertStringIncludes(stderr, "kaizen daemon start --background");
  }
  assertEquals(ids(await list(home)), []);
  assertEquals((await home.run(["status"])).code, 0);
});

Deno.test("sessions --limit 0 reads all pages, and takes a session once that moves while they are read", async () => {
  await using home = await tempHome();
  await Deno.mkdir(home.home);
  const row = (id: string) =>
    `{"id":"${id}","agent":"a","model":null,"workspace":"/w","started_at_ms":18446744073709551615,"ended_at_ms":null,"status":"Done","trace_path":"","x":1.0}`;
  await using daemon = fakeDaemon(home.socket, ({ request, answer }) =>
    answer(
      request.offset === 0
        ? `{"type":"sessions","rows":[${row("a")},${
          row("b")
        }],"total":3,"next_offset":2}`
        : `{"type":"sessions","rows":[${row("b")},${
          row("c")
        }],"total":4,"next_offset":null}`,
    ));
  const { stdout } = await home.run(["sessions", "--limit", "0"]);
  assertEquals(
    stdout,
    `{"type":"sessions","rows":[${row("a")},${row("b")},${
      row("c")
    }],"total":4,"next_offset":null}\n`,
  );
  assertEquals(daemon.requests.map(({ offset, limit }) => [offset, limit]), [
    [0, 1000],
    [2, 1000],
  ]);
});

Deno.test("sessions -o text asks no hundreds of workspaces for a hint", async () => {
  await using home = await tempHome();
  await Deno.mkdir(home.home);
  const workspaces = Array.from({ length: 300 }, (_, n) => `/w/${n}`);
  await using daemon = fakeDaemon(
    home.socket,
    ({ request, answer }) =>
      answer(
        request.type === "hello"
          ? JSON.stringify({
            type: "hello",
            proto_version: 1,
            daemon_version: "1",
            workspaces,
          })
          : '{"type":"sessions","rows":[],"total":0,"next_offset":null}',
      ),
  );
  const { stdout, stderr } = await home.run(["sessions", "-o", "text"]);
  assertEquals(stdout, "(no sessions)\n");
  assertStringIncludes(
    stderr,
    "300 other workspaces may have some: list them with --all-workspaces",
  );
  const asked = daemon.requests.filter(({ type }) => type === "list_sessions");
  assertEquals(asked.length, 1);
});

Deno.test("sessions --watch prints what changes, and ends at SIGINT with 130", async () => {
  await using home = await tempHome();
  await using _daemon = await home.startDaemon();
  const now = Date.now();
  await feed(home, ...sampleSession("s1", now).slice(0, 2));
  const process = home.spawn(["sessions", "--watch", "20ms"]);
  assertEquals(JSON.parse(await process.nextLine() ?? "").id, "s1");
  await feed(home, ...sampleSession("s2", now + 1));
  // Its events come one by one; what is printed may skip some, but not the last.
  let last = JSON.parse(await process.nextLine() ?? "");
  while (last.status !== "Idle") {
    last = JSON.parse(await process.nextLine() ?? "");
  }
  assertEquals(last.id, "s2");
  process.signal("SIGINT");
  const { code, stderr } = await process.ended;
  assertEquals([code, stderr], [130, ""]);
});

Deno.test("sessions --watch asks a daemon that sends events only after one of them", async () => {
  await using home = await tempHome();
  await Deno.mkdir(home.home);
  const looked = Promise.withResolvers<void>();
  const shown = Promise.withResolvers<void>();
  let looks = 0;
  let status = "Running";
  await using daemon = fakeDaemon(home.socket, async (exchange) => {
    const { request, answer, conn } = exchange;
    if (request.type === "watch_events") {
      await answer(
        `{"type":"watch","state":"begin","cursor":"0","machine":"${MACHINE}"}`,
      );
      await shown.promise;
      status = "Waiting";
      await answer(
        `{"type":"event","cursor":"1","machine":"${MACHINE}","workspace":"/w","agent":"a","event":{}}`,
      );
      assertEquals(await conn.read(new Uint8Array(1)), null);
      return;
    }
    await answer(
      `{"type":"sessions","rows":[{"id":"s1","agent":"a","model":null,"workspace":"/w","started_at_ms":1,"ended_at_ms":null,"status":"${status}","trace_path":""}],"total":1,"next_offset":null}`,
    );
    if (++looks === 2) looked.resolve();
  });
  // It would ask a thousand times a second otherwise.
  const process = home.spawn(["sessions", "--watch", "1ms"]);
  const next = async () => JSON.parse(await process.nextLine() ?? "").status;
  assertEquals(await next(), "Running");
  await looked.promise;
  shown.resolve();
  assertEquals(await next(), "Waiting");
  process.signal("SIGINT");
  await process.ended;
  assertEquals(daemon.requests.map(({ type }) => type), [
    "list_sessions",
    "watch_events",
    "list_sessions",
    "list_sessions",
  ]);
});

Deno.test("sessions --watch -o json is refused, as it is one document", async () => {
  await using home = await tempHome();
  assertEquals(
    (await home.run(["sessions", "--watch", "-o", "json"])).code,
    64,
  );
});
