// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Makes each fault on purpose: `kaizen doctor` finds it, names it, and says what repairs it.
 * @module
 */
import { DatabaseSync } from "node:sqlite";
import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { Ajv2020 } from "ajv/2020";
import {
  answerLine,
  print,
  START_MS,
  userLine,
} from "../unit/transcripts/_transcripts.ts";
import { Disk } from "./_disk.ts";
import { feed, sampleSession } from "./_feed.ts";
import { Git, write } from "./_git.ts";
import { ALICE, hasUsers, homeOf, makeFolder, runAs } from "./_users.ts";
import { fakeDaemon, HELLO } from "./fake_daemon.ts";
import { type Home, type RunOptions, tempHome } from "./harness.ts";

const SCHEMA = JSON.parse(
  Deno.readTextFileSync(
    new URL("../../docs/schema/doctor.json", import.meta.url),
  ),
);
const isValid = new Ajv2020().compile(SCHEMA);

interface Found {
  check: string;
  level: string;
  message: string;
  repair: string | null;
}

/** Runs the doctor, checks what is so in any case, and returns what is not `ok`. */
async function examine(
  home: Home,
  options: RunOptions & { args?: string[] } = {},
): Promise<{ code: number; found: Found[]; all: Found[] }> {
  const { args = [], ...rest } = options;
  const { code, stdout, stderr } = await home.run(
    ["doctor", "--json", ...args],
    rest,
  );
  assertEquals(stderr, "");
  const report: { ok: boolean; findings: Found[] } = JSON.parse(stdout);
  assert(isValid(report), JSON.stringify(isValid.errors));
  assertEquals(code, report.ok ? 0 : 1);
  const found = report.findings.filter(({ level }) => level !== "ok");
  assertEquals(
    report.ok,
    found.every(({ level }) => level !== "fault"),
  );
  return { code, found, all: report.findings };
}

Deno.test("doctor --coverage finds a hook that does not run, and lets imported sessions be", async () => {
  await using home = await tempHome();
  await using _daemon = await home.startDaemon();
  const ask = async (...args: string[]) => {
    const { code, stdout, stderr } = await home.run([
      ...["doctor", "--coverage", ...args],
    ]);
    assertEquals(stderr, "");
    return { code, stdout };
  };
  const none = JSON.parse((await ask()).stdout);
  assertEquals([none.ok, none.agents, none.untold], [true, [], 0]);
  const tell = async (id: string, hooks: string[], calls = ["a"]) => {
    const folder = `${home.root}/user/.claude/projects/-repo-app`;
    await Deno.mkdir(folder, { recursive: true });
    const path = `${folder}/${id}.jsonl`;
    const more = { sessionId: id };
    const lines = ["a", "b"].flatMap((name, i) => [
      userLine(3 * i + 1, "go", more),
      answerLine(3 * i + 2, {
        id: `msg_${name}`,
        content: [{ type: "tool_use", id: name, name: "Bash", input: {} }],
        more,
      }),
    ]);
    await Deno.writeTextFile(path, print(lines));
    for (const tool_use_id of calls) {
      for (const hook_event_name of hooks) {
        await feed(home, {
          hook_event_name,
          session_id: id,
          transcript_path: path,
          timestamp_ms: START_MS,
          tool_name: "Bash",
          tool_use_id,
          tool_input: { command: "ls" },
          tool_response: {},
        });
      }
    }
  };
  await tell("whole", ["PreToolUse", "PostToolUse"], ["a", "b"]);
  await tell("0f0c2b1e-7d3a-4c0e-9a51-2f6d8b7c1a10", []);
  await home.run(["import"]);
  const half = "5f0c2b1e-7d3a-4c0e-9a51-2f6d8b7c1a10";
  await tell(half, ["PreToolUse"]);
  const { code, stdout } = await ask();
  const report = JSON.parse(stdout);
  assertEquals([code, report.ok, report.untold], [1, false, 0]);
  const counts = { calls: 2, by_hook: 1, in_subagents: 0, before: 0 };
  const missing = ["PreToolUse", "PostToolUse"];
  const kind = { agent: "claude", kind: "hooks" };
  assertEquals(report.agents, [
    { ...kind, sessions: 2, ...counts, calls: 4, by_hook: 3, missing },
    {
      ...{ agent: "claude", kind: "import" },
      ...{ sessions: 1, ...counts, by_hook: 0, missing },
    },
  ]);
  const only = await ask(half.slice(0, 4));
  assertEquals(only.code, 1);
  assertEquals(JSON.parse(only.stdout).sessions, [
    { id: half, workspace: home.workspace, ...kind, ...counts, missing },
  ]);
  const text = (await ask("-o", "text")).stdout;
  assertMatch(text, /^claude +hooks +2 +3 of 4 /m);
  assertMatch(text, /^5f0c\S* +claude +1 of 2 .* PreToolUse, PostToolUse$/m);
  assertMatch(
    text,
    /^The hooks of 1 session lack some calls: kaizen hooks status$/m,
  );
});

