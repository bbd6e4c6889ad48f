// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Puts something else in the place of each file of the home. A named pipe that is opened, a device
 * that is read to its end or a link that is followed would hang a command, and the test with it.
 */
import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { ALICE } from "./_users.ts";
import {
  type Finished,
  type Home,
  programCommand,
  tempHome,
} from "./harness.ts";

const HOOK = ["ingest", "hook", "--source", "claude"];
const START = ["daemon", "start", "--background"];
/** A file with holes of this size would fill the memory. */
const HUGE_BYTES = 3 * 1024 ** 3;

/** Makes something at paths at which nothing is. */
type Make = (paths: readonly string[]) => Promise<void>;

const each = (make: (path: string) => Promise<unknown>): Make => (paths) =>
  Promise.all(paths.map(make)).then(() => {});

let binds = 0;

const KINDS = {
  "a named pipe": (paths) => runTool("mkfifo", ...paths),
  "a socket": each(async (path) => {
    // A listener that is closed removes what is at its path.
    const bound = `${path.slice(0, path.lastIndexOf("/"))}/bound${binds++}`;
    using _listener = Deno.listen({ transport: "unix", path: bound });
    await Deno.rename(bound, path);
  }),
  "a link to a device": each((path) => Deno.symlink("/dev/zero", path)),
  "a link to nothing": each((path) => Deno.symlink("/nowhere/at/all", path)),
  "a link to itself": each((path) => Deno.symlink(path, path)),
  "a folder": each((path) => Deno.mkdir(`${path}/inside`, { recursive: true })),
  "a file that its owner may not read": each((path) =>
    Deno.writeTextFile(path, "", { mode: 0o000 })
  ),
  "a file of 3 GiB": each(async (path) => {
    using file = await Deno.open(path, { createNew: true, write: true });
    await file.truncate(HUGE_BYTES);
  }),
} satisfies Record<string, Make>;

/** Files that a daemon needs, in the order in which it opens them. */
const NEEDED = [
  ...["daemon.pid", "daemon.log", "store.db", "store.db-wal", "store.db-shm"],
  ...["store.db-journal", "daemon.sock.lock", "daemon.sock"],
];
/** Files that are skipped, or made anew. */
const PASSED_OVER = [
  "config.rules",
  "prices.json",
  "daemon.err",
  "daemon.log.1",
  "daemon.start",
  "flush.start",
  "machine-id",
  "turn.sock",
  "store.db-damaged",
  "store.db-probe",
  "store.db-restored",
  "hooks/journal.json",
  "spool/.attempts",
  "spool/.failures",
  "spool/.lock",
  "spool/.news",
  "spool/.sizes",
  "spool/.tmp-1-aa",
  "spool/v1-1-1-aa.json",
  "spool/rejected/v1-1-1-aa.rejected",
];
/** The names under which the spool lists the events among them. */
const SPOOLED = PASSED_OVER.filter((name) => /v1-|\.tmp-/.test(name))
  .map((name) => name.replace("spool/", ""));

/**
 * A plain file of any content is as good as an empty one here: SQLite takes neither for its own, or
 * it is written anew.
 */
const USABLE: Record<string, readonly string[]> = {
  // A daemon that was killed leaves one.
  "a socket": ["daemon.sock"],
  "a file of 3 GiB": [
    ...["daemon.pid", "daemon.log", "daemon.sock.lock"],
    ...["store.db-wal", "store.db-shm", "store.db-journal"],
  ],
};

async function runTool(program: string, ...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(program, { args })
    .output();
  assert(success, new TextDecoder().decode(stderr));
}

const isRoot = Deno.build.os === "linux" && Deno.uid() === 0;
/** Root may read everything, so all runs are another user's. */
const asUser = isRoot
  ? ["setpriv", `--reuid=${ALICE}`, `--regid=${ALICE}`].concat(
    "--clear-groups",
  )
  : [];
