// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals } from "@std/assert";
import { spawnOnce } from "../../../src/launch/mod.ts";
import { tempFolder } from "../daemon/_folder.ts";

const NOW = 1_800_000_000_000;

function optionsIn(home: string) {
  const paths = { home, socket: `${home}/s` };
  return { paths, command: { program: "/bin/true", args: [] } };
}

Deno.test({
  name: "spawnOnce() spawns once a minute",
  sanitizeOps: false, // the child outlives the test
  sanitizeResources: false,
  fn: () => {
    using folder = tempFolder();
    const options = optionsIn(folder.path);
    const spawned = [0, 59_999, 60_000].map((ms) =>
      spawnOnce("flush", { ...options, nowMs: NOW + ms })
    );
    assertEquals(spawned, [true, false, true]);
  },
});

Deno.test("spawnOnce() never throws", () => {
  const options = { ...optionsIn("/dev/null/h"), nowMs: NOW };
  assertEquals(spawnOnce("daemon", options), false);
});

Deno.test({
  name: "spawnOnce() spawns nothing for root in another user's home",
  ignore: Deno.uid() !== 0,
  fn: () => {
    using folder = tempFolder();
    Deno.chownSync(folder.path, 4242, 4242);
    const options = { ...optionsIn(folder.path), nowMs: NOW };
    assertEquals(spawnOnce("daemon", options), false);
    assertEquals([...Deno.readDirSync(folder.path)], []);
  },
});
