// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  type Finished,
  type Home,
  programCommand,
  tempHome,
} from "./harness.ts";

const EVENT = '{"hook_event_name":"Stop","session_id":"s"}';
const HOOK = ["ingest", "hook", "--source", "claude"];
const PLAIN = ["ingest", "--source", "claude"];
/** Ids of users that no machine has. */
const SOMEBODY = 54_321;
const SOMEBODY_ELSE = 54_322;
const isRoot = Deno.build.os === "linux" && Deno.uid() === 0;
const canMount = isRoot && await tryMount();
const canBeOthers = isRoot && await tryAsSomebody();

/** A small disk of its own. */
class Disk implements AsyncDisposable {
  readonly path: string;
  constructor(home: Home) {
    this.path = `${home.root}/disk`;
  }
  async mount(): Promise<void> {
    await Deno.mkdir(this.path);
    assert(await mountSmall(this.path));
  }
  async remount(how: "ro" | "rw"): Promise<void> {
    assert(await run("mount", ["-o", `remount,${how}`, this.path]));
  }
  async [Symbol.asyncDispose](): Promise<void> {
    await run("umount", [this.path]);
  }
}

async function mountSmall(path: string): Promise<boolean> {
  return await run("mount", ["-t", "tmpfs", "-o", "size=512k", "t", path]);
}

/** Not every root may: one in a container often cannot. */
async function tryMount(): Promise<boolean> {
  const path = await Deno.makeTempDir();
  const isMounted = await mountSmall(path);
  if (isMounted) await run("umount", [path]);
  await Deno.remove(path);
  return isMounted;
}

/** Whether somebody else can run the program: not where the clone lies in a folder that is closed to others. */
async function tryAsSomebody(): Promise<boolean> {
  await using home = await tempHome();
  await Deno.chmod(home.root, 0o755);
  await Deno.chown(`${home.root}/user`, SOMEBODY, SOMEBODY);
  try {
    return (await runAs(SOMEBODY, ["--version"], home)).code === 0;
  } catch (error) {
    if (error instanceof Deno.errors.PermissionDenied) return false;
    throw error;
  }
}

async function run(program: string, args: string[]): Promise<boolean> {
  const command = new Deno.Command(program, { args, stderr: "null" });
  return (await command.output()).success;
}

/** Fills a disk to its last byte. */
async function fill(folder: string): Promise<void> {
  using file = await Deno.open(`${folder}/filler`, {
    create: true,
    write: true,
  });
  for (const size of [4096, 1]) {
    try {
      while (true) await file.write(new Uint8Array(size));
    } catch (error) {
      assertStringIncludes(String(error), "No space left");
    }
  }
}

async function spoolStatus(
  home: Home,
  env: Record<string, string>,
): Promise<Record<string, unknown>> {
  const { code, stdout } = await home.run(["status", "--json"], { env });
  assertEquals(code, 3, "not running, and that is all");
  return JSON.parse(stdout).spool;
}

/** What holds wherever nothing can be written. */
async function assertUnwritable(
  home: Home,
  env: Record<string, string>,
  reason: string,
): Promise<void> {
  const hook = await home.run(HOOK, { stdin: EVENT, env });
  assertEquals([hook.code, hook.stdout, hook.stderr], [0, "", ""]);
  const plain = await home.run(PLAIN, { stdin: EVENT, env });
  assertEquals([plain.code, plain.stdout], [74, ""]);
  assertStringIncludes(plain.stderr.toLowerCase(), reason);
  const status = await spoolStatus(home, env);
  assertEquals([status.writable, status.reason], [false, reason]);
}

for (const hasSpool of [false, true]) {
  Deno.test({
    name: `on a full disk hooks stay silent and people are told${
      hasSpool ? ", also with events in the spool" : ""
    }`,
    ignore: !canMount,
    async fn() {
      await using home = await tempHome();
      await using disk = new Disk(home);
      await disk.mount();
      const env = {
        KAIZEN_HOME: `${disk.path}/h`,
        KAIZEN_NO_START: "1",
      };
      if (hasSpool) await home.run(HOOK, { stdin: EVENT, env });
      await fill(disk.path);
      await assertUnwritable(home, env, "no space left on device");
      await Deno.remove(`${disk.path}/filler`);
      await home.run(HOOK, { stdin: EVENT, env });
      const status = await spoolStatus(home, env);
      assertEquals([status.pending, status.writable], [hasSpool ? 2 : 1, true]);
    },
  });

  Deno.test({
    name: `in a read-only home hooks stay silent and people are told${
      hasSpool ? ", also with events in the spool" : ""
    }`,
    ignore: !canMount,
    async fn() {
      await using home = await tempHome();
      await using disk = new Disk(home);
      await disk.mount();
      const env = {
        KAIZEN_HOME: `${disk.path}/h`,
        KAIZEN_NO_START: "1",
      };
      if (hasSpool) await home.run(HOOK, { stdin: EVENT, env });
      await disk.remount("ro");
      await assertUnwritable(home, env, "read-only file system");
      await disk.remount("rw");
    },
  });
}

