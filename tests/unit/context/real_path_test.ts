// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals } from "@std/assert";
import { findWorkspace, realPath } from "../../../src/context/mod.ts";

Deno.test("realPath() looks at no path that is longer than the system allows", () => {
  const longest = `/${"./".repeat(2047)}`;
  assertEquals([longest.length, realPath(longest)], [4095, "/"]);
  // Each part of a path like these was a call of the system.
  for (const part of ["/", "./", "tmp/../", "a/"]) {
    assertEquals(realPath(`/${part.repeat(4_000_000)}`), null, part);
  }
});

Deno.test("findWorkspace() takes a path that is too long as it is", () => {
  const path = `/${"./".repeat(4_000_000)}`;
  assertEquals(findWorkspace(path), path);
  assertEquals(findWorkspace(path.slice(1), "/tmp"), "/tmp");
});
