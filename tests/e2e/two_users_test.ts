// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Alice records, Mallory is another user of the machine, and root does something in Alice's home.
 * `spool_disk_test.ts` has the spool of a home that belongs to another.
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { connect, exists } from "./_socket.ts";
import { hasStrace, readCalls, traced } from "./_strace.ts";
import {
  ALICE,
  hasUsers,
  homeOf,
  makeFolder,
  MALLORY,
  runAs,
} from "./_users.ts";
import { type Home, IS_BINARY, programCommand, tempHome } from "./harness.ts";

const HOOK = ["ingest", "hook", "--source", "claude"];
const SECRET = "the launch code is 0000";
const EVENT = JSON.stringify({
  hook_event_name: "UserPromptSubmit",
  session_id: "s",
  transcript_path: "/nowhere/s.jsonl",
  permission_mode: "default",
  prompt: SECRET,
});
const ignore = !await hasUsers();

/** Starts Alice's daemon in the background, and ends it with the test. */
async function startAlices(
  home: Home,
  env: Record<string, string> = {},
): Promise<AsyncDisposable> {
  const args = ["daemon", "start", "--background"];
  const { code, stderr } = await runAs(ALICE, args, home, { env });
  assertEquals([code, stderr], [0, ""]);
  return {
    async [Symbol.asyncDispose]() {
      await runAs(ALICE, ["stop"], home, { env });
    },
  };
}

/** Checks that a command refuses a home that belongs to another user, and names that user. */
async function assertRefused(
  uid: number,
  words: readonly string[],
  home: Home,
  folder: string,
  owner: number,
): Promise<void> {
  const env = { KAIZEN_HOME: folder, KAIZEN_NO_START: "" };
  const { code, stderr } = await runAs(uid, words, home, { env });
  assertEquals(code, 74, `${words.join(" ")}: ${stderr}`);
  assertStringIncludes(stderr, `user ${owner}`);
}

/** All files below a folder, with their owners, modes, sizes and times of change. */
async function snapshot(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    const { uid, mode, size, mtime } = await Deno.lstat(path);
    const facts = [uid, (mode ?? 0).toString(8), size, mtime?.getTime()];
    found.push(`${path} ${facts.join(" ")}`);
    if (isDirectory) found.push(...await snapshot(path));
  }
  return found.sort();
}

Deno.test({
  name:
    "everything that a daemon and a hook make is private from its first moment on, under an open umask",
  // A binary has no launcher, and refuses this umask.
  ignore: ignore || IS_BINARY || !await hasStrace(),
  async fn() {
    await using home = await tempHome();
    const own = `${await homeOf(ALICE, home)}/.kaizen`;
    const shared = await makeFolder(`${home.root}/shared`, 0, 0o1777);
    const env = { KAIZEN_SOCK: `${shared}/s` };
    const log = `${shared}/trace`;
    const calls = "umask,chmod,mkdir,mkdirat,bind,open,openat,openat2,creat";
    const open = ["/bin/sh", "-c", 'umask 0; exec "$@"', "sh"];
    const program = [...open, ...traced(log, calls)];
    const hook = await runAs(ALICE, HOOK, home, { stdin: EVENT, program });
    assertEquals([hook.code, hook.stdout, hook.stderr], [0, "", ""]);
    const hooks = readCalls(await Deno.readTextFile(log));
    await Deno.remove(log);
    const daemon = runAs(ALICE, ["daemon", "run"], home, { env, program });
    const wait = ["status", "--wait", "20s"];
    assertEquals((await runAs(ALICE, wait, home, { env })).code, 0);
    assertEquals(
      ((await Deno.lstat(env.KAIZEN_SOCK)).mode ?? 0) & 0o777,
      0o600,
    );
    await runAs(ALICE, ["stop"], home, { env });
    assertEquals((await daemon).code, 0);
    const daemons = readCalls(await Deno.readTextFile(log));
    let made = 0;
    let umask = "000";
    for (const { name, args } of [...hooks, ...daemons]) {
      if (name === "umask" && args !== "") umask = args;
      if (name === "bind") {
        made++;
        const isInHome = args.includes(`"${own}/`);
        assert(isInHome || umask === "077", `umask ${umask}: ${args}`);
      }
      const mode = /, 0(\d{3})$/.exec(args)?.[1];
      if (!args.includes(`"${own}`) || mode === undefined) continue;
      if (!name.startsWith("mkdir") && !args.includes("O_CREAT")) continue;
      made++;
      // SQLite makes its files with 0644, but opens one that we made with 0600.
      const isStore = args.includes(`"${own}/store.db"`) && mode === "644";
      assert(isStore || mode.endsWith("00"), `${name}(${args})`);
    }
    assert(made > 8, `${made}`);
    for (const entry of await snapshot(own)) {
      assert(/ (?:40700|100600) /.test(entry), entry);
    }
  },
});