/** Runs the program as another user, whose files none of the home's are. */
async function runAs(
  uid: number,
  args: string[],
  home: Home,
): Promise<Pick<Finished, "code" | "stdout" | "stderr">> {
  const [program = "", ...first] = programCommand();
  const child = new Deno.Command(program, {
    args: [...first, ...args],
    uid,
    gid: uid,
    cwd: "/",
    clearEnv: true,
    env: {
      PATH: Deno.env.get("PATH") ?? "",
      HOME: `${home.root}/user`,
      KAIZEN_HOME: home.home,
      KAIZEN_NO_START: "1",
    },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(EVENT));
  await writer.close();
  const { code, stdout, stderr } = await child.output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

Deno.test({
  name: "in another user's home hooks stay silent and people are told",
  ignore: !canBeOthers,
  async fn() {
    await using home = await tempHome();
    await Deno.chmod(home.root, 0o755);
    await Deno.chown(`${home.root}/user`, SOMEBODY_ELSE, SOMEBODY_ELSE);
    await Deno.mkdir(home.home, { mode: 0o700 });
    await Deno.chown(home.home, SOMEBODY, SOMEBODY);
    const hook = await runAs(SOMEBODY_ELSE, HOOK, home);
    assertEquals([hook.code, hook.stdout, hook.stderr], [0, "", ""]);
    const plain = await runAs(SOMEBODY_ELSE, PLAIN, home);
    assertEquals([plain.code, plain.stdout], [74, ""], plain.stderr);
    assertStringIncludes(plain.stderr.toLowerCase(), "permission denied");
    const { stdout } = await runAs(
      SOMEBODY_ELSE,
      ["spool", "status", "--json"],
      home,
    );
    const { writable, reason } = JSON.parse(stdout);
    assertEquals([writable, reason], [false, "permission denied"]);
  },
});

Deno.test({
  name:
    "in a home that may not be written hooks stay silent and people are told",
  ignore: isRoot && !canBeOthers,
  async fn() {
    await using home = await tempHome();
    await Deno.mkdir(home.home, { mode: 0o500 });
    if (isRoot) {
      await Deno.chmod(home.root, 0o755);
      for (const path of [home.home, `${home.root}/user`]) {
        await Deno.chown(path, SOMEBODY, SOMEBODY);
      }
    }
    const run = (args: string[]) =>
      isRoot ? runAs(SOMEBODY, args, home) : home.run(args, {
        stdin: EVENT,
        env: { KAIZEN_NO_START: "1" },
      });
    const hook = await run(HOOK);
    assertEquals([hook.code, hook.stdout, hook.stderr], [0, "", ""]);
    const plain = await run(PLAIN);
    assertEquals([plain.code, plain.stdout], [74, ""], plain.stderr);
    assertStringIncludes(plain.stderr.toLowerCase(), "permission denied");
    const status = await run(["status", "--json"]);
    assertEquals(status.code, 3, status.stderr);
    const { writable, reason } = JSON.parse(status.stdout).spool;
    assertEquals([writable, reason], [false, "permission denied"]);
  },
});

for (const exists of [true, false]) {
  Deno.test({
    name: `root in another user's home${
      exists ? "" : " that is not there yet"
    } leaves files that are that user's, and starts nothing`,
    ignore: !canBeOthers,
    async fn() {
      await using home = await tempHome();
      await Deno.chmod(home.root, 0o755);
      await Deno.chown(home.root, SOMEBODY, SOMEBODY);
      await Deno.chown(`${home.root}/user`, SOMEBODY, SOMEBODY);
      if (exists) {
        await Deno.mkdir(home.home, { mode: 0o700 });
        await Deno.chown(home.home, SOMEBODY, SOMEBODY);
      }
      const hook = await home.run(HOOK, { stdin: EVENT });
      assertEquals([hook.code, hook.stdout, hook.stderr], [0, "", ""]);
      await home.run(HOOK, { stdin: "rubbish" });
      const owners: [string, number | null][] = [];
      for await (const path of walk(home.home)) {
        owners.push([path, (await Deno.lstat(path)).uid]);
      }
      assertEquals(owners.filter(([, uid]) => uid !== SOMEBODY), []);
      const names = owners.map(([path]) => path.split("/").at(-1));
      assert(!names.includes("daemon.pid"), `a daemon was started: ${names}`);
      const mine = await runAs(SOMEBODY, ["spool", "status", "--json"], home);
      const { pending, rejected, writable } = JSON.parse(mine.stdout);
      assertEquals([pending, rejected, writable], [1, 1, true]);
    },
  });
}

async function* walk(path: string): AsyncGenerator<string> {
  yield path;
  if (!(await Deno.lstat(path)).isDirectory) return;
  for await (const { name } of Deno.readDir(path)) {
    yield* walk(`${path}/${name}`);
  }
}

Deno.test("a home that is missing is made", async () => {
  await using home = await tempHome();
  const env = {
    KAIZEN_HOME: `${home.root}/not/there/yet`,
    KAIZEN_NO_START: "1",
  };
  const { code } = await home.run(HOOK, { stdin: EVENT, env });
  assertEquals(code, 0);
  assertEquals((await spoolStatus(home, env)).pending, 1);
});
