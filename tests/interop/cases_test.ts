// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals } from "@std/assert";
import { readCases } from "./_cases.ts";
import { Judge } from "./_judge.ts";
import { Pair } from "./_pair.ts";
import { interopTest } from "./_reference.ts";

/** Databases that the reference holds open; a case uses one, some two. */
const CASES_A_START = 3;

for (const [group, cases] of Object.entries(readCases({ everyStep: true }))) {
  interopTest(`both daemons answer alike: ${group}`, async () => {
    await using pair = await Pair.start();
    const wrong: string[] = [];
    for (const [index, one] of cases.entries()) {
      if (group !== "frames" && index % CASES_A_START === CASES_A_START - 1) {
        await pair.restartTheirs();
      }
      const folder = await pair.folder(`${group}${index}`);
      const judge = new Judge(one);
      const lines = await pair.run(one, judge, folder);
      wrong.push(...lines.map((line) => `${one.name}: ${line}`));
    }
    assertEquals(wrong, []);
  });
}
