// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals } from "@std/assert";
import { whyForeign } from "../../../src/context/mod.ts";

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

Deno.test("whyForeign() finds nothing foreign in our own folder, or below it", () => {
  const folder = Deno.makeTempDirSync({ prefix: "kz" });
  assertEquals(whyForeign(folder), null);
  assertEquals(whyForeign(`${folder}/a/b`), null);
  Deno.removeSync(folder);
});

Deno.test({
  name: "whyForeign() names the owner of another user's home",
  ignore,
  fn: () =>
    withTheirs((theirs) =>
      assertEquals(whyForeign(theirs), "it belongs to user 4242")
    ),
});

Deno.test({
  name:
    "whyForeign() names for root the owner of the folder that a missing home would be in",
  ignore,
  fn: () =>
    withTheirs((theirs) =>
      assertEquals(
        whyForeign(`${theirs}/.kaizen/x`),
        `"${theirs}" belongs to user 4242`,
      )
    ),
});

Deno.test({
  name: "whyForeign() looks at a symbolic link, not through it",
  ignore,
  fn: () =>
    withTheirs((theirs) => {
      Deno.symlinkSync(theirs, `${theirs}.link`);
      assertEquals(whyForeign(`${theirs}.link`), null);
    }),
});

Deno.test({
  name:
    "whyForeign() names for root the owner of a folder that links lead through, also to nothing",
  ignore,
  fn: () =>
    withTheirs((theirs) => {
      const own = theirs.slice(0, theirs.lastIndexOf("/"));
      Deno.mkdirSync(`${own}/real`);
      Deno.symlinkSync("../real", `${theirs}/hop`);
      Deno.symlinkSync("theirs/hop", `${own}/link`);
      Deno.symlinkSync("theirs/nothing", `${own}/dangling`);
      Deno.symlinkSync("loop", `${own}/loop`);
      for (const link of ["link", "dangling"]) {
        assertEquals(
          whyForeign(`${own}/${link}/x`),
          `"${own}/theirs" belongs to user 4242`,
        );
      }
      assertEquals(whyForeign(`${own}/loop/x`), null);
    }),
});
