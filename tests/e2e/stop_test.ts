// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals, assertStringIncludes } from "@std/assert";
import { spawnDaemon } from "../../src/launch/spawn_daemon.ts";
import { fakeDaemon } from "./fake_daemon.ts";
import { programCommand, tempHome } from "./harness.ts";

Deno.test("stop ends the daemon, and returns when it is gone", async () => {
  await using home = await tempHome();
  await using daemon = await home.startDaemon();
  const { code, stdout } = await home.run(["stop"]);
  assertEquals(code, 0);
  assertEquals(JSON.parse(stdout), {
    stopped: true,
    was_running: true,
    pid: daemon.pid,
    message: "stopping",
  });
  assertEquals((await home.run(["status"])).code, 3);
  assertEquals((await daemon.ended).code, 0);
});

Deno.test("stop without a daemon says so and succeeds", async () => {
  await using home = await tempHome();
  const { code, stdout } = await home.run(["stop"]);
  assertEquals(code, 0);
  assertEquals(JSON.parse(stdout), {
    stopped: true,
    was_running: false,
    pid: null,
    message: "not running",
  });
  const text = await home.run(["daemon", "stop", "-o", "text"]);
  assertEquals([text.code, text.stdout], [
    0,
    "The daemon is not running.\n",
  ]);
});

Deno.test("stop waits for a daemon that was spawned a moment ago, and ends it", async () => {
  await using home = await tempHome();
  const gate = `${home.root}/gate`;
  await new Deno.Command("mkfifo", { args: [gate] }).output();
  const program = `${home.root}/program`;
  const words = programCommand().map((word) => `'${word}'`).join(" ");
  await Deno.writeTextFile(
    program,
    `#!/bin/sh\nread -r _ <'${gate}'\nexec ${words} "$@"\n`,
    { mode: 0o755 },
  );
  const { home: folder, socket } = home;
  await Deno.mkdir(folder, { mode: 0o700 });
  const child = spawnDaemon({
    paths: { home: folder, socket },
    stdout: "null",
    command: { program, args: [] },
  });
  const soon = await home.run(["stop", "--timeout", "100ms"]);
  assertEquals([soon.code, soon.stdout.includes('"exit":4')], [4, true]);
  assertStringIncludes(soon.stderr, "A daemon is being started");
  await Deno.writeTextFile(gate, "\n");
  const { code, stdout } = await home.run(["stop"]);
  assertEquals([code, JSON.parse(stdout).was_running], [0, true]);
  const again = await home.run(["stop", "--timeout", "100ms"]);
  assertEquals(
    [again.code, JSON.parse(again.stdout).was_running],
    [0, false],
    again.stderr,
  );
  assertEquals((await child.status).code, 0);
});

Deno.test("stop does not wait for a daemon that was spawned while another one ran", async () => {
  await using home = await tempHome();
  await home.run(["daemon", "start", "--background"]);
  const { home: folder, socket } = home;
  const [program = "", ...args] = programCommand();
  const child = spawnDaemon({
    paths: { home: folder, socket },
    stdout: "null",
    command: { program, args },
  });
  assertEquals((await child.status).code, 73);
  await home.run(["stop"]);
  const again = await home.run(["stop", "--timeout", "100ms"]);
  assertEquals(
    [again.code, JSON.parse(again.stdout).was_running],
    [0, false],
    again.stderr,
  );
});

Deno.test("stop waits for a daemon that takes its time", async () => {
  await using home = await tempHome();
  await Deno.mkdir(home.home);
  let looks = 0;
  const daemon = fakeDaemon(home.socket, async ({ request, answer }) => {
    if (request.type === "stop") {
      return await answer('{"type":"ack","message":"stopping"}');
    }
    await answer(
      '{"type":"status","pid":7,"uptime_ms":1,"queue_depth":0,"last_error":null}',
    );
    // One look is for the pid; at the third it is gone, socket file and all.
    if (++looks === 3) await Deno.remove(home.socket);
  });
  const { code, stdout } = await home.run(["stop"]);
  assertEquals(code, 0);
  assertEquals(JSON.parse(stdout).stopped, true);
  assertEquals(looks, 3);
  await Deno.writeFile(home.socket, new Uint8Array());
  await daemon[Symbol.asyncDispose]();
});

Deno.test("stop returns when another daemon has taken the place of the one that agreed", async () => {
  await using home = await tempHome();
  await Deno.mkdir(home.home);
  let pid = 6;
  await using _daemon = fakeDaemon(home.socket, ({ request, answer }) =>
    answer(
      request.type === "stop"
        ? '{"type":"ack","message":"stopping"}'
        : `{"type":"status","pid":${++pid},"uptime_ms":1,"queue_depth":0,"last_error":null}`,
    ));
  const { code, stdout, stderr } = await home.run(["stop"]);
  assertEquals([code, stderr], [0, ""]);
  const { stopped, pid: ended } = JSON.parse(stdout);
  assertEquals([stopped, ended], [true, 7]);
});

Deno.test("stop --no-wait returns once the daemon has agreed", async () => {
  await using home = await tempHome();
  await Deno.mkdir(home.home);
  await using _daemon = fakeDaemon(home.socket, ({ request, answer }) =>
    answer(
      request.type === "stop"
        ? '{"type":"ack","message":"stopping"}'
        : '{"type":"status","pid":7,"uptime_ms":1,"queue_depth":0,"last_error":null}',
    ));
  const { code, stdout } = await home.run(["stop", "--no-wait"]);
  assertEquals(code, 0);
  assertEquals(JSON.parse(stdout), {
    stopped: false,
    was_running: true,
    pid: 7,
    message: "stopping",
  });
});

Deno.test("stop of a daemon that agrees but stays is exit 4", async () => {
  await using home = await tempHome();
  await Deno.mkdir(home.home);
  await using _daemon = fakeDaemon(home.socket, ({ request, answer }) =>
    answer(
      request.type === "stop"
        ? '{"type":"ack","message":"stopping"}'
        : '{"type":"status","pid":7,"uptime_ms":1,"queue_depth":0,"last_error":null}',
    ));
  const { code, stderr } = await home.run(["stop", "--timeout", "400ms"]);
  assertEquals(code, 4);
  assertStringIncludes(stderr, "still running");
});

Deno.test("several stops at once all succeed", async () => {
  await using home = await tempHome();
  await using daemon = await home.startDaemon();
  const results = await Promise.all(
    Array.from({ length: 4 }, () => home.run(["stop"])),
  );
  assertEquals(results.map(({ code, stderr }) => [code, stderr]), [
    [0, ""],
    [0, ""],
    [0, ""],
    [0, ""],
  ]);
  assertEquals((await daemon.ended).code, 0);
});

Deno.test("stop of a daemon that does not understand it is exit 6", async () => {
  await using home = await tempHome();
  await Deno.mkdir(home.home);
  await using _daemon = fakeDaemon(home.socket, async ({ request, answer }) => {
    if (request.type === "status") {
      await answer(
        '{"type":"status","pid":7,"uptime_ms":1,"queue_depth":0,"last_error":null}',
      );
    }
  });
  assertEquals((await home.run(["stop"])).code, 6);
});

for (const args of [["stop"], ["stop", "--no-wait"]]) {
  Deno.test(`${args.join(" ")} of a daemon that hangs up on everything, and stays, is exit 6`, async () => {
    await using home = await tempHome();
    await Deno.mkdir(home.home);
    await using _daemon = fakeDaemon(home.socket, () => {});
    const { code, stderr } = await home.run([...args, "--timeout", "2s"]);
    assertEquals(code, 6);
    assertStringIncludes(stderr, "without an answer");
  });
}
