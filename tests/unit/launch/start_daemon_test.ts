// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertRejects } from "@std/assert";
import { HomeError, resolvePaths } from "../../../src/context/mod.ts";
import { startDaemon } from "../../../src/launch/mod.ts";
import { tempFolder } from "../daemon/_folder.ts";

Deno.test("startDaemon() names a home that is removed before the daemon is in it", async () => {
  using folder = tempFolder();
  const home = `${folder.path}/h`;
  const env = (name: string) => name === "KAIZEN_HOME" ? home : undefined;
  await assertRejects(
    () =>
      startDaemon({
        paths: resolvePaths({ env }),
        command: { program: "/bin/true", args: wordsThatRemove(home) },
      }),
    HomeError,
    "removed at the same time",
  );
});

/** Words that remove a folder as they are put into a command line. */
function wordsThatRemove(folder: string): string[] {
  const words: string[] = [];
  words[Symbol.iterator] = () => {
    Deno.removeSync(folder, { recursive: true });
    return [].values();
  };
  return words;
}