Deno.test({
  name:
    "another user reads nothing of a home, connects to no socket of it, and stops no daemon",
  ignore,
  async fn() {
    await using home = await tempHome();
    const shared = await makeFolder(`${home.root}/shared`, 0, 0o1777);
    const alices = `${await homeOf(ALICE, home)}/.kaizen`;
    const env = { KAIZEN_SOCK: `${shared}/s` };
    await using _daemon = await startAlices(home, env);
    await runAs(ALICE, HOOK, home, { stdin: EVENT, env });
    for (
      const words of [
        ["status"],
        ["sessions"],
        ["detail", "s"],
        ["events"],
        ["grep", "launch"],
        ["store", "backup", `${shared}/copy`],
        ["stop"],
      ]
    ) {
      for (const theirs of [env, { KAIZEN_HOME: alices }]) {
        const { code, stdout, stderr } = await runAs(MALLORY, words, home, {
          env: theirs,
        });
        const name = words.join(" ");
        assert([3, 4, 74].includes(code), `${name}: ${code} ${stderr}`);
        assert(!`${stdout}${stderr}`.includes(SECRET), name);
        assert(!/^ {4}at |this is a bug/m.test(stderr), stderr);
      }
    }
    const detail = await runAs(ALICE, ["detail", "s"], home, { env });
    assertEquals(JSON.parse(detail.stdout).events.length, 1);
  },
});

Deno.test({
  name: "a hook gives its event to no socket of another user, in any folder",
  ignore,
  async fn() {
    await using home = await tempHome();
    const sticky = await makeFolder(`${home.root}/sticky`, 0, 0o1777);
    const open = await makeFolder(`${home.root}/open`, ALICE, 0o777);
    const theirs = await makeFolder(`${home.root}/theirs`, MALLORY, 0o755);
    for (const folder of [sticky, open, theirs]) {
      const path = `${folder}/s`;
      using listener = Deno.listen({ transport: "unix", path });
      await Deno.chmod(path, 0o777);
      await Deno.chown(path, MALLORY, MALLORY);
      const env = { KAIZEN_SOCK: path };
      const hook = await runAs(ALICE, HOOK, home, { stdin: EVENT, env });
      assertEquals([hook.code, hook.stdout, hook.stderr], [0, "", ""], folder);
      const status = await runAs(ALICE, ["status"], home, { env });
      assertEquals(status.code, 74, status.stdout);
      assertStringIncludes(status.stderr, `user ${MALLORY}`);
      // The first to connect is this test: neither the hook nor `status` has.
      const accepted = listener.accept();
      using _mine = await connect(path);
      using conn = await accepted;
      _mine.close();
      assertEquals(await conn.read(new Uint8Array(64)), null, folder);
    }
    const { stdout } = await runAs(ALICE, ["spool", "status"], home);
    assertEquals(JSON.parse(stdout).pending, 3);
  },
});

Deno.test({
  name:
    "no event goes to a socket below a folder in which another user could replace a part of its path",
  ignore,
  async fn() {
    await using home = await tempHome();
    const open = await makeFolder(`${home.root}/open`, 0, 0o777);
    const theirs = await makeFolder(`${home.root}/theirs`, MALLORY, 0o755);
    const own = await homeOf(ALICE, home);
    await makeFolder(`${open}/h`, ALICE);
    await makeFolder(`${theirs}/h`, ALICE);
    await makeFolder(`${own}/h`, ALICE);
    const inOpen = `every user can write to "${open}"`;
    const inTheirs = `"${theirs}" belongs to user ${MALLORY}`;
    await Deno.symlink(`${own}/h`, `${open}/link`);
    await Deno.symlink(`${open}/h`, `${own}/link`);
    await Deno.symlink(theirs, `${own}/above`);
    const places = [
      [`${open}/h`, inOpen],
      [`${open}/link`, inOpen],
      [`${own}/link`, inOpen],
      [`${theirs}/h`, inTheirs],
      [`${own}/above/h`, `user ${MALLORY}`],
    ] as const;
    for (const [folder, words] of places) {
      const path = `${folder}/daemon.sock`;
      {
        using _listener = Deno.listen({ transport: "unix", path });
        await Deno.chown(path, ALICE, ALICE);
        for (const env of [{ KAIZEN_SOCK: path }, { KAIZEN_HOME: folder }]) {
          const { code, stdout, stderr } = await runAs(
            ALICE,
            ["status"],
            home,
            {
              env,
            },
          );
          // It would wait for an answer if it connected.
          assertEquals(code, 74, stdout);
          assertStringIncludes(stderr, words, folder);
        }
        const env = { KAIZEN_SOCK: path };
        const hook = await runAs(ALICE, HOOK, home, { stdin: EVENT, env });
        assertEquals([hook.code, hook.stdout, hook.stderr], [0, "", ""]);
      }
      if (await exists(path)) await Deno.remove(path);
    }
    const { stdout } = await runAs(ALICE, ["spool", "status"], home);
    assertEquals(JSON.parse(stdout).pending, places.length);
  },
});

