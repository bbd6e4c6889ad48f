// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Everything that the runtime would obey before our code runs: a hook, a command and a daemon
 * started by a hook must not notice.
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { type Home, IS_BINARY, programCommand, tempHome } from "./harness.ts";
import { isInstalled, Terminal } from "./_terminal.ts";

const EVENT = (session: string) =>
  JSON.stringify({
    session_id: session,
    hook_event_name: "UserPromptSubmit",
    prompt: "fix it",
  });

/** Code that leaves a trace in each place that runs it. */
async function makeForeignCode(home: Home): Promise<string> {
  const path = `${home.root}/foreign.js`;
  await Deno.writeTextFile(
    path,
    `console.log("foreign"); try { Deno.writeTextFileSync("${home.root}/trace", "") } catch {}`,
  );
  return path;
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch {
    return false;
  }
}

/** Runs a hook and a status; both must end as they do without any of it. */
async function checkAll(
  home: Home,
  name: string,
  env: Record<string, string>,
): Promise<void> {
  const hook = await home.run(["ingest", "hook", "--source", "claude"], {
    stdin: EVENT(name),
    env,
  });
  assertEquals([hook.code, hook.stdout, hook.stderr], [0, "", ""], name);
  const status = await home.run(["status", "--wait", "10s"], { env });
  assertEquals([status.code, status.stderr], [0, ""], name);
  assertEquals(JSON.parse(status.stdout).running, true, name);
  await home.run(["spool", "flush"], { env });
  const detail = await home.run(["detail", name], { env });
  assertEquals(JSON.parse(detail.stdout).events.length, 1, name);
}

Deno.test({
  name:
    "variables that are meant for Node and Deno reach neither hooks, commands nor the daemon",
  // A binary has no launcher; docs/cli.md says what it obeys.
  ignore: IS_BINARY,
  async fn() {
    await using home = await tempHome();
    const foreign = await makeForeignCode(home);
    await new Deno.Command("mkfifo", { args: [`${home.root}/pipe`] }).output();
    const some: Record<string, Record<string, string>> = {
      require: { NODE_OPTIONS: `--require ${foreign}` },
      import: { NODE_OPTIONS: `--import ${foreign}` },
      inspect: { NODE_OPTIONS: "--inspect-brk=127.0.0.1:0" },
      heap: { NODE_OPTIONS: "--max-old-space-size=4096" },
      unknown: { NODE_OPTIONS: "--no-such-flag" },
      broker: { DENO_PERMISSION_BROKER_PATH: `${home.root}/none` },
      entry: { DENO_INTERNAL_CHILD_ENTRYPOINT: foreign },
      v8: { DENO_V8_FLAGS: "--no-such-flag" },
      complete: { COMPLETE: "bash" },
      log: { DENO_LOG: "trace", RUST_LOG: "trace", RUST_BACKTRACE: "full" },
      otel: { OTEL_DENO: "1", OTEL_EXPORTER_OTLP_PROTOCOL: "console" },
      coverage: {
        DENO_COVERAGE_DIR: `${home.root}/coverage`,
        NODE_V8_COVERAGE: `${home.root}/coverage`,
      },
      language: { LANG: "x".repeat(100) },
      languages: { LC_ALL: "x".repeat(16), LC_MESSAGES: "x".repeat(16) },
      zone: { TZ: `${home.root}/pipe` },
      zones: { TZ: `../../../../../..${home.root}/pipe` },
      phases: { DENO_STARTUP_PHASES: "1", DENO_TRACE_PERMISSIONS: "1" },
    };
    for (const [name, env] of Object.entries(some)) {
      // The first hook starts the daemon, with all of it in its environment.
      await checkAll(home, name, env);
    }
    assertEquals(await exists(`${home.root}/trace`), false);
    assertEquals(await exists(`${home.root}/coverage`), false);
  },
});

Deno.test({
  name:
    "an .npmrc in the user's home, however odd, stops neither hooks, commands nor the daemon",
  ignore: IS_BINARY,
  async fn() {
    await using home = await tempHome();
    const path = `${home.root}/user/.npmrc`;
    const odd: Record<string, () => Promise<unknown>> = {
      token: () => Deno.writeTextFile(path, "registry=${NOT_SET}\n"),
      garbage: () => Deno.writeTextFile(path, "{{{[[[\n=\n${\n"),
      folder: () => Deno.mkdir(path),
      link: () => Deno.symlink("/nowhere", path),
      fifo: async () => {
        await new Deno.Command("mkfifo", { args: [path] }).output();
      },
    };
    for (const [name, make] of Object.entries(odd)) {
      await make();
      await checkAll(home, name, {});
      await Deno.remove(path);
    }
  },
});

