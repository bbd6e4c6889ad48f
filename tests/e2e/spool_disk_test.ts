// SPDX-License-Identifier: AGPL-3.0-or-later
import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { Disk } from "./_disk.ts";
import { ALICE, hasUsers, MALLORY, runAs } from "./_users.ts";
import { type Finished, type Home, tempHome } from "./harness.ts";

const EVENT = '{"hook_event_name":"Stop","session_id":"s"}';
const HOOK = ["ingest", "hook", "--source", "claude"];
const PLAIN = ["ingest", "--source", "claude"];
/**
 * Only root can become another user, who must then be let into the folder that the program is in.
 */
const isRoot = Deno.build.os === "linux" && Deno.uid() === 0;
const canBeOthers = await hasUsers();
const hasDisk = await Disk.isPossible();

async function spoolStatus(
  home: Home,
  env: Record<string, string>,
): Promise<Record<string, unknown>> {
  const { code, stdout } = await home.run(["status", "--json"], { env });
  assertEquals(code, 3, "not running, and that is all");
  return JSON.parse(stdout).spool;
}

/** Checks for each place in which nothing can be written. */
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

/** Checks that the status tells of the two events that a full disk took, until a purge. */
async function assertLosses(
  home: Home,
  env: Record<string, string>,
): Promise<void> {
  const { losses, failures, last_failure } = await spoolStatus(home, env);
  assert(Array.isArray(losses));
  assertEquals(
    losses.map(({ code, reason, events }) => [code, reason, events]),
    [["ENOSPC", "no space left on device", 2]],
  );
  const [{ last_ms }] = losses;
  assertEquals([failures, Object(last_failure).ms], [2, last_ms]);
  assert(Math.abs(Date.now() - last_ms) < 3_600_000);
  const text = await home.run(["status", "-o", "text"], { env });
  assertMatch(
    text.stdout,
    /^lost +2 events: no space left on device, the last /m,
  );
  const list = await home.run(["spool", "list", "-o", "ndjson"], { env });
  assertStringIncludes(list.stdout, '"state":"failure"');
  const purge = await home.run(["spool", "purge", "--json"], { env });
  assertEquals(JSON.parse(purge.stdout).failures, 2);
  assertEquals((await spoolStatus(home, env)).losses, []);
}

for (const hasSpool of [false, true]) {
  const also = hasSpool ? ", also with events in the spool" : "";
  const test = (
    place: string,
    fn: (home: Home, disk: Disk, env: Record<string, string>) => Promise<void>,
  ) =>
    Deno.test({
      name: `${place} hooks stay silent and people are told${also}`,
      ignore: !hasDisk,
      async fn() {
        await using home = await tempHome();
        await using disk = await Disk.mount(`${home.root}/disk`, "512k");
        const env = { KAIZEN_HOME: `${disk.path}/h`, KAIZEN_NO_START: "1" };
        if (hasSpool) await home.run(HOOK, { stdin: EVENT, env });
        await fn(home, disk, env);
      },
    });

  test("on a full disk", async (home, disk, env) => {
    await disk.fill();
    await assertUnwritable(home, env, "no space left on device");
    await home.run(HOOK, { stdin: EVENT, env });
    await disk.empty();
    await home.run(HOOK, { stdin: EVENT, env });
    const status = await spoolStatus(home, env);
    assertEquals([status.pending, status.writable], [hasSpool ? 2 : 1, true]);
    await assertLosses(home, env);
  });

  test("in a read-only home", async (home, disk, env) => {
    assert(await disk.remount("ro"));
    await assertUnwritable(home, env, "read-only file system");
    assert(await disk.remount("rw"));
  });
}

/** Runs the program as another user, whose files none of the home's are. */
async function runThere(
  uid: number,
  args: string[],
  home: Home,
): Promise<Finished> {
  const env = { HOME: `${home.root}/user`, KAIZEN_HOME: home.home };
  return await runAs(uid, args, home, { stdin: EVENT, env });
}

