// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals, assertThrows } from "@std/assert";
import { HomeError } from "../../../src/context/mod.ts";
import { prepareHome } from "../../../src/launch/prepare_home.ts";
import { tempFolder } from "../daemon/_folder.ts";

function mode(path: string): string {
  return ((Deno.statSync(path).mode ?? 0) & 0o777).toString(8);
}

Deno.test("prepareHome() makes a private folder, and those above it", () => {
  using folder = tempFolder();
  const home = `${folder.path}/a/b`;
  prepareHome(home);
  assertEquals(mode(home), "700");
});

Deno.test("prepareHome() tightens a folder of ours", () => {
  using folder = tempFolder();
  const home = `${folder.path}/h`;
  for (const loose of [0o755, 0o777, 0o710]) {
    Deno.mkdirSync(home, { recursive: true });
    Deno.chmodSync(home, loose);
    prepareHome(home);
    assertEquals(mode(home), "700");
  }
});

const wrong: [name: string, make: (home: string) => void, words: string][] = [
  ["a symbolic link", (home) => {
    Deno.mkdirSync(`${home}.to`);
    Deno.symlinkSync(`${home}.to`, home);
  }, "symbolic link"],
  ["a file", (home) => Deno.writeTextFileSync(home, ""), "not a folder"],
  ["a folder below a file", (home) => {
    Deno.writeTextFileSync(home.slice(0, -2), "");
  }, "Not a directory"],
];
for (const [name, make, words] of wrong) {
  Deno.test(`prepareHome() refuses ${name}`, () => {
    using folder = tempFolder();
    const home = `${folder.path}/d/h`;
    if (name !== "a folder below a file") Deno.mkdirSync(`${folder.path}/d`);
    make(home);
    assertThrows(() => prepareHome(home), HomeError, words);
  });
}

Deno.test({
  name:
    "prepareHome() refuses another user's folder, and a folder that root would make in one",
  ignore: Deno.uid() !== 0,
  fn: () => {
    using folder = tempFolder();
    const theirs = `${folder.path}/theirs`;
    Deno.mkdirSync(theirs);
    Deno.chownSync(theirs, 4242, 4242);
    for (const home of [theirs, `${theirs}/.kaizen`]) {
      assertThrows(() => prepareHome(home), HomeError, "user 4242");
    }
    assertThrows(() => Deno.lstatSync(`${theirs}/.kaizen`));
  },
});
