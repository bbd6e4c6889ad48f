// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals } from "@std/assert";
import { programPath } from "../../../src/context/mod.ts";

const cases: [path: string | undefined, found: string][] = [
  ["/opt/git/bin:/usr/bin", "/opt/git/bin:/usr/bin"],
  [".:/usr/bin", "/usr/bin"],
  [":/usr/bin:", "/usr/bin"],
  ["/usr/bin::node_modules/.bin:/bin", "/usr/bin:/bin"],
  [".", "/usr/bin:/bin"],
  ["", "/usr/bin:/bin"],
  [undefined, "/usr/bin:/bin"],
];
for (const [path, found] of cases) {
  Deno.test(`programPath() makes ${JSON.stringify(path)} ${found}`, () => {
    assertEquals(programPath(path), found);
  });
}