Deno.test({
  name: "in another user's home hooks stay silent and people are told",
  ignore: !canBeOthers,
  async fn() {
    await using home = await tempHome();
    await Deno.chmod(home.root, 0o755);
    await Deno.chown(`${home.root}/user`, MALLORY, MALLORY);
    await Deno.mkdir(home.home, { mode: 0o700 });
    await Deno.chown(home.home, ALICE, ALICE);
    const hook = await runThere(MALLORY, HOOK, home);
    assertEquals([hook.code, hook.stdout, hook.stderr], [0, "", ""]);
    const plain = await runThere(MALLORY, PLAIN, home);
    assertEquals([plain.code, plain.stdout], [74, ""], plain.stderr);
    const words = `belongs to user ${ALICE}`;
    assertStringIncludes(plain.stderr, words);
    const { stdout } = await runThere(
      MALLORY,
      ["spool", "status", "--json"],
      home,
    );
    const { writable, reason } = JSON.parse(stdout);
    assertEquals(writable, false);
    assertStringIncludes(reason, words);
    const own = `${home.root}/user/.kaizen/spool`;
    const kept = [...Deno.readDirSync(own)].map(({ name }) => name);
    assertEquals(kept.filter((name) => name.startsWith("v1-")).length, 1);
  },
});

for (const mode of [0o500, 0o000]) {
  const octal = mode.toString(8).padStart(3, "0");
  Deno.test({
    name:
      `a hook opens a home of mode ${octal} to its owner, and keeps its event`,
    ignore: isRoot && !canBeOthers,
    async fn() {
      await using home = await tempHome();
      await Deno.mkdir(home.home);
      if (isRoot) {
        await Deno.chmod(home.root, 0o755);
        for (const path of [home.home, `${home.root}/user`]) {
          await Deno.chown(path, ALICE, ALICE);
        }
      }
      await Deno.chmod(home.home, mode);
      const run = (args: string[]) =>
        isRoot ? runThere(ALICE, args, home) : home.run(args, {
          stdin: EVENT,
          env: { KAIZEN_NO_START: "1" },
        });
      const hook = await run(HOOK);
      assertEquals([hook.code, hook.stdout, hook.stderr], [0, "", ""]);
      const status = await run(["status", "--json"]);
      assertEquals(status.code, 3, status.stderr);
      const { pending, writable } = JSON.parse(status.stdout).spool;
      assertEquals([pending, writable], [1, true]);
      assertEquals((await Deno.stat(home.home)).mode! & 0o777, 0o700);
    },
  });
}

Deno.test({
  name:
    "a hook leaves a folder of other files as it is, and records in its own home",
  ignore: isRoot && !canBeOthers,
  async fn() {
    await using home = await tempHome();
    const own = `${home.root}/user`;
    await Deno.mkdir(home.home);
    // Of these, a home may have the last two as well.
    const others = ["thesis.txt", "machine-id", "workspaces"];
    const paths = others.map((name) => `${home.home}/${name}`);
    for (const path of paths) await Deno.writeTextFile(path, "");
    if (isRoot) {
      await Deno.chmod(home.root, 0o755);
      for (const path of [home.home, ...paths, own]) {
        await Deno.chown(path, ALICE, ALICE);
      }
    }
    const run = (args: string[], env: Record<string, string>) =>
      isRoot
        ? runAs(ALICE, args, home, { stdin: EVENT, env })
        : home.run(args, { stdin: EVENT, env });
    const env = { HOME: own, KAIZEN_NO_START: "1" };
    const thesis = `${home.home}/thesis.txt`;
    const missing = `${home.home}/missing`;
    const cases = [
      [home.home, 0o500],
      [home.home, 0o755],
      [thesis, 0o500],
      [missing, 0o500],
    ];
    for (const [given, mode] of cases as [string, number][]) {
      await Deno.chmod(home.home, mode);
      const hook = await run(HOOK, { ...env, KAIZEN_HOME: given });
      assertEquals([hook.code, hook.stdout, hook.stderr], [0, "", ""]);
      assertEquals((await Deno.stat(home.home)).mode! & 0o777, mode);
      await Deno.chmod(home.home, 0o700);
    }
    await Deno.chmod(home.home, 0o755);
    const plain = await run(PLAIN, { ...env, KAIZEN_HOME: home.home });
    assertEquals([plain.code, plain.stdout], [74, ""], plain.stderr);
    assertStringIncludes(plain.stderr, "it has files that are not kaizen's");
    for (const args of [["status"], ["spool", "status"]]) {
      const { stdout } = await run([...args, "--json"], {
        ...env,
        KAIZEN_HOME: home.home,
      });
      const answer = JSON.parse(stdout);
      const spool = answer.spool ?? answer;
      assertEquals(spool.writable, false, stdout);
      assertStringIncludes(spool.reason, "it has files that are not kaizen's");
    }
    await Deno.chmod(home.home, 0o700);
    const names = [...Deno.readDirSync(home.home)].map(({ name }) => name);
    assertEquals(names.sort(), others.sort());
    const { stdout } = await run(["status", "--json"], {
      ...env,
      KAIZEN_HOME: "",
    });
    const { pending, failures, last_failure } = JSON.parse(stdout).spool;
    assertEquals([pending, failures], [4, 4], stdout);
    assertStringIncludes(last_failure.reason, `used "${own}/.kaizen"`);
  },
});

