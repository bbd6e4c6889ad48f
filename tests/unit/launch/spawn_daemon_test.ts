// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals } from "@std/assert";
import { lastWordsPath } from "../../../src/launch/last_words.ts";

const SPAWNER = decodeURIComponent(
  new URL("_spawner.ts", import.meta.url).pathname,
);

interface Spawned {
  stdout: string;
  /** The spawner's own session. */
  session: string;
  home: string;
}

/** Runs `script` as the daemon of a process that was itself started by bash with `redirects`. */
async function spawnWith(
  script: string,
  check: (spawned: Spawned) => void | Promise<void>,
  redirects = "",
): Promise<void> {
  const folder = await Deno.realPath(
    await Deno.makeTempDir({ prefix: "kz" }),
  );
  const home = `${folder}/a/h`;
  const run = [Deno.execPath(), "run", "-A", "--no-config", SPAWNER, home];
  const { stdout, stderr, success } = await new Deno.Command("bash", {
    args: [
      "-c",
      `ps -o sid= -p $$; exec "$@" ${redirects}`,
      "bash",
      ...run,
      "/bin/sh",
      "-c",
      script,
      "sh",
    ],
  }).output();
  const text = new TextDecoder().decode(stdout);
  assert(success, text + new TextDecoder().decode(stderr));
  const [session = "", ...rest] = text.split("\n");
  await check({ stdout: rest.join("\n"), session: session.trim(), home });
  await Deno.remove(folder, { recursive: true });
}

Deno.test("spawnDaemon() runs the program's daemon in the home, in a session of its own", async () => {
  await spawnWith('pwd; echo "$@"; ps -o sid= -p $$; echo $$', (it) => {
    const [cwd, args, session, pid] = it.stdout.split("\n");
    assertEquals(cwd, it.home);
    assertEquals(
      args,
      `daemon run --detached --home ${it.home} --socket ${it.home}/s`,
    );
    assertEquals(session?.trim(), pid);
    assert(session?.trim() !== it.session);
    assertEquals((Deno.statSync(it.home).mode ?? 0) & 0o777, 0o700);
  });
});

Deno.test({
  name: "spawnDaemon() passes on no descriptor that its parent was given",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    // Pipes of a runner, and `flock`ed descriptors of a script: 9 and 200 are the ones its manual
    // uses.
    await spawnWith(
      "for fd in 3 4 5 6 7 8 9 10 11 63 200; do [ -e /dev/fd/$fd ] && readlink /dev/fd/$fd; done; echo end",
      ({ stdout }) => {
        const inherited = stdout.split("\n").filter((it) => it === "/dev/zero");
        assertEquals(inherited, []);
        assert(stdout.endsWith("end\n"), stdout);
      },
      "3</dev/zero 4</dev/zero 9</dev/zero 10</dev/zero 63</dev/zero 200</dev/zero",
    );
  },
});

Deno.test("spawnDaemon() bounds the runtime's generations, unless told otherwise", async () => {
  await spawnWith("echo $DENO_V8_FLAGS", ({ stdout }) => {
    assertEquals(
      stdout,
      "--max-semi-space-size=2,--heap-growing-percent=30,--expose-gc\n",
    );
  });
});

Deno.test("spawnDaemon() keeps standard error in a file for the user alone", async () => {
  await spawnWith("echo help >&2; umask", async ({ stdout, home }) => {
    const path = lastWordsPath(home);
    assertEquals(await Deno.readTextFile(path), "help\n");
    assertEquals(((await Deno.stat(path)).mode ?? 0) & 0o777, 0o600);
    assertEquals(stdout, "0077\n");
  });
});

Deno.test("spawnDaemon() spawns the program even if standard error cannot be kept", async () => {
  const folder = await Deno.makeTempDir({ prefix: "kz" });
  await Deno.mkdir(lastWordsPath(folder), { recursive: true });
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-config", SPAWNER, folder, "/bin/echo", "started"],
  }).output();
  assertEquals(
    new TextDecoder().decode(stdout),
    `started daemon run --detached --home ${folder} --socket ${folder}/s\n`,
  );
  await Deno.remove(folder, { recursive: true });
});