const faults = (found: Found[]) =>
  found.filter(({ level }) => level === "fault");

/** Runs the doctor, which must find exactly this one fault. */
async function expectFault(
  home: Home,
  check: string,
  message: RegExp,
  repair: RegExp,
): Promise<void> {
  const [fault, ...more] = faults((await examine(home)).found);
  assertEquals(more, []);
  assertEquals(fault?.check, check);
  assertMatch(fault?.message ?? "", message);
  assertMatch(fault?.repair ?? "", repair);
}

async function fill(home: Home): Promise<void> {
  await using _daemon = await home.startDaemon();
  const { socket, workspace } = home;
  await feed({ socket, workspace }, ...sampleSession("a", 1_800_000_000_000));
  await feed({ socket, workspace }, ...sampleSession("b", 1_800_000_100_000));
}

/** Changes the store of a daemon that is stopped. */
function alter(home: Home, sql: string): void {
  using db = new DatabaseSync(`${home.home}/store.db`);
  db.exec(sql);
}

Deno.test("doctor finds nothing to repair with a daemon, without one, and before the first event", async () => {
  await using home = await tempHome();
  const before = await examine(home);
  assertEquals(before.found.map(({ check, level }) => [check, level]), [
    ["home", "note"],
    ["daemon", "note"],
    ["store", "note"],
    ["hooks", "note"],
  ]);
  await fill(home);
  const stopped = await examine(home);
  assertEquals(stopped.code, 0);
  assert(
    stopped.all.some(({ check, message }) =>
      check === "store" && /2 sessions, 16 events, .* 2 sessions rebuilt/
        .test(message)
    ),
    JSON.stringify(stopped.all),
  );
  await using daemon = await home.startDaemon();
  const running = await examine(home);
  assertEquals(running.found.map(({ check }) => check), ["hooks"]);
  assert(
    running.all.some(({ message }) =>
      message.startsWith(`Process ${daemon.pid} answers`)
    ),
  );
  const names = await Array.fromAsync(Deno.readDir(home.home), (it) => it.name);
  assertEquals(names.filter((name) => /doctor/.test(name)), []);
});

Deno.test("doctor finds a home that is open, odd, a file or a link", async () => {
  await using home = await tempHome();
  await fill(home);
  await Deno.chmod(home.home, 0o755);
  await expectFault(home, "home", /open to other users.* 0755$/, /^chmod 700 /);
  await Deno.chmod(home.home, 0o777);
  const [first, second, ...more] = faults((await examine(home)).found);
  assertEquals([first?.check, second?.check, more], ["home", "daemon", []]);
  assertMatch(
    second?.message ?? "",
    /is not asked, as every user can write to/,
  );
  assertMatch(second?.repair ?? "", /^close that folder to other users/);
  await Deno.chmod(home.home, 0o700);
  await Deno.mkdir(`${home.home}/doctor-killed`);
  await expectFault(home, "home", /doctor-killed is left/, /^rm -r .*killed$/);
  await Deno.remove(`${home.home}/doctor-killed`);
  await Deno.writeTextFile(`${home.home}/notes.txt`, "");
  await Deno.mkdir(`${home.home}/prices.json`);
  await expectFault(home, "home", /not a plain file but a folder/, /^mv /);
  await Deno.remove(`${home.home}/prices.json`);
  const { found } = await examine(home);
  assert(
    found.some(({ message }) => /^notes\.txt is not a file of/.test(message)),
  );
  await Deno.rename(home.home, `${home.home}2`);
  await Deno.symlink(`${home.home}2`, home.home);
  for (const target of [`${home.home}2`, home.home]) {
    await Deno.remove(home.home);
    await Deno.symlink(target, home.home);
    await expectFault(home, "home", /is a symbolic link$/, /^set KAIZEN_HOME/);
  }
  await Deno.remove(home.home);
  await Deno.writeTextFile(home.home, "");
  const file = await examine(home);
  assertMatch(faults(file.found)[0]?.message ?? "", /is not a folder$/);
});

Deno.test({
  name: "doctor looks into no home of another user, and names that one fault",
  ignore: Deno.build.os !== "linux" || Deno.uid() !== 0,
  fn: async () => {
    await using home = await tempHome();
    await makeFolder(home.home, ALICE);
    await expectFault(
      home,
      "home",
      new RegExp(`belongs to user ${ALICE}, and this is user 0$`),
      /^run kaizen as the user of that home/,
    );
  },
});