Deno.test("a hook follows no link to what is no home, and records in its own home", async () => {
  await using home = await tempHome();
  const own = `${home.root}/user`;
  const folder = `${home.root}/other`;
  await Deno.mkdir(folder, { mode: 0o755 });
  await Deno.writeTextFile(`${folder}/thesis.txt`, "");
  const env = { HOME: own, KAIZEN_NO_START: "1" };
  const nothing = `${home.root}/nothing`;
  const ways = [[folder], [`${folder}/thesis.txt`], [nothing], [nothing, "/h"]];
  for (const [to = "", below = ""] of ways) {
    const link = { ...env, KAIZEN_HOME: `${home.root}/link${below}` };
    await Deno.symlink(to, `${home.root}/link`);
    const hook = await home.run(HOOK, { stdin: EVENT, env: link });
    assertEquals([hook.code, hook.stdout, hook.stderr], [0, "", ""]);
    const plain = await home.run(PLAIN, { stdin: EVENT, env: link });
    assertEquals([plain.code, plain.stdout], [74, ""], plain.stderr);
    const { stdout } = await home.run(["status", "--json"], { env: link });
    assertEquals(stdout.includes('"writable":true'), false, stdout);
    await Deno.remove(`${home.root}/link`);
  }
  const entries = await Array.fromAsync(Deno.readDir(folder));
  assertEquals(entries.map(({ name }) => name), ["thesis.txt"]);
  const { pending, failures } = await spoolStatus(home, {
    ...env,
    KAIZEN_HOME: "",
  });
  assertEquals([pending, failures], [4, 4]);
});

for (const exists of [true, false]) {
  Deno.test({
    name: `root does nothing in another user's home${
      exists ? "" : " that is not there yet"
    }: it records in its own, and says so`,
    ignore: !canBeOthers,
    async fn() {
      await using home = await tempHome();
      await Deno.chmod(home.root, 0o755);
      await Deno.mkdir(`${home.root}/root`);
      await Deno.mkdir(`${home.root}/theirs`);
      const theirs = `${home.root}/theirs/.kaizen`;
      if (exists) await Deno.mkdir(theirs, { mode: 0o700 });
      const paths = [`${home.root}/theirs`, ...exists ? [theirs] : []];
      for (const path of paths) await Deno.chown(path, ALICE, ALICE);
      const env = {
        HOME: `${home.root}/root`,
        KAIZEN_HOME: theirs,
        KAIZEN_NO_START: "1",
      };
      const hook = await home.run(HOOK, { stdin: EVENT, env });
      assertEquals([hook.code, hook.stdout, hook.stderr], [0, "", ""]);
      await home.run(HOOK, { stdin: "rubbish", env });
      const left = exists ? [...Deno.readDirSync(theirs)] : [];
      assertEquals(left, []);
      const own = { ...env, KAIZEN_HOME: `${home.root}/root/.kaizen` };
      const { pending, rejected, failures, last_failure } = await spoolStatus(
        home,
        own,
      );
      assertEquals([pending, rejected, failures], [1, 1, 2]);
      assertStringIncludes(
        JSON.stringify(last_failure),
        `belongs to user ${ALICE}`,
      );
      for (const words of [["spool", "purge"], ["spool", "list"], PLAIN]) {
        const { code, stderr } = await home.run(words, { stdin: EVENT, env });
        assertEquals(code, 74, stderr);
        assertStringIncludes(stderr, `belongs to user ${ALICE}`);
      }
    },
  });
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