Deno.test({
  name: "the default home is below the user's HOME, which may be missing",
  async fn() {
    await using home = await tempHome();
    const env = { KAIZEN_HOME: undefined };
    const here = await home.run(["status"], { env });
    assertEquals(
      JSON.parse(here.stdout).socket,
      `${home.root}/user/.kaizen/daemon.sock`,
    );
    const none = await home.run(["status"], {
      env: { ...env, HOME: undefined },
    });
    assertEquals(none.code, 74);
    assertEquals(JSON.parse(none.stdout).code, "home_unusable");
  },
});

/** The ways to start a daemon. */
const WAYS = {
  foreground: null,
  background: ["daemon", "start", "--background"],
  "by a hook": ["ingest", "hook", "--source", "claude"],
} as const;

/** Starts a program after lines of `sh`, which can do to a process what Deno cannot. */
function after(lines: string): string[] {
  return ["/bin/sh", "-c", `${lines}\nexec "$0" "$@"`, ...programCommand()];
}

/** Lists all paths of the test but those of the home. */
async function listOutside(home: Home): Promise<string[]> {
  const found: string[] = [];
  const visit = async (folder: string) => {
    for await (const { name, isDirectory } of Deno.readDir(folder)) {
      const path = `${folder}/${name}`;
      if (path === home.home) continue;
      found.push(path);
      // Deno cannot read a folder whose name is not UTF-8.
      if (isDirectory && !name.includes("\ufffd")) await visit(path);
    }
  };
  await visit(home.root);
  return found.sort();
}