Deno.test({
  name: "doctor names one fault of a home that cannot be made or looked at",
  ignore: !await hasUsers(),
  fn: async () => {
    await using home = await tempHome();
    const own = await homeOf(ALICE, home);
    const other = await makeFolder(`${home.root}/other`, 0);
    await write(`${own}/file`);
    await Deno.symlink("loop", `${own}/loop`);
    await Deno.chmod(own, 0o500);
    const env = { DENO_DIR: Deno.env.get("DENO_DIR") ?? "" };
    const places: [path: string, message: RegExp, repair: RegExp][] = [
      [`${own}/a/b`, /made: permission denied$/, /^chmod u\+rwx \S+$/],
      [`${own}/file/a`, /looked at: not a directory$/, /^set KAIZEN_HOME to a/],
      [`${own}/loop/a`, /looked at: too many/, /^set KAIZEN_HOME to a/],
      [`${other}/a`, /looked at: permission denied$/, /^set KAIZEN_HOME to a/],
    ];
    for (const [place, message, repair] of places) {
      const args = ["doctor", "--home", place];
      const { stdout } = await runAs(ALICE, args, home, { env });
      const [fault, ...more] = faults(JSON.parse(stdout).findings);
      assertEquals([fault?.check, more], ["home", []], stdout);
      assertMatch(fault?.message ?? "", message);
      assertMatch(fault?.repair ?? "", repair);
    }
    await Deno.chmod(own, 0o700);
  },
});

Deno.test({
  name: "doctor says that a disk is read-only, and what repairs it",
  ignore: !await Disk.isPossible(),
  fn: async () => {
    await using home = await tempHome();
    await using disk = await Disk.mount(home.home, "40m");
    await fill(home);
    assert(await disk.remount("ro"));
    await expectFault(
      home,
      "spool",
      /read-only file system$/,
      /^repair the disk, or mount it for writing$/,
    );
    const { found } = await examine(home);
    const daemon = found.find(({ check }) => check === "daemon");
    assertMatch(daemon?.message ?? "", /none can start: read-only file system/);
    assertMatch(daemon?.repair ?? "", /^repair the disk, or mount it/);
    assertEquals(
      found.filter(({ check }) => check === "store").map(({ message }) =>
        message
      ),
      ["Not looked at, as no copy of it can be made: read-only file system"],
    );
  },
});

Deno.test("a folder of other files, given as home or socket by mistake, is left as it is", async () => {
  await using home = await tempHome();
  const other = `${home.root}/other`;
  await Deno.mkdir(other);
  await Deno.writeTextFile(`${other}/thesis.txt`, "");
  await Deno.chmod(other, 0o755);
  const env = { KAIZEN_HOME: other };
  const hook = ["ingest", "hook", "--source", "claude"];
  const event = '{"hook_event_name":"Stop","session_id":"s"}';
  for (let n = 0; n < 2; n++) {
    const { code } = await home.run(hook, { env, stdin: event });
    assertEquals(code, 0);
    const start = await home.run(["sessions"], { env });
    assertEquals(start.code, 74);
    assertStringIncludes(start.stderr, "give it a folder of its own");
  }
  assertEquals((await Deno.stat(other)).mode! & 0o777, 0o755);
  const [fault, ...more] = faults((await examine(home, { env })).found);
  assertMatch(fault?.repair ?? "", /^set KAIZEN_HOME to a folder/);
  assertEquals(more, []);
  const file = { KAIZEN_HOME: `${other}/thesis.txt` };
  const [is] = faults((await examine(home, { env: file })).found);
  assertMatch(is?.repair ?? "", /^set KAIZEN_HOME to a folder/);
  await fill(home);
  const socket = { KAIZEN_SOCK: `${other}/thesis.txt` };
  const [none] = faults((await examine(home, { env: socket })).found);
  assertMatch(none?.repair ?? "", /^leave out --socket and KAIZEN_SOCK/);
});

Deno.test("a home is used although a hook has set a file aside in it", async () => {
  await using home = await tempHome();
  await Deno.mkdir(home.home, { recursive: true });
  await Deno.chmod(home.home, 0o755);
  await Deno.writeTextFile(`${home.home}/spool`, "");
  await Deno.mkdir(`${home.home}/lost+found`);
  const hook = ["ingest", "hook", "--source", "claude"];
  const event = '{"hook_event_name":"Stop","session_id":"s"}';
  await home.run(hook, { env: { KAIZEN_NO_START: "1" }, stdin: event });
  const entries = await Array.fromAsync(Deno.readDir(home.home));
  assert(entries.some(({ name }) => name.endsWith(".odd")));
  await using _daemon = await home.startDaemon();
  assertEquals((await Deno.stat(home.home)).mode! & 0o777, 0o700);
});

Deno.test("doctor says how to open a socket to its owner", async () => {
  await using home = await tempHome();
  await fill(home);
  await using _daemon = await home.startDaemon();
  await Deno.chmod(home.socket, 0);
  await expectFault(
    home,
    "daemon",
    /cannot be used by its owner/,
    /^chmod 600 /,
  );
});

