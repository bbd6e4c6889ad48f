// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { resolvePaths } from "../../../src/context/mod.ts";
import { serveDetached } from "../../../src/daemon/mod.ts";
import { tempFolder } from "./_folder.ts";

/**
 * Runs a daemon that fails before it is ready.
 *
 * @returns Its exit code, its ready line, and the last line of its log.
 */
async function failIn(home: string, readStore: () => string) {
  const env = () => undefined;
  const paths = resolvePaths({ env }, { home });
  let said = "";
  const exit = await serveDetached({
    paths: {
      ...paths,
      get store() {
        return readStore();
      },
    },
    context: {
      env,
      cwd: () => home,
      now: Date.now,
      giveUpRun: () => {},
      stdout: {
        isTerminal: () => false,
        columns: () => null,
        write: (bytes) => {
          said += new TextDecoder().decode(bytes);
          return Promise.resolve();
        },
      },
    },
  });
  const [last = ""] = (await Deno.readTextFile(paths.log)).trimEnd().split("\n")
    .slice(-1);
  const [line, logged]: Record<string, unknown>[] = [said, last]
    .map((text) => JSON.parse(text));
  return { exit, line, logged };
}

Deno.test("serveDetached() reports to its parent and its log why it cannot start", async () => {
  using folder = tempFolder();
  const home = `${folder.path}/h`;
  await Deno.mkdir(home, { mode: 0o700 });
  await Deno.writeTextFile(`${home}/store.db`, "no database at all".repeat(99));
  const { exit, line, logged } = await failIn(home, () => `${home}/store.db`);
  assertEquals([exit, line?.exit, logged?.exit], [74, 74, 74]);
  assertEquals(logged?.message, "daemon failed");
  assertStringIncludes(String(line?.message), "it is not a SQLite database");
  assertEquals(logged?.reason, line?.message);
});

Deno.test("serveDetached() writes the stack of a bug only to its log", async () => {
  using folder = tempFolder();
  const { exit, line, logged } = await failIn(`${folder.path}/h`, () => {
    throw new TypeError("a bug");
  });
  assertEquals([exit, line?.message], [70, "a bug"]);
  assertEquals([logged?.message, logged?.reason], ["daemon failed", "a bug"]);
  assert(String(logged?.stack).includes("detached_test.ts"));
});
