// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals, assertThrows } from "@std/assert";
import { HomeError } from "../../../src/context/mod.ts";
import { HomeLock, readHolder } from "../../../src/launch/home_lock.ts";
import { tempFolder } from "../daemon/_folder.ts";

Deno.test("HomeLock.take() writes the pid and keeps others out until it is disposed of", () => {
  using folder = tempFolder();
  const path = `${folder.path}/daemon.pid`;
  Deno.writeTextFileSync(path, "123456789 and more\n");
  {
    using lock = HomeLock.take(path);
    assert(lock !== null);
    assertEquals(HomeLock.take(path), null);
    assertEquals(Deno.readTextFileSync(path), `${Deno.pid}\n`);
    assertEquals(readHolder(path), Deno.pid);
  }
  assert(Deno.lstatSync(path).isFile, "the file stays");
  using _again = HomeLock.take(path);
});

Deno.test({
  name:
    "HomeLock.take() respects the flock of any program, as the reference takes one",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    using folder = tempFolder();
    const path = `${folder.path}/daemon.pid`;
    await Deno.writeTextFile(path, "77\n");
    const child = new Deno.Command("flock", {
      args: [path, "-c", "echo held; read -r _"],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    const reader = child.stdout.getReader();
    await reader.read();
    assertEquals(HomeLock.take(path), null);
    assertEquals(readHolder(path), 77);
    await child.stdin.close();
    await child.status;
    await reader.cancel();
    using lock = HomeLock.take(path);
    assert(lock !== null);
  },
});

Deno.test("HomeLock.isValid() is false after the file was removed or replaced", () => {
  using folder = tempFolder();
  const path = `${folder.path}/daemon.pid`;
  using lock = HomeLock.take(path);
  assertEquals(lock?.isValid(), true);
  Deno.renameSync(path, `${path}.moved`);
  assertEquals(lock?.isValid(), false);
  Deno.writeTextFileSync(path, "");
  assertEquals(lock?.isValid(), false);
  Deno.renameSync(`${path}.moved`, path);
  assertEquals(lock?.isValid(), true);
});

Deno.test("HomeLock.take() makes the file private", () => {
  using folder = tempFolder();
  const path = `${folder.path}/daemon.pid`;
  using _lock = HomeLock.take(path);
  assertEquals((Deno.statSync(path).mode ?? 0) & 0o777, 0o600);
});

Deno.test("HomeLock.take() follows no symbolic link", () => {
  using folder = tempFolder();
  const path = `${folder.path}/daemon.pid`;
  Deno.symlinkSync(`${folder.path}/other`, path);
  assertThrows(() => HomeLock.take(path), HomeError, "symbolic link");
  assertThrows(() => Deno.lstatSync(`${folder.path}/other`));
});

for (const text of ["", "0\n", "-1\n", "12x", "1 2", "99999999999\n"]) {
  Deno.test(`readHolder() takes ${JSON.stringify(text)} for no holder`, () => {
    using folder = tempFolder();
    Deno.writeTextFileSync(`${folder.path}/p`, text);
    assertEquals(readHolder(`${folder.path}/p`), null);
  });
}

Deno.test("readHolder() takes a missing file for no holder", () => {
  assertEquals(readHolder("/nonexistent/daemon.pid"), null);
});