Deno.test("doctor finds a socket that does not answer, or is none", async () => {
  await using home = await tempHome();
  await fill(home);
  await Deno.writeTextFile(home.socket, "");
  await expectFault(home, "daemon", /daemon\.sock is not a socket/, /^mv /);
  await Deno.remove(home.socket);
  {
    await using _silent = fakeDaemon(home.socket, () => {});
    await expectFault(
      home,
      "daemon",
      /listens at .* and does not answer/,
      /daemon start/,
    );
  }
  await using daemon = await home.startDaemon();
  daemon.signal("SIGSTOP");
  try {
    await expectFault(
      home,
      "daemon",
      /and does not answer: no answer in/,
      new RegExp(`^kill -9 ${daemon.pid}; kaizen daemon start`),
    );
  } finally {
    daemon.signal("SIGCONT");
  }
});

Deno.test("doctor waits for a daemon that is starting, stopping or busy", async () => {
  await using home = await tempHome();
  await fill(home);
  using file = await Deno.open(`${home.home}/daemon.pid`, { write: true });
  await file.lock(true);
  await file.truncate();
  await file.write(new TextEncoder().encode(`${Deno.pid}\n`));
  const status = JSON.stringify({
    type: "status",
    pid: Deno.pid,
    uptime_ms: 1000,
    queue_depth: 0,
    last_error: null,
  });
  let asked = 0;
  await using _daemon = fakeDaemon(home.socket, async ({ request, answer }) => {
    asked += 1;
    if (asked === 1) return;
    await answer(request["type"] === "hello" ? HELLO : status);
  });
  const { all } = await examine(home);
  assertEquals(
    all.filter(({ check }) => check === "daemon").map(({ message }) => message),
    [`Process ${Deno.pid} answers, up for 1 second`],
  );
});

Deno.test("doctor says why the last daemon failed, until one has started", async () => {
  await using home = await tempHome();
  await fill(home);
  const start = ["daemon", "start", "--background"];
  const path = `${home.home}/store.db`;
  await Deno.rename(path, `${path}.away`);
  await Deno.writeTextFile(path, "no database\n".repeat(1000));
  assertEquals((await home.run(start)).code, 74);
  assertEquals(
    faults((await examine(home)).found).map(({ check }) => check),
    ["daemon", "store"],
  );
  await Deno.rename(`${path}.away`, path);
  await expectFault(
    home,
    "daemon",
    /^No daemon runs, as the last one failed: .*store\.db/,
    /^once that is repaired: kaizen daemon start --background$/,
  );
  assertEquals((await home.run(start)).code, 0);
  assertEquals(faults((await examine(home)).found), []);
  await home.run(["stop"]);
});

Deno.test("doctor finds a lock that is held without a socket, and a daemon without its lock", async () => {
  await using home = await tempHome();
  await fill(home);
  {
    using file = await Deno.open(`${home.home}/daemon.pid`, { write: true });
    await file.lock(true);
    await file.truncate();
    await file.write(new TextEncoder().encode(`${Deno.pid}\n`));
    await expectFault(
      home,
      "daemon",
      new RegExp(`^Process ${Deno.pid} holds .*, but nothing listens`),
      new RegExp(`^kill ${Deno.pid}; `),
    );
  }
  await using daemon = await home.startDaemon();
  const { found } = await examine(home, {
    args: ["--socket", `${home.root}/other.sock`],
  });
  assertEquals(faults(found).map(({ repair }) => repair), [
    "leave out --socket and KAIZEN_SOCK, or give that daemon's; if it still " +
    `does not answer: kill ${daemon.pid}; kaizen daemon start --background`,
  ]);
  await Deno.remove(`${home.home}/daemon.pid`);
  const [fault] = faults((await examine(home)).found);
  assertMatch(fault?.message ?? "", /^The daemon \d+ does not hold/);
});

Deno.test("doctor tells a daemon of another version from one of another program", async () => {
  await using home = await tempHome();
  await fill(home);
  const hello = {
    type: "hello",
    proto_version: 1,
    daemon_version: "9.9.9",
    workspaces: [],
  };
  const status = {
    type: "status",
    pid: Deno.pid,
    uptime_ms: 1000,
    queue_depth: 0,
    last_error: null,
  };
  for (const store of [null, { bytes: 1, sessions: 0, events: 0 }]) {
    const answer = store === null ? status : { ...status, store };
    await using _daemon = fakeDaemon(home.socket, async (exchange) => {
      const isHello = exchange.request["type"] === "hello";
      await exchange.answer(JSON.stringify(isHello ? hello : answer));
    });
    const { found } = await examine(home);
    const version = found.find(({ check }) => check === "version");
    assertEquals(version?.level, store === null ? "note" : "fault");
    assertMatch(
      version?.message ?? "",
      store === null ? /9\.9\.9 of another program/ : /is 9\.9\.9, and this/,
    );
  }
});