/** Lists the TCP and UDP sockets of a process; none on a system without `/proc`. */
async function listPorts(pid: number): Promise<string[]> {
  if (Deno.build.os !== "linux") return [];
  const sockets = new Set<string>();
  for await (const { name } of Deno.readDir(`/proc/${pid}/fd`)) {
    try {
      const target = await Deno.readLink(`/proc/${pid}/fd/${name}`);
      sockets.add(/^socket:\[(\d+)\]$/.exec(target)?.[1] ?? "");
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  const ports: string[] = [];
  for (const table of ["tcp", "tcp6", "udp", "udp6"]) {
    const text = await Deno.readTextFile(`/proc/net/${table}`);
    for (const line of text.split("\n").slice(1)) {
      const fields = line.trim().split(/\s+/);
      if (fields[9] !== undefined && sockets.has(fields[9])) ports.push(line);
    }
  }
  return ports;
}

/** Starts a daemon in an odd environment, sends it an event in an ordinary one, and stops it. */
async function checkDaemon(
  home: Home,
  way: keyof typeof WAYS,
  { name, env = {}, lines = "" }: {
    name: string;
    env?: Record<string, string>;
    lines?: string;
  },
): Promise<void> {
  const where = `${name}, ${way}`;
  const before = await listOutside(home);
  const options = { env, program: after(lines), stdin: EVENT(where) };
  const words = WAYS[way];
  const daemon = words === null ? await home.startDaemon(options) : null;
  if (words !== null) {
    const { code, stdout, stderr } = await home.run(words, options);
    assertEquals([code, stderr], [0, ""], where);
    if (way === "by a hook") assertEquals(stdout, "", where);
  }
  const status = await home.run(["status", "--wait", "10s"]);
  const { running, pid } = JSON.parse(status.stdout);
  assertEquals([status.code, running], [0, true], where);
  if (way !== "by a hook") {
    await home.run(["ingest", "hook", "--source", "claude"], {
      stdin: EVENT(where),
    });
  }
  await home.run(["spool", "flush"]);
  const detail = await home.run(["detail", where]);
  assertEquals(JSON.parse(detail.stdout).events.length, 1, where);
  assertEquals(await listPorts(pid), [], where);
  assertEquals((await home.run(["stop"])).code, 0, where);
  if (daemon !== null) {
    const { code, stderr } = await daemon.ended;
    // On a busy machine the hook does not wait for its answer.
    const usual = /^\{.*(?:"info"|"client went away").*\n/gm;
    assertEquals([code, stderr.replaceAll(usual, "")], [0, ""]);
  }
  assertEquals(await listOutside(home), before, where);
  // Else the next hook starts no daemon for a minute.
  await Deno.remove(`${home.home}/daemon.start`).catch(() => {});
}

/** Variables that a shell, systemd, git, SQLite or the C library obeys. */
const OTHERS =
  `BASH_ENV BASHOPTS CDPATH ENV GIT_CONFIG_GLOBAL GIT_DIR GIT_EXEC_PATH GIT_TRACE
GIT_WORK_TREE IFS LC_ALL LC_MESSAGES LISTEN_FDS LISTEN_FDNAMES LISTEN_PID LOCPATH NLSPATH NODE_PATH
NOTIFY_SOCKET OLDPWD POSIXLY_CORRECT PS4 PWD SHELLOPTS SQLITE_TMPDIR TMP TMPDIR TZ TZDIR WATCHDOG_PID
WATCHDOG_USEC XDG_CACHE_HOME XDG_CONFIG_HOME XDG_RUNTIME_DIR KAIZEN_CWD KAIZEN_FAULT KAIZEN_SESSION
KAIZEN_SPOOL_MAX_EVENTS KAIZEN_USER_HOME KAIZEN_WORKSPACE here runtime cache command hook daemon`
    .split(/\s+/);

/** Returns the names of all variables that the launcher hides, and of others. */
async function listVariables(): Promise<string[]> {
  const launcher = await Deno.readTextFile(
    new URL("../../scripts/kaizen", import.meta.url),
  );
  const [, hidden = ""] = /^ {2}unset (COMPLETE [^#]*)/m.exec(launcher) ?? [];
  return [...hidden.split(/[\s\\]+/).filter((name) => name !== ""), ...OTHERS];
}

for (const way of ["foreground", "background", "by a hook"] as const) {
  Deno.test({
    name: `a daemon works with odd values in every variable: ${way}`,
    ignore: IS_BINARY,
    async fn() {
      await using home = await tempHome();
      const foreign = await makeForeignCode(home);
      const pipe = `${home.root}/pipe`;
      await new Deno.Command("mkfifo", { args: [pipe] }).output();
      const names = await listVariables();
      assert(names.length > 200, `${names.length} variables`);
      const values = {
        relative: "some/folder",
        pipe,
        device: "/proc/self/fd/0",
        code: `--require ${foreign}`,
        port: "--inspect=127.0.0.1:0",
        lines: "a\nb\n",
      };
      for (const [name, value] of Object.entries(values)) {
        const env = Object.fromEntries(names.map((it) => [it, value]));
        await checkDaemon(home, way, { name, env });
      }
      const bytes = names.map((it) => `export ${it}="$odd"\n`)
        // The shell itself would split its words at it.
        .filter((line) => !line.startsWith("export IFS")).join("");
      const lines = `odd=$(printf '\\377\\376')\n${bytes}`;
      await checkDaemon(home, way, { name: "bytes", lines });
      assertEquals(await exists(`${home.root}/trace`), false);
    },
  });

  Deno.test({
    name: `a daemon works with all that a process can inherit: ${way}`,
    ignore: IS_BINARY || Deno.build.os === "windows",
    async fn() {
      await using home = await tempHome();
      const folders = `${home.root}/folders`;
      await Deno.mkdir(folders);
      await Deno.mkdir(`${folders}/closed`, { mode: 0 });
      const open = [3, 4, 5, 6, 7, 8, 9].map((it) => `${it}</dev/null`);
      const inherited: Record<string, string> = {
        "too much": [
          "umask 0",
          `exec ${open.join(" ")}`,
          "trap '' TERM PIPE CHLD INT HUP USR1",
          `cd '${folders}/'$(printf '\\377')`,
        ].join("\n"),
        "too little": [
          "umask 0777",
          "exec 2>&-",
          "ulimit -n 100",
          "renice -n 19 -p $$ >/dev/null",
          `cd '${folders}/closed' 2>&1 || :`,
        ].join("\n"),
        "a directory of the system": "cd /proc/self || cd /dev",
      };
      await new Deno.Command("sh", {
        args: ["-c", `mkdir '${folders}/'$(printf '\\377')`],
      }).output();
      for (const [name, lines] of Object.entries(inherited)) {
        await checkDaemon(home, way, { name, lines });
      }
    },
  });
}

Deno.test({
  name:
    "a relative DENO_DIR puts no cache into the folder that an agent works in",
  ignore: IS_BINARY,
  async fn() {
    await using home = await tempHome();
    const { code } = await home.run(["ingest", "hook", "--source", "claude"], {
      stdin: EVENT("s"),
      env: { DENO_DIR: "cache", HOME: "user", KAIZEN_NO_START: "1" },
    });
    assertEquals(code, 0);
    assertEquals(await Array.fromAsync(Deno.readDir(home.workspace)), []);
    const { stdout } = await home.run(["spool", "status"]);
    assertEquals(JSON.parse(stdout).pending, 1);
  },
});

const refusals: [limit: string, reason: RegExp][] = [
  ["ulimit -n 32", /Too many open files|too few files/],
  ["ulimit -f 0", /File too large/],
];
for (const [limit, reason] of refusals) {
  Deno.test(`a daemon that cannot work says why: ${limit}`, async () => {
    await using home = await tempHome();
    for (const words of [["run"], ["start", "--background"]]) {
      const { code, stdout } = await home.run(["daemon", ...words], {
        program: after(`trap '' XFSZ; ${limit}`),
      });
      assertEquals(code, 74, words[0]);
      assertMatch(JSON.parse(stdout).message, reason);
    }
  });
}

Deno.test({
  name: "an event is counted if the runtime does not start, as with ulimit -v",
  ignore: IS_BINARY || Deno.build.os !== "linux",
  async fn() {
    await using home = await tempHome();
    // Programs of a repository, if PATH begins there.
    const theirPrograms = `${home.root}/bin`;
    await Deno.mkdir(theirPrograms);
    for (const name of ["cat", "date", "mkdir"]) {
      await Deno.writeTextFile(
        `${theirPrograms}/${name}`,
        `#!/bin/sh\n: >${home.root}/ran`,
        { mode: 0o755 },
      );
    }
    const hook = async () => {
      const { code, stdout, stderr } = await home.run(
        ["ingest", "hook", "--source", "claude"],
        {
          stdin: EVENT("s"),
          env: { PATH: `${theirPrograms}:${Deno.env.get("PATH")}` },
          program: after("ulimit -v 4000000"),
        },
      );
      assertEquals([code, stdout, stderr], [0, "", ""]);
    };
    const count = async () => {
      const { stdout } = await home.run(["status"]);
      return JSON.parse(stdout).spool.failures;
    };
    await hook();
    await hook();
    assertEquals(await count(), 2);
    assert(!await exists(`${home.root}/ran`));
    const { mode } = await Deno.stat(home.home);
    assertEquals((mode ?? 0) & 0o777, 0o700);
    // It writes through no link, and waits for no reader of a pipe.
    const lost = `${home.home}/spool/.failures`;
    const theirs = `${home.root}/theirs`;
    await Deno.writeTextFile(theirs, "");
    await Deno.remove(lost);
    await Deno.symlink(theirs, lost);
    await hook();
    assertEquals(await Deno.readTextFile(theirs), "");
    await Deno.remove(lost);
    await new Deno.Command("mkfifo", { args: [lost] }).output();
    await hook();
    await Deno.remove(`${home.home}/spool`, { recursive: true });
    await Deno.symlink(home.workspace, `${home.home}/spool`);
    await hook();
    assertEquals(await exists(`${home.workspace}/.failures`), false);
  },
});

Deno.test("nothing is kept in the folder for temporary files, which other users could change", async () => {
  await using home = await tempHome();
  const folder = `${home.root}/tmp`;
  await Deno.mkdir(folder);
  const env = { TMPDIR: folder };
  // The runtime of a binary would keep what it compiled in the first run, and take it in the next.
  for (const args of [["--version"], ["daemon", "start", "--background"]]) {
    assertEquals((await home.run(args, { env })).code, 0);
  }
  await checkAll(home, "temporary", env);
  assertEquals((await home.run(["stop"], { env })).code, 0);
  assertEquals(await Array.fromAsync(Deno.readDir(folder)), []);
});

Deno.test({
  name: "a terminal shows only our output if the runtime can keep no cache",
  ignore: !isInstalled("tmux") || !isInstalled("bash"),
  async fn() {
    await using home = await tempHome();
    await using terminal = await Terminal.open({
      columns: 80,
      rows: 30,
      command: "bash --noprofile --norc",
      env: { HOME: home.root, DENO_DIR: "/dev/null/cache" },
      cwd: home.workspace,
    });
    const program = programCommand().join(" ");
    await terminal.type(`clear; ${program} --version; echo en""ded`, "Enter");
    const screen = await terminal.waitFor((text) => /^ended$/m.test(text));
    assertMatch(screen, /^kaizen \d.*\nprotocol /);
    assert(!screen.includes("cache"), screen);
  },
});

Deno.test("a directory whose name is not UTF-8 is no bug", async () => {
  await using home = await tempHome();
  await using _daemon = await home.startDaemon();
  const program = after(
    `d='${home.root}/'$(printf '\\377'); mkdir -p "$d"; cd "$d"`,
  );
  for (const words of [["sessions"], ["usage"], ["detail", "s"]]) {
    const { code, stderr } = await home.run(words, { program });
    assertEquals(code, 64, words[0]);
    assertMatch(stderr, /current directory as its name is not UTF-8/);
  }
});
