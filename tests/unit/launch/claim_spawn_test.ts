// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals } from "@std/assert";
import { claimSpawn } from "../../../src/launch/claim_spawn.ts";

const NOW = 1_800_000_000_000;

Deno.test("claimSpawn() gives the right once a minute, also when the clock steps back", () => {
  const home = Deno.makeTempDirSync();
  try {
    const at = [0, 1, 59_999, 60_000, 119_999, 120_000, 5_000, 64_999, 65_000];
    const given = at.filter((ms) => claimSpawn(home, "daemon", NOW + ms));
    assertEquals(given, [0, 60_000, 120_000, 5_000, 65_000]);
    assert(claimSpawn(home, "other", NOW), "each stamp counts for itself");
  } finally {
    Deno.removeSync(home, { recursive: true });
  }
});

Deno.test("claimSpawn() takes a broken stamp for none", () => {
  const home = Deno.makeTempDirSync();
  try {
    Deno.writeTextFileSync(`${home}/daemon.start`, "soon");
    assert(claimSpawn(home, "daemon", NOW));
    assert(!claimSpawn(home, "daemon", NOW));
  } finally {
    Deno.removeSync(home, { recursive: true });
  }
});

Deno.test("claimSpawn() gives nothing for a home that cannot be written", () => {
  assert(!claimSpawn("/nowhere/at/all", "daemon", NOW));
});

Deno.test({
  name: "claimSpawn() gives root nothing in another user's home",
  ignore: Deno.uid() !== 0,
  fn() {
    const home = Deno.makeTempDirSync();
    try {
      Deno.chownSync(home, 12_345, 12_345);
      assert(!claimSpawn(home, "daemon", NOW));
      assertEquals([...Deno.readDirSync(home)], []);
    } finally {
      Deno.removeSync(home, { recursive: true });
    }
  },
});