const hasUser = !isRoot || await canRun();

async function canRun(): Promise<boolean> {
  try {
    const [program = "", ...args] = [...asUser, ...programCommand()];
    const command = new Deno.Command(program, { args: [...args, "--version"] });
    return (await command.output()).success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Runs the program as the user to whom the home belongs. */
async function run(
  home: Home,
  args: readonly string[],
  options: { stdin?: string; env?: Record<string, string> } = {},
): Promise<Finished> {
  return await home.run(args, {
    ...options,
    program: [...asUser, ...programCommand()],
  });
}

async function giveAway(home: Home): Promise<void> {
  if (!isRoot) return;
  await runTool("chown", "-hR", `${ALICE}:${ALICE}`, home.root);
}

/** Runs a hook, which must be silent. */
async function record(
  home: Home,
  session: string,
  text?: string,
): Promise<void> {
  const { code, stdout, stderr } = await run(home, HOOK, {
    stdin: text ?? JSON.stringify({
      session_id: session,
      transcript_path: `${home.workspace}/${session}.jsonl`,
      cwd: home.workspace,
      hook_event_name: "Stop",
      stop_hook_active: false,
    }),
    env: { KAIZEN_NO_START: "1" },
  });
  assertEquals([code, stdout, stderr], [0, "", ""]);
}

async function json(
  home: Home,
  args: readonly string[],
  codes: readonly number[] = [0],
): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await run(home, [...args, "--json"]);
  assert(codes.includes(code), `${args.join(" ")}: ${code} ${stderr}${stdout}`);
  return JSON.parse(stdout);
}

/** Waits until the daemon has all events, and returns their sessions. */
async function storedSessions(home: Home): Promise<string[]> {
  assertEquals((await json(home, ["spool", "flush", "--rejected"])).left, 0);
  const { rows } = await json(home, ["sessions", "--all-workspaces"]);
  assert(Array.isArray(rows));
  return rows.map(({ id }) => id).sort();
}

async function faults(home: Home): Promise<string> {
  const { findings } = await json(home, ["doctor"], [1]);
  assert(Array.isArray(findings));
  return findings.filter(({ level }) => level !== "ok")
    .map(({ message, repair }) => `${message} -> ${repair}\n`).join("");
}

/** Makes a home with nothing in it but odd files. */
async function oddHome(
  make: Make,
  names: readonly string[],
): Promise<Home> {
  const home = await tempHome();
  await Deno.mkdir(home.home, { mode: 0o700 });
  await putIn(home, make, names);
  return home;
}

async function putIn(
  home: Home,
  make: Make,
  names: readonly string[],
): Promise<void> {
  await make(names.map((name) => `${home.home}/${name}`));
  await giveAway(home);
}

/** Whether a text has a name that does not go on after that. */
function hasName(text: string, name: string): boolean {
  return text.split(name).slice(1).some((rest) => !/^[\w.]/.test(rest));
}

/** Checks that a text has all of these names. */
function assertNames(text: string, names: readonly string[]): void {
  assertEquals(names.filter((name) => !hasName(text, name)), [], text);
}

for (const [kind, make] of Object.entries(KINDS)) {
  Deno.test({
    name: `${kind} in the place of a file that a daemon can do without`,
    ignore: !hasUser,
    async fn() {
      await using home = await tempHome();
      await Deno.mkdir(home.home, { mode: 0o700 });
      for (const name of ["spool", "spool/rejected", "hooks"]) {
        await Deno.mkdir(`${home.home}/${name}`, { mode: 0o700 });
      }
      await putIn(home, make, PASSED_OVER);
      await record(home, "before");
      const { spool } = await json(home, ["status"], [3]);
      // A file is taken for an event until it is read.
      if (!kind.includes("a file")) {
        assertNames(JSON.stringify(spool), SPOOLED);
      }
      assertEquals((await json(home, START)).started, true);
      await record(home, "after");
      assertEquals(await storedSessions(home), ["after", "before"]);
      assertNames(await faults(home), ["machine-id", "prices.json"]);
      const install = ["hooks", "install", "claude", "--yes"];
      assertNames((await run(home, install)).stderr, ["hooks/journal.json"]);
      const { odd } = await json(home, ["spool", "status"]);
      const still = JSON.stringify(odd);
      assertEquals(SPOOLED.filter((name) => !still.includes(name)), []);
      assertEquals((await json(home, ["stop"])).stopped, true);
    },
  });

  Deno.test({
    name: `${kind} in the place of a folder, or of the configuration`,
    ignore: !hasUser,
    async fn() {
      await using home = await oddHome(make, ["spool", "hooks"]);
      await record(home, "kept");
      await putIn(home, make, ["spool/rejected"]);
      await record(home, "", "no JSON");
      await putIn(home, make, ["config.toml"]);
      await record(home, "without content");
      const { spool } = await json(home, ["status"], [3]);
      const { pending, rejected, failures, last_failure } = Object(spool);
      assertEquals([pending, rejected, failures], [2, 1, 1]);
      assertNames(last_failure.reason, ["config.toml"]);
      assertEquals((await json(home, START)).started, true);
      assertEquals(await storedSessions(home), ["kept", "without content"]);
      assertNames(await faults(home), [
        "config.toml",
        ...kind === "a folder" ? [] : ["hooks"],
      ]);
      const undo = await run(home, ["hooks", "uninstall", "--yes"]);
      assertMatch(
        undo.stderr,
        kind === "a folder"
          ? /^$/
          : /Cannot use ".*\/hooks" as .*: move it away/,
      );
      assertEquals((await json(home, ["stop"])).stopped, true);
    },
  });

  Deno.test({
    name: `${kind} in the place of a file that a daemon needs`,
    ignore: !hasUser,
    async fn() {
      const usable = USABLE[kind] ?? [];
      const odd = NEEDED.filter((name) => !usable.includes(name));
      await using home = await oddHome(make, odd);
      await record(home, "kept");
      const status = await run(home, ["status"]);
      assert([3, 74].includes(status.code), status.stderr);
      assertMatch(status.stdout, /Cannot use/);
      assertNames(await faults(home), odd);
      const stop = await run(home, ["stop"]);
      assert([0, 74].includes(stop.code), stop.stderr);
      const sessions = await run(home, ["sessions"]);
      assertEquals(sessions.code, 74, sessions.stderr);
      // A start names the first that it meets.
      for (const name of odd) {
        // Only a daemon in the background has a log.
        const words = name === "daemon.log" ? START : ["daemon", "run"];
        const { code, stderr } = await run(home, words);
        assertEquals(code, 74, `${name}: ${stderr}`);
        assertNames(stderr, [name]);
        assertMatch(stderr, /move it away|chmod u\+rw/);
        await Deno.remove(`${home.home}/${name}`, { recursive: true });
      }
      assertEquals((await json(home, START)).started, true);
      assertEquals(await storedSessions(home), ["kept"]);
      assertEquals((await json(home, ["stop"])).stopped, true);
    },
  });

  Deno.test({
    name: `${kind} in the place of a file under a running daemon`,
    ignore: !hasUser,
    async fn() {
      await using home = await tempHome();
      await startWith(home, "before");
      const names = ["spool/.news", "store.db", "daemon.sock"];
      for (const name of names) {
        const path = `${home.home}/${name}`;
        await Deno.rename(path, `${path}.ours`);
        await putIn(home, make, [name]);
        await record(home, name);
        await run(home, ["sessions"]);
        if (name !== "daemon.sock") await json(home, ["status"]);
        await Deno.remove(path, { recursive: true });
        await Deno.rename(`${path}.ours`, path);
      }
      await run(home, ["stop"]);
      assertEquals((await json(home, START)).started, true);
      assertEquals(await storedSessions(home), ["before", ...names].sort());
      assertEquals((await json(home, ["stop"])).stopped, true);
    },
  });
}

/** Starts the first daemon of a home, with an event of one session. */
async function startWith(home: Home, session: string): Promise<void> {
  await giveAway(home);
  assertEquals((await json(home, START)).started, true);
  await record(home, session);
}

for (const name of ["store.db", "store.db-journal"]) {
  Deno.test({
    name: `a named pipe in the place of ${name} keeps no restore waiting`,
    ignore: !hasUser,
    async fn() {
      await using home = await tempHome();
      await startWith(home, "kept");
      const backup = `${home.workspace}/backup`;
      await json(home, ["store", "backup", backup]);
      assertEquals((await json(home, ["stop"])).stopped, true);
      if (name === "store.db") await Deno.remove(`${home.home}/store.db`);
      await putIn(home, KINDS["a named pipe"], [name]);
      assertEquals((await json(home, ["store", "restore", backup])).events, 1);
    },
  });
}

Deno.test({
  name:
    "a store that its owner may not write is named, and used again after that",
  ignore: !hasUser,
  async fn() {
    await using home = await tempHome();
    await startWith(home, "kept");
    assertEquals((await json(home, ["stop"])).stopped, true);
    await Deno.chmod(`${home.home}/store.db`, 0o400);
    const path = `${home.home}/store.db`;
    const why = "its owner may not write it";
    assertStringIncludes(
      await faults(home),
      `${path} cannot be used: ${why} -> chmod u+rw ${path}\n`,
    );
    const backup = ["store", "backup", `${home.root}/user/copy`];
    for (const words of [backup, START]) {
      const { message } = JSON.parse((await run(home, words)).stdout);
      assertStringIncludes(
        message,
        `"${path}" as ${why}: run chmod u+rw "${path}"`,
      );
    }
    const { fault } = await json(home, ["status"], [3]);
    assertEquals(fault, `Cannot use "${path}" as ${why}: run kaizen doctor`);
    // SQLite would give them the store's mode.
    const names = [...Deno.readDirSync(home.home)].map(({ name }) => name);
    assertEquals(names.filter((name) => /-(?:wal|shm)$/.test(name)), []);
    await Deno.chmod(`${home.home}/store.db`, 0o600);
    assertEquals((await json(home, START)).started, true);
    assertEquals(await storedSessions(home), ["kept"]);
    assertEquals((await json(home, ["stop"])).stopped, true);
  },
});

Deno.test({
  name:
    "a folder of rejected files that its owner may not read loses no event, and is named",
  ignore: !hasUser,
  async fn() {
    await using home = await tempHome();
    const rejected = `${home.home}/spool/rejected`;
    await Deno.mkdir(rejected, { recursive: true, mode: 0o700 });
    await Deno.chmod(rejected, 0o000);
    await giveAway(home);
    await record(home, "kept");
    const { spool } = await json(home, ["status"], [3]);
    assertEquals([Object(spool).pending, Object(spool).odd], [1, ["rejected"]]);
    const { stdout } = await run(home, ["spool", "list"]);
    assertMatch(stdout, /its owner may not read it: run chmod u\+rwx/);
    assertEquals((await json(home, START)).started, true);
    assertEquals(await storedSessions(home), ["kept"]);
    assertEquals((await json(home, ["stop"])).stopped, true);
  },
});

Deno.test({
  name:
    "plain files of 3 GiB in the place of files of a daemon are no obstacle",
  ignore: !hasUser,
  async fn() {
    const make = KINDS["a file of 3 GiB"];
    await using home = await oddHome(make, USABLE["a file of 3 GiB"] ?? []);
    await record(home, "kept");
    assertEquals((await json(home, START)).started, true);
    assertEquals(await storedSessions(home), ["kept"]);
    assertEquals((await json(home, ["stop"])).stopped, true);
  },
});
