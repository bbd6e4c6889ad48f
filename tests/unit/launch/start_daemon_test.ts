// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertRejects } from "@std/assert";
import { HomeError, resolvePaths } from "../../../src/context/mod.ts";
import { startDaemon } from "../../../src/launch/mod.ts";

Deno.test("startDaemon() names a home that is removed before the daemon is in it", async () => {
  const folder = await Deno.realPath(
    await Deno.makeTempDir({ prefix: "kz" }),
  );
  const home = `${folder}/h`;
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
  await Deno.remove(folder, { recursive: true });
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