Deno.test({
  name:
    "no daemon listens where another user could replace a part of its socket's path",
  ignore,
  async fn() {
    await using home = await tempHome();
    const open = await makeFolder(`${home.root}/open`, 0, 0o777);
    const theirs = await makeFolder(`${home.root}/theirs`, MALLORY, 0o777);
    const places = [
      [open, `every user can write to "${open}"`],
      [theirs, `"${theirs}" belongs to user ${MALLORY}`],
    ] as const;
    for (const [folder, words] of places) {
      for (const uid of [ALICE, 0]) {
        const env = { KAIZEN_SOCK: `${folder}/s` };
        const run = await runAs(uid, ["daemon", "run"], home, { env });
        assertEquals(run.code, 74, run.stdout);
        assertStringIncludes(run.stderr, words);
      }
      assertEquals(await snapshot(folder), []);
    }
  },
});

Deno.test({
  name:
    "root records in no home that another user could replace by a link, and says why",
  ignore,
  async fn() {
    await using home = await tempHome();
    const alices = await homeOf(ALICE, home);
    const open = await makeFolder(`${home.root}/open`, 0, 0o777);
    await Deno.symlink(`${alices}/h`, `${await homeOf(0, home)}/link`);
    for (const folder of [`${alices}/h`, `${open}/h`]) {
      await makeFolder(folder, 0);
    }
    const places = [
      [`${alices}/h`, `"${alices}" belongs to user ${ALICE}`],
      [`${home.root}/home-0/link/deep`, `user ${ALICE}`],
      [`${open}/h`, `every user can write to "${open}"`],
    ] as const;
    for (const [KAIZEN_HOME, words] of places) {
      const env = { KAIZEN_HOME };
      const hook = await runAs(0, HOOK, home, { stdin: EVENT, env });
      assertEquals([hook.code, hook.stdout, hook.stderr], [0, "", ""]);
      for (const command of [["daemon", "run"], ["spool", "flush"]]) {
        const { code, stderr } = await runAs(0, command, home, { env });
        assertEquals(code, 74, stderr);
        assertStringIncludes(stderr, words);
      }
    }
    assertEquals(await snapshot(`${alices}/h`), []);
    assertEquals(await snapshot(`${open}/h`), []);
    const own = await runAs(0, ["status"], home);
    const { pending, last_failure } = JSON.parse(own.stdout).spool;
    assertEquals(pending, places.length);
    assertStringIncludes(JSON.stringify(last_failure.reason), "every user");
  },
});

Deno.test({
  name:
    "a name in a shared folder that another user has taken stops recording there, with words, and loses no event",
  ignore,
  async fn() {
    await using home = await tempHome();
    const sticky = await makeFolder(`${home.root}/sticky`, 0, 0o1777);
    const taken = `${sticky}/alice`;
    await makeFolder(taken, MALLORY, 0o777);
    const env = { KAIZEN_HOME: taken };
    const hook = await runAs(ALICE, HOOK, home, { stdin: EVENT, env });
    assertEquals([hook.code, hook.stdout, hook.stderr], [0, "", ""]);
    for (const words of [["daemon", "run"], ["sessions"], ["spool", "list"]]) {
      await assertRefused(ALICE, words, home, taken, MALLORY);
    }
    assertEquals(await snapshot(taken), []);
    const { stdout } = await runAs(ALICE, ["spool", "status"], home);
    assertEquals(JSON.parse(stdout).pending, 1);
  },
});

