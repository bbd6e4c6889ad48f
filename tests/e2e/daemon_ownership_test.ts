// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { tempHome } from "./harness.ts";
import { ask, askStatus, exists, modeOf } from "./_socket.ts";

const TEXT = { env: { KAIZEN_OUTPUT: "text" } };

Deno.test("daemon run makes its home and socket accessible to its user only", async () => {
  await using home = await tempHome();
  await using daemon = await home.startDaemon();
  assertEquals(await modeOf(home.home), "700");
  assertEquals(await modeOf(home.socket), "600");
  assertEquals(await modeOf(`${home.home}/daemon.pid`), "600");
  assertEquals(
    await Deno.readTextFile(`${home.home}/daemon.pid`),
    `${daemon.pid}\n`,
  );
});

Deno.test("daemon run makes a home private that is open to others", async () => {
  await using home = await tempHome();
  await Deno.mkdir(home.home);
  await Deno.chmod(home.home, 0o755);
  await using _daemon = await home.startDaemon();
  assertEquals(await modeOf(home.home), "700");
});

Deno.test("a second daemon run prints the owner of the home, and changes nothing", async () => {
  await using home = await tempHome();
  await using daemon = await home.startDaemon();
  const second = await home.run(["daemon", "run"], TEXT);
  assertEquals([second.code, second.stdout], [73, ""]);
  assertStringIncludes(second.stderr, `pid is ${daemon.pid}`);
  assertEquals((await askStatus(home.socket)).pid, daemon.pid);
  assertEquals(
    await Deno.readTextFile(`${home.home}/daemon.pid`),
    `${daemon.pid}\n`,
  );
});

Deno.test({
  name:
    "daemon run respects the lock of another program, such as the reference daemon",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    await using home = await tempHome();
    await Deno.mkdir(home.home);
    const holder = new Deno.Command("flock", {
      args: [`${home.home}/daemon.pid`, "-c", "echo held; read -r _"],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    const reader = holder.stdout.getReader();
    await reader.read();
    await Deno.writeTextFile(`${home.home}/daemon.pid`, "4242\n");
    const { code, stderr } = await home.run(["daemon", "run"], TEXT);
    assertEquals(code, 73);
    assertStringIncludes(stderr, "process 4242");
    assertEquals(await exists(home.socket), false);
    await holder.stdin.close();
    await holder.status;
    await reader.cancel();
    await using _daemon = await home.startDaemon();
  },
});

Deno.test("daemon run cleans up after kill -9, each time", async () => {
  await using home = await tempHome();
  for (let i = 0; i < 3; i++) {
    const daemon = await home.startDaemon();
    assertEquals((await askStatus(home.socket)).pid, daemon.pid);
    await daemon.stop("SIGKILL");
    assertEquals(await exists(home.socket), true);
  }
  const { code } = await home.run(["status"]);
  assertEquals(code, 3);
});

Deno.test("daemon run with another home never takes a socket that is in use", async () => {
  await using home = await tempHome();
  await using daemon = await home.startDaemon();
  const other = await home.run([
    "daemon",
    "run",
    "--home",
    `${home.root}/other`,
    "--socket",
    home.socket,
  ], TEXT);
  assertEquals(other.code, 73);
  assertStringIncludes(other.stderr, `pid is ${daemon.pid}`);
  assertEquals((await askStatus(home.socket)).pid, daemon.pid);
});

Deno.test("daemons of several homes that find a stale socket at the same time never take it from each other", async () => {
  await using home = await tempHome();
  const socket = `${home.root}/shared.sock`;
  for (let round = 0; round < 3; round++) {
    const killed = await home.startDaemon({ args: ["--socket", socket] });
    await killed.stop("SIGKILL");
    const all = Array.from({ length: 6 }, (_, i) =>
      home.spawn([
        "daemon",
        "run",
        "--home",
        `${home.root}/home${i}`,
        "--socket",
        socket,
      ]));
    const lines = await Promise.all(all.map((process) => process.nextLine()));
    const owners = all.filter((_, i) => lines[i]?.includes('"ready":true'));
    assertEquals(owners.length, 1, `${lines}`);
    assertEquals((await ask(socket, { type: "stop" })).end, "eof");
    const ends = await Promise.all(all.map(({ ended }) => ended));
    assertEquals(ends.map(({ code }) => code).sort(), [0, 73, 73, 73, 73, 73]);
    assertEquals(await exists(`${socket}.lock`), false);
  }
});

Deno.test("daemon run does not replace an owner that has stopped answering", async () => {
  await using home = await tempHome();
  const daemon = await home.startDaemon();
  daemon.signal("SIGSTOP");
  const second = await home.run(["daemon", "run"], TEXT);
  daemon.signal("SIGCONT");
  assertEquals(second.code, 73);
  assertStringIncludes(second.stderr, `process ${daemon.pid}`);
  assertEquals((await askStatus(home.socket)).pid, daemon.pid);
  assertEquals((await daemon.stop()).code, 0);
});

const broken: [name: string, make: (home: string) => Promise<void>, string][] =
  [
    ["a home that is a symbolic link", async (home) => {
      await Deno.mkdir(`${home}.to`);
      await Deno.symlink(`${home}.to`, home);
    }, "symbolic link"],
    ["a home that is a file", (home) => Deno.writeTextFile(home, ""), "folder"],
    ["a socket that is a regular file", async (home) => {
      await Deno.mkdir(home);
      await Deno.writeTextFile(`${home}/daemon.sock`, "mine");
    }, "regular file"],
    ["a socket that is a symbolic link", async (home) => {
      await Deno.mkdir(home);
      await Deno.symlink("elsewhere", `${home}/daemon.sock`);
    }, "symbolic link"],
    ["a lock that is a symbolic link", async (home) => {
      await Deno.mkdir(home);
      await Deno.symlink("elsewhere", `${home}/daemon.pid`);
    }, "symbolic link"],
  ];
for (const [name, make, words] of broken) {
  Deno.test(`daemon run refuses ${name}`, async () => {
    await using home = await tempHome();
    await make(home.home);
    const { code, stderr } = await home.run(["daemon", "run"], TEXT);
    assertEquals(code, 74);
    assertStringIncludes(stderr, words);
    assert(!stderr.includes("    at "), stderr);
  });
}

Deno.test({
  name: "daemon run refuses root in another user's home",
  ignore: Deno.uid() !== 0,
  fn: async () => {
    await using home = await tempHome();
    await Deno.mkdir(home.home);
    await Deno.chown(home.home, 4242, 4242);
    const { code, stderr } = await home.run(["daemon", "run"], TEXT);
    assertEquals(code, 74);
    assertStringIncludes(stderr, "user 4242");
    assertEquals(await Array.fromAsync(Deno.readDir(home.home)), []);
    await Deno.chown(home.home, 0, 0);
  },
});

Deno.test("daemon run listens at a path of maximum length", async () => {
  await using home = await tempHome();
  const folder = `${home.root}/s`;
  await Deno.mkdir(folder);
  const socket = folder + "/" + "x".repeat(107 - folder.length - 1);
  await using _daemon = await home.startDaemon({ args: ["--socket", socket] });
  assertEquals((await ask(socket, { type: "status" })).end, "eof");
  const { code } = await home.run(["daemon", "run", "--socket", `${socket}x`]);
  assertEquals(code, 64);
});