Deno.test("doctor finds what is wrong in the spool", async () => {
  await using home = await tempHome();
  const hook = ["ingest", "hook", "--source", "claude"];
  const env = { KAIZEN_NO_START: "1" };
  const stdin = '{"hook_event_name":"Stop","session_id":"s","cwd":"/"}';
  await home.run(hook, { stdin, env });
  const waits = (await examine(home)).found
    .find(({ check }) => check === "spool");
  assertMatch(waits?.message ?? "", /^Waiting for a daemon: 1 event \(/);
  assertEquals(waits?.repair, "kaizen spool flush");
  await home.run(hook, { stdin: "", env });
  await expectFault(
    home,
    "spool",
    /^1 failure in hooks, the last (?:just now|\d+s ago): /,
    /^kaizen spool list; when it is read, kaizen spool purge$/,
  );
  // What is long past needs no repair.
  await Deno.writeTextFile(
    `${home.home}/spool/.failures`,
    `{"ms":${Date.now() - 25 * 3_600_000},"reason":"old","count":2}\n`,
  );
  const { code, found } = await examine(home);
  const past = found.find(({ message }) => /^2 failures/.test(message));
  assertEquals([code, past?.level], [0, "note"]);
  assertMatch(past?.message ?? "", /, the last 1d ago: old$/);
  await home.run(["spool", "purge", "--yes"]);
  await Deno.mkdir(`${home.home}/spool/v1-1-1-00000000.json`);
  await expectFault(home, "spool", /is not a file of kaizen$/, /^rm -r /);
  await Deno.remove(`${home.home}/spool/v1-1-1-00000000.json`);
  await Deno.remove(`${home.home}/spool`, { recursive: true });
  await Deno.writeTextFile(`${home.home}/spool`, "");
  await expectFault(home, "spool", /^The spool cannot keep events/, /^mv /);
});

Deno.test({
  name:
    "doctor gives one next step for a full disk, and none for it once there is space",
  ignore: !await Disk.isPossible(),
  fn: async () => {
    await using home = await tempHome();
    await using disk = await Disk.mount(home.home, "40m");
    await using _daemon = await home.startDaemon();
    const { socket, workspace } = home;
    await feed({ socket, workspace }, ...sampleSession("a", 1_800_000_000_000));
    await disk.fill();
    const hook = ["ingest", "hook", "--source", "claude"];
    const stdin = JSON.stringify({
      hook_event_name: "UserPromptSubmit",
      session_id: "a",
      cwd: workspace,
      prompt: "x".repeat(100_000),
    });
    // The files may still have some space.
    const lost = async () => {
      const { stdout } = await home.run(["status", "--json"]);
      return JSON.parse(stdout).spool.failures;
    };
    while (await lost() === 0) await home.run(hook, { stdin });
    const full = (await examine(home)).found;
    assertEquals(
      faults(full).map(({ check, message, repair }) => [
        check,
        message.replace(/\/\S+/, "/").replace(/^\d+ failures?/, "1 failure")
          .replace(/just now|\d+s ago/, "just now"),
        repair,
      ]),
      [
        [
          "disk",
          "The disk of / is full: 0 B free",
          "delete or move other files from this disk",
        ],
        [
          "daemon",
          "Its last error, just now, and nothing was stored since: Cannot store event: database or disk is full",
          "make room on the disk",
        ],
        [
          "spool",
          "The spool cannot keep events, so they are lost while no daemon takes them: no space left on device",
          "make room on the disk",
        ],
        [
          "spool",
          "1 failure in hooks, the last just now: no space left on device",
          "kaizen spool list; when it is read, kaizen spool purge",
        ],
      ],
    );
    assertEquals(
      full.filter(({ check }) => check === "store").map((
        { level, message },
      ) => [
        level,
        message,
      ]),
      [["note", "Not looked at, as the disk has no room for a copy of it"]],
    );
    await disk.empty();
    await home.run(["spool", "purge", "--yes"]);
    assertEquals((await home.run(hook, { stdin })).code, 0);
    const after = (await examine(home)).found;
    assertEquals(faults(after), []);
    assert(
      after.some(({ check, level, message }) =>
        check === "daemon" && level === "note" &&
        /^Its last error, (?:just now|\d+s ago): .* is full$/.test(message)
      ),
      JSON.stringify(after),
    );
  },
});

Deno.test("doctor finds a store that is damaged, foreign, from later, or no file", async () => {
  await using home = await tempHome();
  await fill(home);
  const path = `${home.home}/store.db`;
  const whole = await Deno.readFile(path);
  const damaged = whole.slice();
  damaged.fill(0xa5, Math.floor(whole.length / 2));
  await Deno.writeFile(path, damaged);
  await expectFault(home, "store", /is damaged/, /kaizen store restore FILE/);
  // SQLite describes this on two lines.
  const miscounted = whole.slice();
  miscounted[39] = 1;
  await Deno.writeFile(path, miscounted);
  await expectFault(
    home,
    "store",
    /^[^\n]* is damaged: Freelist: [^\n]+$/,
    /kaizen store restore FILE/,
  );
  await Deno.writeFile(path, whole);
  alter(home, "PRAGMA user_version = 99");
  await expectFault(home, "store", /version must be/, /newer version/);
  await Deno.writeFile(path, whole);
  alter(home, "PRAGMA application_id = 1");
  await expectFault(home, "store", /is not a store of kaizen/, /store\.db\*/);
  await Deno.remove(path);
  await Deno.mkdir(path);
  await expectFault(home, "home", /store\.db cannot be used/, /^mv /);
});

Deno.test("doctor says to restart a daemon whose store was removed", async () => {
  await using home = await tempHome();
  await fill(home);
  await using _daemon = await home.startDaemon();
  for (const end of ["", "-wal", "-shm"]) {
    await Deno.remove(`${home.home}/store.db${end}`);
  }
  await home.run(["ingest", "hook", "--source", "claude"], {
    stdin: '{"hook_event_name":"Stop","session_id":"s"}',
  });
  assertEquals(
    faults((await examine(home)).found)
      .filter(({ message }) =>
        message.includes("its files were moved or removed")
      )
      .map(({ check, repair }) => [check, repair]),
    [["daemon", "kaizen daemon restart"]],
  );
});

Deno.test("doctor finds a session that differs from its events, and one that lost some", async () => {
  await using home = await tempHome();
  await fill(home);
  const path = `${home.home}/store.db`;
  const whole = await Deno.readFile(path);
  const ofB = "(SELECT key FROM sessions WHERE id = CAST('b' AS BLOB))";
  for (
    const sql of [
      // Its calls, and its totals.
      `UPDATE events SET calls = CAST(replace(CAST(calls AS TEXT), 'Read', 'Rode') AS BLOB)
       WHERE session = ${ofB}`,
      `UPDATE sessions SET record = CAST(replace(CAST(record AS TEXT), '"tool_calls":', '"tool_calls":1') AS BLOB)
       WHERE key = ${ofB}`,
    ]
  ) {
    await Deno.writeFile(path, whole);
    alter(home, sql);
    await expectFault(
      home,
      "store",
      /^Differs from what the events say: 1 session, b$/,
      /restore FILE/,
    );
  }
  await Deno.writeFile(path, whole);
  alter(home, "DELETE FROM events WHERE key = (SELECT min(key) FROM events)");
  const { found } = await examine(home);
  assert(
    faults(found).some(({ message }) =>
      /^Events are not numbered in order: 1 session, a$/.test(message)
    ),
    JSON.stringify(found),
  );
  // --quick looks at none of it.
  assertEquals(faults((await examine(home, { args: ["--quick"] })).found), []);
});

Deno.test("doctor tells of agents without hooks, of hooks without a program, and of transcripts that go", async () => {
  await using home = await tempHome();
  await fill(home);
  const settings = `${home.root}/user/.claude/settings.json`;
  await Deno.mkdir(`${home.root}/user/.claude`, { recursive: true });
  const claude = async () =>
    (await examine(home)).all.filter(({ check }) =>
      check === "hooks" || check === "transcripts"
    );
  const [none, kept] = await claude();
  assertEquals(none, {
    check: "hooks",
    level: "fault",
    message: "Nothing is recorded, as there are no hooks: claude",
    repair: "kaizen hooks install claude",
  });
  assertMatch(kept?.message ?? "", /after 30 days, which is its default/);
  await Deno.writeTextFile(settings, '{"cleanupPeriodDays": 365}');
  assertMatch((await claude())[1]?.message ?? "", /for 365 days$/);
  await home.run(["hooks", "install", "claude", "--yes"]);
  assertEquals((await claude()).map(({ level }) => level), ["ok", "ok"]);
  await home.run(["hooks", "uninstall", "claude", "--yes"]);
  const program = `${home.root}/gone`;
  await Deno.writeTextFile(program, "#!/bin/sh\n", { mode: 0o755 });
  await home.run(["hooks", "install", "claude", "--yes", "--program", program]);
  await Deno.remove(program);
  const [gone] = await claude();
  assertEquals(gone?.level, "fault");
  assertMatch(
    gone?.message ?? "",
    /its hooks run .*\/gone, which is not there/,
  );
  await Deno.remove(settings);
  await Deno.mkdir(settings);
  const [broken] = await claude();
  assertEquals(broken?.level, "fault");
  assertMatch(broken?.message ?? "", /settings\.json/);
  assertEquals(
    broken?.repair,
    "correct that, then kaizen hooks install claude",
  );
});

Deno.test("doctor names the agents without hooks in one line, and the step of each that does not run its hooks", async () => {
  await using home = await tempHome();
  await fill(home);
  for (const name of [".codex", ".cursor", ".openclaw", ".vibe"]) {
    await Deno.mkdir(`${home.root}/user/${name}`);
  }
  await home.run(["hooks", "install", "codex", "openclaw", "--yes"]);
  const { found } = await examine(home);
  const hooks = found.filter(({ check }) => check === "hooks");
  assertEquals(
    hooks.map(({ level, message, repair }) => [level, message, repair]),
    [
      [
        "fault",
        "codex: does not run its hooks, which are not trusted yet",
        "type /hooks in Codex",
      ],
      [
        "fault",
        "openclaw: does not run its hooks, which are not enabled yet",
        "openclaw hooks enable kaizen",
      ],
      [
        "note",
        "cursor, vibe: have no hooks, so they are not recorded",
        "kaizen hooks install cursor vibe",
      ],
    ],
  );
});

Deno.test("doctor finds a mistake in config.toml", async () => {
  await using home = await tempHome();
  await fill(home);
  const path = `${home.home}/config.toml`;
  await Deno.writeTextFile(path, 'keep = "90d"\n');
  const { all } = await examine(home);
  assertEquals(
    all.filter(({ check }) => check === "config").map(({ level }) => level),
    ["ok"],
  );
  await Deno.writeTextFile(path, "[exclud]\n");
  await expectFault(home, "config", /"exclud" is no key of/, /^correct \//);
  await Deno.writeTextFile(path, "[exclude\n");
  await expectFault(
    home,
    "config",
    /^Cannot read ".*": .* \(line 1\)$/,
    /^correct \//,
  );
  await Deno.writeFile(path, Uint8Array.of(0x61, 0xff));
  await expectFault(
    home,
    "config",
    /^Cannot read ".*": it is not UTF-8$/,
    /^correct \//,
  );
});

Deno.test("doctor tells that config.toml excludes the folder, and by which pattern", async () => {
  await using home = await tempHome();
  await fill(home);
  const pattern = `${home.root}/*`;
  await Deno.writeTextFile(
    `${home.home}/config.toml`,
    `[exclude]\nworkspaces = ["~/none", "${pattern}"]\n`,
  );
  const notes = async (cwd: string) => {
    const { found } = await examine(home, { cwd });
    return found.filter(({ check }) => check === "config")
      .map(({ level, message }) => [level, message]);
  };
  assertEquals(await notes(home.workspace), [[
    "note",
    `No event of ${home.workspace} is recorded: "${pattern}" excludes it`,
  ]]);
  assertEquals(await notes("/"), []);
});

Deno.test("doctor names variables that keep events out, or are no use", async () => {
  await using home = await tempHome();
  await fill(home);
  const env = { KAIZEN_OFF: "1", KAIZEN_SPOOL_MAX_EVENTS: "10k" };
  const { found } = await examine(home, { env });
  for (const name of Object.keys(env)) {
    const faults = found.filter(({ repair }) => repair === `unset ${name}`);
    assertEquals(faults.map(({ level }) => level), ["fault"]);
  }
  const right = { KAIZEN_OFF: "0", KAIZEN_SPOOL_MAX_EVENTS: "10" };
  const { all } = await examine(home, { env: right });
  assertEquals(all.filter(({ repair }) => repair?.startsWith("unset")), []);
});

Deno.test("doctor knows every file that kaizen makes in a home, and the user's own", async () => {
  await using home = await tempHome();
  await fill(home);
  await Deno.writeTextFile(`${home.home}/config.toml`, 'keep = "90d"\n');
  await Deno.writeTextFile(`${home.home}/prices.json`, "{}");
  await home.run(["daemon", "start", "--background"]);
  await home.run(["ingest", "hook", "--source", "claude"], {
    stdin: '{"hook_event_name":"Stop","session_id":"s"}',
  });
  await home.run(["events"]);
  await Deno.mkdir(`${home.root}/user/.cursor`);
  await home.run(["hooks", "install", "cursor", "--yes"]);
  const names = await Array.fromAsync(Deno.readDir(home.home), (it) => it.name);
  for (const name of ["config.rules", "machine-id", "hooks", "daemon.log"]) {
    assert(names.includes(name), names.join(" "));
  }
  const { all } = await examine(home);
  assertEquals(
    all.filter(({ check }) => check === "home").map(({ level }) => level),
    ["ok"],
  );
});

Deno.test("doctor says that git is missing", async () => {
  await using home = await tempHome();
  const bin = `${home.root}/bin`;
  await Deno.mkdir(bin);
  for (const folder of (Deno.env.get("PATH") ?? "").split(":")) {
    const entries = await Array.fromAsync(Deno.readDir(folder)).catch(() => []);
    for (const { name } of entries) {
      if (name === "git") continue;
      await Deno.symlink(`${folder}/${name}`, `${bin}/${name}`).catch(() => {});
    }
  }
  const { found } = await examine(home, { env: { PATH: bin } });
  const git = found.find(({ message }) => message.startsWith("git: "));
  assertEquals([git?.message, git?.repair], [
    "git: Cannot run git: it is not on PATH, so no commit is found or recorded",
    "install git, or add its folder to PATH",
  ]);
});

Deno.test("doctor tells whether git runs its hooks, and what keeps it from that", async () => {
  await using home = await tempHome();
  const git = new Git(home);
  const repo = await git.init("repo");
  await write(`${repo}/a`);
  const look = async () => {
    const { stdout } = await home.run(["doctor", "--json", "--quick"], {
      cwd: repo,
    });
    const { findings }: { findings: Found[] } = JSON.parse(stdout);
    const found = findings.filter(({ message }) => /^git: /.test(message));
    assertEquals(found.length, 1, stdout);
    const [
      { level, message, repair } = { level: "", message: "", repair: "" },
    ] = found;
    return [level, message, repair];
  };
  const install = "kaizen hooks install git --project";
  assertEquals(await look(), [
    "ok",
    `git: hooks of your own in ${repo}/.git/hooks run kaizen`,
    null,
  ]);
  await Deno.remove(`${repo}/.git/hooks`, { recursive: true });
  const folder = `${repo}/.git/hooks`;
  assertEquals(await look(), [
    "note",
    `git: has no hooks in ${folder}, so its commits are not recorded`,
    install,
  ]);
  const program = `${home.root}/gone`;
  await Deno.writeTextFile(program, "#!/bin/sh\n", { mode: 0o755 });
  const added = await home.run(
    [...install.split(" ").slice(1), "--yes", "--program", program],
    { cwd: repo },
  );
  assertEquals(added.code, 0, added.stderr);
  assertEquals(await look(), [
    "ok",
    `git: hooks for 5 events in ${folder}`,
    null,
  ]);
  await Deno.remove(`${folder}/pre-push`);
  assertEquals(await look(), [
    "note",
    `git: 1 event without a hook in ${folder}: pre-push`,
    install,
  ]);
  await Deno.remove(program);
  assertEquals(await look(), [
    "fault",
    `git: its hooks run ${program}, which is not there`,
    install,
  ]);
  const line = 'kaizen ingest git post-commit "$@"\n';
  await Deno.mkdir(`${repo}/.husky/_`, { recursive: true });
  await Deno.mkdir(`${home.root}/shared`);
  const managers: [
    hooksPath: string,
    hook: string,
    file: string,
    who: RegExp,
  ][] = [
    [".husky/_", "", `${repo}/.husky/post-commit`, /^git: husky manages/],
    [
      ".git/lefthooks",
      "call_lefthook run post-commit",
      `${repo}/lefthook.yml`,
      /^git: lefthook manages/,
    ],
    [
      ".git/precommit",
      "# File generated by pre-commit: https://pre-commit.com",
      `${repo}/.pre-commit-config.yaml`,
      /^git: pre-commit manages/,
    ],
    [
      `${home.root}/shared`,
      "",
      `${home.root}/shared/post-commit`,
      /\(core\.hooksPath\), which may be others'/,
    ],
  ];
  for (const [path, hook, file, who] of managers) {
    await git.run(repo, "config", "core.hooksPath", path);
    const hooks = path.startsWith("/") ? path : `${repo}/${path}`;
    await Deno.mkdir(hooks, { recursive: true });
    await Deno.writeTextFile(`${hooks}/post-commit`, hook, { mode: 0o755 });
    const [level, message, repair] = await look();
    assertEquals(level, "note");
    assertMatch(message ?? "", who);
    assertMatch(message ?? "", /; they do not run kaizen$/);
    assertMatch(repair ?? "", /^add /);
    await Deno.writeTextFile(file, line);
    const [after, told] = await look();
    assertEquals(after, "ok");
    assertMatch(told ?? "", who);
    assertMatch(told ?? "", /; they run kaizen$/);
  }
});

Deno.test("doctor says in text what to run, and how much there is to repair", async () => {
  await using home = await tempHome();
  await fill(home);
  await Deno.chmod(home.home, 0o755);
  const { code, stdout } = await home.run(["doctor", "-o", "text"]);
  assertEquals(code, 1);
  assertMatch(stdout, /^✗ home .* 0755\n +→ chmod 700 .*\/h\n/);
  assertMatch(stdout, /\n\n1 fault to repair\.\n$/);
});
