// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals } from "@std/assert";
import { listOddFiles } from "../../../src/launch/mod.ts";

Deno.test("listOddFiles() tells a file whose mode alone is wrong from others", async () => {
  const home = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${home}/prices.json`);
    await Deno.symlink("nothing", `${home}/daemon.start`);
    await Deno.mkdir(`${home}/store.db`);
    await Deno.chmod(`${home}/store.db`, 0o000);
    await Deno.writeTextFile(`${home}/machine-id`, "x".repeat(34));
    await Deno.chmod(`${home}/machine-id`, 0o000);
    await Deno.writeTextFile(`${home}/daemon.err`, "");
    await Deno.chmod(`${home}/daemon.err`, 0o000);
    await Deno.writeTextFile(`${home}/flush.start`, "");
    const odd = listOddFiles(home).map(({ path, isClosed }) => [
      path.slice(home.length + 1),
      isClosed,
    ]);
    // Nothing keeps root out of a file.
    const closed = Deno.uid() === 0 ? [] : [["daemon.err", true]];
    assertEquals(odd, [
      ...closed,
      ["daemon.start", false],
      ["machine-id", false],
      ["prices.json", false],
      ["store.db", false],
    ]);
  } finally {
    await Deno.remove(home, { recursive: true });
  }
});
