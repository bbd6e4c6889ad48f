// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals } from "@std/assert";
import { findWorkspace } from "../../../src/context/mod.ts";

/** A folder with a repository, a linked worktree, a symlink to both, and a plain folder. */
function makeTree(): string {
  const root = Deno.realPathSync(Deno.makeTempDirSync());
  Deno.mkdirSync(`${root}/repo/.git`, { recursive: true });
  Deno.mkdirSync(`${root}/repo/src/deep`, { recursive: true });
  Deno.mkdirSync(`${root}/tree/a`, { recursive: true });
  Deno.writeTextFileSync(`${root}/tree/.git`, "gitdir: elsewhere\n");
  Deno.mkdirSync(`${root}/plain/a`, { recursive: true });
  Deno.symlinkSync(`${root}/repo`, `${root}/link`);
  Deno.symlinkSync(`${root}/repo/src/deep`, `${root}/deep`);
  return root;
}

const rows: [start: string, found: string][] = [
  ["repo", "repo"],
  ["repo/", "repo"],
  ["repo/src/deep", "repo"],
  ["repo/src/../src/./deep", "repo"],
  ["tree/a", "tree"],
  ["plain/a", "plain/a"],
  ["link/src", "repo"],
  ["link", "repo"],
  ["deep/..", "repo"],
  ["deep/../../../plain/a/..", "plain"],
  ["plain/a/../../gone/../a", "plain/a/../../gone/../a"],
  ["gone/deep/", "gone/deep/"],
];
for (const [start, found] of rows) {
  Deno.test(`findWorkspace("${start}") is "${found}"`, () => {
    const root = makeTree();
    try {
      assertEquals(findWorkspace(`${root}/${start}`), `${root}/${found}`);
    } finally {
      Deno.removeSync(root, { recursive: true });
    }
  });
}

Deno.test("findWorkspace() takes a relative start from the given directory", () => {
  const root = makeTree();
  try {
    assertEquals(findWorkspace("src", `${root}/repo`), `${root}/repo`);
    assertEquals(findWorkspace(".", `${root}/plain/a`), `${root}/plain/a`);
    assertEquals(findWorkspace("gone", `${root}/plain`), `${root}/plain/gone`);
  } finally {
    Deno.removeSync(root, { recursive: true });
  }
});