Deno.test({
  name:
    "root in a user's home changes nothing there, follows none of the user's links, and records in its own",
  ignore,
  async fn() {
    await using home = await tempHome();
    const theirs = `${await homeOf(ALICE, home)}/.kaizen`;
    const secrets = await makeFolder(`${home.root}/secrets`, 0);
    await Deno.writeTextFile(`${secrets}/key`, "of root", { mode: 0o600 });
    const first = await runAs(ALICE, HOOK, home, { stdin: EVENT });
    assertEquals(first.code, 0);
    for (
      const link of [
        "daemon.log",
        "daemon.err",
        "spool/v1-1",
        "spool/.failures",
      ]
    ) await Deno.symlink(`${secrets}/key`, `${theirs}/${link}`);
    await Deno.symlink(secrets, `${theirs}/spool/rejected`);
    const before = [...await snapshot(theirs), ...await snapshot(secrets)];
    const env = { KAIZEN_HOME: theirs };
    for (let n = 0; n < 2; n++) {
      const hook = await runAs(0, HOOK, home, { stdin: EVENT, env });
      assertEquals([hook.code, hook.stdout, hook.stderr], [0, "", ""]);
    }
    for (
      const words of [
        ["daemon", "run"],
        ["daemon", "start", "--background"],
        ["sessions"],
        ["spool", "flush"],
        ["spool", "purge", "--yes"],
        ["store", "backup", `${secrets}/copy`],
        ["store", "restore", `${secrets}/key`],
      ]
    ) await assertRefused(0, words, home, theirs, ALICE);
    const after = [...await snapshot(theirs), ...await snapshot(secrets)];
    assertEquals(after, before);
    const own = await runAs(0, ["status"], home);
    const { pending, last_failure } = JSON.parse(own.stdout).spool;
    assertEquals(pending, 2);
    assertStringIncludes(JSON.stringify(last_failure), `user ${ALICE}`);
    assertEquals(await exists(`${await homeOf(0, home)}/.kaizen/spool`), true);
  },
});

Deno.test({
  name: "root writes no backup to a folder in which a user could replace it",
  ignore,
  async fn() {
    await using home = await tempHome();
    const theirs = await homeOf(ALICE, home);
    const link = `${await homeOf(0, home)}/link`;
    await Deno.symlink(theirs, link);
    for (const folder of [theirs, link]) {
      const words = ["store", "backup", `${folder}/copy`];
      const { code, stderr } = await runAs(0, words, home);
      assertEquals(code, 74, stderr);
      assertStringIncludes(stderr, `user ${ALICE}`);
    }
    assertEquals(await snapshot(theirs), []);
  },
});

Deno.test({
  name:
    "an event goes to a socket below a folder of root, of the unknown user of a container, or of a group",
  ignore,
  async fn() {
    await using home = await tempHome();
    const folders = [
      await makeFolder(`${home.root}/root`, 0, 0o755),
      await makeFolder(`${home.root}/unknown`, 65_534, 0o755),
      await makeFolder(`${home.root}/group`, 0, 0o775),
    ];
    for (const above of folders) {
      const folder = await makeFolder(`${above}/h`, ALICE);
      const env = { KAIZEN_HOME: folder };
      await using _daemon = await startAlices(home, env);
      const hook = await runAs(ALICE, HOOK, home, { stdin: EVENT, env });
      assertEquals([hook.code, hook.stderr], [0, ""]);
      const { stdout } = await runAs(ALICE, ["sessions"], home, {
        env: { ...env, KAIZEN_WORKSPACE: "/" },
      });
      assertStringIncludes(stdout, '"id":"s"', above);
    }
  },
});

Deno.test({
  name: "hooks install leaves settings alone that belong to another user",
  ignore,
  async fn() {
    await using home = await tempHome();
    const theirs = await makeFolder(`${home.root}/theirs`, MALLORY, 0o777);
    const path = `${theirs}/settings.json`;
    await Deno.writeTextFile(path, "{}");
    await Deno.chmod(path, 0o666);
    await Deno.chown(path, MALLORY, MALLORY);
    const own = await makeFolder(
      `${await homeOf(ALICE, home)}/.claude`,
      ALICE,
    );
    await Deno.symlink(path, `${own}/settings.json`);
    const install = ["hooks", "install", "claude", "--yes"];
    for (const words of [install, [...install, "--dry-run"]]) {
      const { code, stderr } = await runAs(ALICE, words, home);
      assertEquals(code, 74, stderr);
      assertStringIncludes(stderr, `user ${MALLORY}`);
    }
    assertEquals(await Deno.readTextFile(path), "{}");
  },
});

