// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type Finished, programCommand, tempHome } from "./harness.ts";
import { askStatus, exists } from "./_socket.ts";

const START = ["daemon", "start", "--background", "--json"];

function outcome({ code, stdout, stderr }: Finished): Record<string, unknown> {
  assertEquals([code, stderr], [0, ""]);
  return JSON.parse(stdout);
}

// Each `run` ends when stdout and stderr have ended, so these tests also show that the daemon keeps
// neither open.

Deno.test("start --background returns when the daemon answers", async () => {
  await using home = await tempHome();
  const { pid, socket, log, started } = outcome(await home.run(START));
  assertEquals([socket, log], [home.socket, `${home.home}/daemon.log`]);
  assertEquals(started, true);
  assertEquals((await askStatus(home.socket)).pid, pid);
});

Deno.test("start --background succeeds and prints the pid if a daemon is already running", async () => {
  await using home = await tempHome();
  const first = outcome(await home.run(START));
  const second = outcome(await home.run(START));
  assertEquals([second.pid, second.started], [first.pid, false]);
});

for (const stale of [false, true]) {
  Deno.test(`start --background twenty times at once starts one daemon and succeeds twenty times${stale ? ", also after one was killed" : ""}`, async () => {
    await using home = await tempHome();
    if (stale) {
      const killed = await home.startDaemon();
      await killed.stop("SIGKILL");
      assert(await exists(home.socket));
    }
    const all = (await Promise.all(
      Array.from({ length: 20 }, () => home.run(START)),
    )).map(outcome);
    const { pid } = await askStatus(home.socket);
    assertEquals(new Set(all.map((it) => it.pid)), new Set([pid]));
    assertEquals(all.filter((it) => it.started).length, 1);
  });
}

Deno.test({
  name:
    "start --background gives the daemon a session and a directory of its own",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    await using home = await tempHome();
    const { pid } = outcome(await home.run(START));
    assertEquals(await Deno.readLink(`/proc/${pid}/cwd`), home.home);
    const stat = await Deno.readTextFile(`/proc/${pid}/stat`);
    const [, , , session] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    assertEquals(session, `${pid}`);
  },
});

Deno.test({
  name: "start --background keeps no lock of the calling script",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    await using home = await tempHome();
    const lock = `${home.root}/lock`;
    const [program = "", ...args] = programCommand();
    const { code } = await new Deno.Command("bash", {
      args: [
        "-c",
        `( flock 200; "$@" >/dev/null ) 200>"$0" && flock -n "$0" true`,
        lock,
        program,
        ...args,
        ...START,
        "--home",
        home.home,
      ],
    }).output();
    assertEquals(code, 0);
  },
});

const broken: [
  name: string,
  make: (home: string) => Promise<void>,
  code: number,
  words: string,
][] = [
  ["the home is a file", (home) => Deno.writeTextFile(home, ""), 74, "folder"],
  [
    "the home is a symbolic link",
    async (home) => {
      await Deno.mkdir(`${home}.to`);
      await Deno.symlink(`${home}.to`, home);
    },
    74,
    "symbolic link",
  ],
  [
    "the log is a symbolic link",
    async (home) => {
      await Deno.mkdir(home);
      await Deno.symlink("/dev/null", `${home}/daemon.log`);
    },
    74,
    "symbolic link",
  ],
  [
    "the socket is a regular file",
    async (home) => {
      await Deno.mkdir(home);
      await Deno.writeTextFile(`${home}/daemon.sock`, "");
    },
    74,
    "regular file",
  ],
  [
    "the lock has two names",
    async (home) => {
      await Deno.mkdir(home);
      await Deno.writeTextFile(`${home}/x`, "");
      await Deno.link(`${home}/x`, `${home}/daemon.pid`);
    },
    74,
    "hard links",
  ],
  [
    "the store is no store",
    async (home) => {
      await Deno.mkdir(home);
      await Deno.writeTextFile(`${home}/store.db`, "x".repeat(5_000));
    },
    74,
    "store.db",
  ],
];
for (const [name, make, code, words] of broken) {
  Deno.test(`start --background prints the reason if ${name}`, async () => {
    await using home = await tempHome();
    await make(home.home);
    const done = await home.run(["daemon", "start", "--background"], {
      env: { KAIZEN_OUTPUT: "text" },
    });
    assertEquals([done.code, done.stdout], [code, ""]);
    assertStringIncludes(done.stderr, words);
    assert(!done.stderr.includes("    at "), done.stderr);
  });
}

Deno.test("start --background prints the last words of a daemon that could not start", async () => {
  await using home = await tempHome();
  const root = `${home.root}/program`;
  // The parent starts the daemon with its own launcher: this one fails only for the daemon.
  const [program = "", ...args] = programCommand();
  const launcher = `#!/bin/sh
case "$*" in *--detached*) echo "no runtime here" >&2; exit 70 ;; esac
exec ${[program, ...args].map((it) => `'${it}'`).join(" ")} "$@"
`;
  await Deno.writeTextFile(root, launcher, { mode: 0o755 });
  const { startDaemon } = await import("../../src/launch/mod.ts");
  const paths = {
    home: home.home,
    socket: home.socket,
    log: `${home.home}/daemon.log`,
  };
  const command = { program: root, args: [] };
  const error = await startDaemon({ paths, command }).catch((it) => it);
  assertEquals(error.name, "StartError");
  assertStringIncludes(error.message, "it ended with exit 70");
  assertStringIncludes(error.message, "no runtime here");
});

Deno.test("a daemon in the foreground logs objects on stderr, and prints one line on stdout", async () => {
  await using home = await tempHome();
  const daemon = await home.startDaemon();
  const { stdout, stderr } = await daemon.stop();
  assertEquals(stdout, `${daemon.readyLine}\n`);
  const lines = stderr.trim().split("\n").map((line) => JSON.parse(line));
  for (const line of lines) {
    assertEquals(Object.keys(line).slice(0, 3), ["time", "level", "message"]);
    assertEquals(new Date(line.time).toISOString(), line.time);
  }
  assertEquals(lines.map(({ message }) => message), [
    "daemon ready",
    "daemon stops",
    "daemon stopped",
  ]);
});

Deno.test("a daemon in the background logs objects, and moves the last words of its predecessor to its log", async () => {
  await using home = await tempHome();
  await Deno.mkdir(home.home);
  const words = `${home.home}/daemon.err`;
  await Deno.writeTextFile(words, "FATAL: heap\n");
  outcome(await home.run(START));
  const lines = (await Deno.readTextFile(`${home.home}/daemon.log`)).trim()
    .split("\n").map((line) => JSON.parse(line));
  for (const line of lines) {
    assertEquals(Object.keys(line).slice(0, 3), ["time", "level", "message"]);
  }
  assertEquals(lines[0].text, "FATAL: heap\n");
  assert(lines.some((line) => line.message === "daemon ready"));
  assertEquals(await Deno.readTextFile(words), "");
});

Deno.test("a daemon in the background rotates a full log", async () => {
  await using home = await tempHome();
  await Deno.mkdir(home.home);
  const log = `${home.home}/daemon.log`;
  await Deno.writeTextFile(log, "x".repeat(10 * 1024 * 1024 - 1) + "\n");
  await Deno.writeTextFile(`${log}.1`, "older");
  outcome(await home.run(START));
  assertEquals((await Deno.stat(`${log}.1`)).size, 10 * 1024 * 1024);
  assertStringIncludes(await Deno.readTextFile(log), "daemon ready");
  assertEquals(await exists(`${log}.2`), false);
});
