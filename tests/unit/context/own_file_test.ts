// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals, assertThrows } from "@std/assert";
import { HomeError } from "../../../src/context/errors.ts";
import { makeOwnFolder, openOwnFile } from "../../../src/context/own_file.ts";
import { tempFolder } from "../daemon/_folder.ts";

const wrong: [name: string, make: (path: string) => void, words: string][] = [
  ["a symbolic link to a file", (path) => {
    Deno.writeTextFileSync(`${path}.to`, "x");
    Deno.symlinkSync(`${path}.to`, path);
  }, "symbolic link"],
  ["a symbolic link to nothing", (path) => {
    Deno.symlinkSync(`${path}.to`, path);
  }, "symbolic link"],
  ["a file with two names", (path) => {
    Deno.writeTextFileSync(path, "x");
    Deno.linkSync(path, `${path}.to`);
  }, "2 names"],
  ["a folder", (path) => Deno.mkdirSync(path), "not a plain file"],
];
for (const [name, make, words] of wrong) {
  Deno.test(`openOwnFile() refuses ${name}`, () => {
    using folder = tempFolder();
    const path = `${folder.path}/f`;
    make(path);
    for (const append of [true, false]) {
      assertThrows(() => openOwnFile(path, { append }), HomeError, words);
    }
  });
}

Deno.test("openOwnFile() makes a private file, and opens it again", () => {
  using folder = tempFolder();
  const path = `${folder.path}/f`;
  for (const text of ["a", "b"]) {
    using file = openOwnFile(path, { append: true });
    file.writeSync(new TextEncoder().encode(text));
  }
  assertEquals(Deno.readTextFileSync(path), "ab");
  assertEquals((Deno.statSync(path).mode ?? 0) & 0o777, 0o600);
});

Deno.test("openOwnFile() gives the system's reason", () => {
  using folder = tempFolder();
  const path = `${folder.path}/none/f`;
  assertThrows(
    () => openOwnFile(path),
    HomeError,
    `Cannot open "${path}": No such file or directory (os error 2)`,
  );
});

Deno.test("makeOwnFolder() lets the owner into a folder that keeps the owner out", () => {
  using folder = tempFolder();
  const path = `${folder.path}/f`;
  Deno.mkdirSync(path);
  Deno.chmodSync(path, 0o000);
  assertEquals(makeOwnFolder(path), false);
  assertEquals((Deno.statSync(path).mode ?? 0) & 0o777, 0o000);
  assertEquals(makeOwnFolder(path, true), false);
  assertEquals((Deno.statSync(path).mode ?? 0) & 0o777, 0o700);
});