Deno.test({
  name: "no compiled code is taken from a folder of another user",
  ignore,
  async fn() {
    await using home = await tempHome();
    const theirs = await makeFolder(`${home.root}/theirs`, MALLORY, 0o755);
    const above = await makeFolder(`${theirs}/.cache`, MALLORY, 0o755);
    const DENO_DIR = await makeFolder(`${above}/deno`, MALLORY, 0o777);
    const runs = [[ALICE, { HOME: theirs }], [0, { DENO_DIR }]] as const;
    for (const [uid, env] of runs) {
      const { code } = await runAs(uid, ["--version"], home, { env });
      assertEquals(code, 0);
      // The runtime would make its databases there.
      assertEquals(await snapshot(DENO_DIR), [], `${uid}`);
    }
  },
});

Deno.test({
  name:
    "root whose runtime does not start makes nothing behind a link of a user, or in a user's folder",
  ignore: ignore || IS_BINARY,
  async fn() {
    await using home = await tempHome();
    await homeOf(0, home);
    const roots = await makeFolder(`${home.root}/roots`, 0);
    const alices = await homeOf(ALICE, home);
    const limit = 'ulimit -v 4000000; exec "$@"';
    const program = ["sh", "-c", limit, "sh", ...programCommand()];
    const env = { HOME: alices };
    const hook = async () => {
      const before = await snapshot(home.root);
      const run = await runAs(0, HOOK, home, { stdin: EVENT, env, program });
      assertEquals([run.code, run.stdout, run.stderr], [0, "", ""]);
      assertEquals(await snapshot(home.root), before);
    };
    await Deno.symlink(roots, `${alices}/.kaizen`);
    await hook();
    await Deno.remove(`${alices}/.kaizen`);
    await makeFolder(`${alices}/.kaizen`, 0);
    await hook();
  },
});

Deno.test({
  name:
    "root changes no settings of a user and no service, and follows no link of the user to a file of root's",
  ignore,
  async fn() {
    await using home = await tempHome();
    await homeOf(0, home);
    const roots = await makeFolder(`${home.root}/roots`, 0);
    const key = `${roots}/kaizen.service`;
    const settings = `${roots}/settings.json`;
    await Deno.writeTextFile(key, "of root: kaizen daemon install");
    await Deno.writeTextFile(settings, "{}");
    const alices = await homeOf(ALICE, home);
    const agent = await makeFolder(`${alices}/.claude`, ALICE);
    const above = await makeFolder(`${alices}/.config`, ALICE);
    const unit = `${await makeFolder(`${above}/systemd`, ALICE)}/user`;
    const env = { HOME: alices };
    /** Makes links one after the other, and checks that each changes nothing. */
    const tryLinks = async (links: [string, string][], lines: string[][]) => {
      for (const [target, path] of links) {
        await Deno.symlink(target, path);
        const before = await snapshot(home.root);
        for (const words of lines) {
          const { code, stderr } = await runAs(0, words, home, { env });
          assertEquals(code, 74, stderr);
          assertStringIncludes(stderr, `user ${ALICE}`);
        }
        assertEquals(await snapshot(home.root), before, path);
        await Deno.remove(path);
      }
    };
    const service = [["daemon", "install"], ["daemon", "uninstall"]];
    await tryLinks([[roots, unit]], service);
    await makeFolder(unit, ALICE);
    const name = `${unit}/kaizen.service`;
    await tryLinks([[key, `${name}.new`], [key, name]], service);
    const install = [["hooks", "install", "claude", "--yes"]];
    await tryLinks([[settings, `${agent}/settings.json`]], install);
    await Deno.remove(agent);
    await tryLinks([[roots, agent]], install);
  },
});

Deno.test({
  name: "a home that cannot be made names the folder that lacks the permission",
  ignore,
  async fn() {
    await using home = await tempHome();
    await makeFolder(`${await homeOf(ALICE, home)}/.claude`, ALICE);
    const closed = await makeFolder(`${home.root}/closed`, ALICE, 0o500);
    for (
      const [words, folder] of [
        [["hooks", "install", "claude", "--yes"], `${closed}/a/b`],
        [["daemon", "start", "--background"], `${closed}/a`],
      ] as const
    ) {
      const env = {
        KAIZEN_HOME: folder,
        DENO_DIR: Deno.env.get("DENO_DIR") ?? "",
      };
      const { code, stderr } = await runAs(ALICE, words, home, { env });
      assertEquals(code, 74, stderr);
      assertStringIncludes(stderr, `: you may not write to "${closed}"\n`);
    }
  },
});
