// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals } from "@std/assert";
import { foreignOwner } from "../../../src/context/mod.ts";

/** Makes `<folder>/theirs`, another user's, and passes it on. */
function withTheirs(run: (theirs: string) => void): void {
  const folder = Deno.makeTempDirSync({ prefix: "kz" });
  try {
    Deno.mkdirSync(`${folder}/theirs`);
    Deno.chownSync(`${folder}/theirs`, 4242, 4242);
    run(`${folder}/theirs`);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

const ignore = Deno.uid() !== 0;

Deno.test("foreignOwner() finds nothing foreign in our own folder, or below it", () => {
  const folder = Deno.makeTempDirSync({ prefix: "kz" });
  assertEquals(foreignOwner(folder), null);
  assertEquals(foreignOwner(`${folder}/a/b`), null);
  Deno.removeSync(folder);
});

Deno.test({
  name: "foreignOwner() returns the owner of another user's home",
  ignore,
  fn: () => withTheirs((theirs) => assertEquals(foreignOwner(theirs), 4242)),
});

Deno.test({
  name:
    "foreignOwner() returns for root the owner of the folder that a missing home would be in",
  ignore,
  fn: () =>
    withTheirs((theirs) =>
      assertEquals(foreignOwner(`${theirs}/.kaizen/x`), 4242)
    ),
});

Deno.test({
  name: "foreignOwner() looks at a symbolic link, not through it",
  ignore,
  fn: () =>
    withTheirs((theirs) => {
      Deno.symlinkSync(theirs, `${theirs}.link`);
      assertEquals(foreignOwner(`${theirs}.link`), null);
    }),
});
