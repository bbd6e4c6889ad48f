// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals } from "@std/assert";
import {
  addUp,
  countTests,
  printSummary,
  printTable,
} from "../../../scripts/lib/outcome.ts";

const REPORT = `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="deno test" tests="4" failures="1" errors="0" time="0.1">
  <testsuite name="./a_test.ts" tests="4" disabled="1" errors="0" failures="1">
    <testcase name="a() works" classname="./a_test.ts" time="0.001" line="1" col="6">
    </testcase>
    <testcase name="b" classname="./a_test.ts"/>
    <testcase name="c &gt; d &quot;e&quot;" classname="./a_test.ts">
      <skipped/>
    </testcase>
    <testcase name="f" classname="./a_test.ts">
      <failure message="Uncaught Error: &lt;testcase&gt;">at file</failure>
    </testcase>
  </testsuite>
</testsuites>`;
const GOOD = `<testsuite><testcase name="a"></testcase></testsuite>`;

const counts: [
  what: string,
  report: string,
  code: number,
  passed: number,
  failed: number,
  reasons: string[],
][] = [
  ["each kind of case", REPORT, 1, 2, 1, [`c > d "e"`]],
  ["a good run", GOOD, 0, 1, 0, []],
  ["a bad exit that no case explains as a failure", GOOD, 1, 1, 1, []],
  ["no report as a failure", "", 1, 0, 1, []],
  ["a run without a test as a failure", "", 0, 0, 1, []],
];

for (const [what, report, code, passed, failed, reasons] of counts) {
  Deno.test(`countTests() counts ${what}`, () => {
    assertEquals(countTests(report, code), { passed, failed, reasons });
  });
}

Deno.test("countTests() reads a report of deno test", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(
      `${folder}/a_test.ts`,
      `Deno.test("a < b", () => {});
       Deno.test("c", async (t) => { await t.step("d", () => {}); });
       Deno.test.ignore('e "f" & g', () => {});
       Deno.test("h", () => { throw new Error("<skipped/>"); });`,
    );
    const { code } = await new Deno.Command(Deno.execPath(), {
      args: [
        "test",
        "--no-config",
        "--no-lock",
        `--junit-path=${folder}/report.xml`,
        `${folder}/a_test.ts`,
      ],
      stdout: "null",
      stderr: "null",
    }).output();
    const report = await Deno.readTextFile(`${folder}/report.xml`);
    const { failed, reasons } = countTests(report, code);
    assertEquals([code, failed, reasons], [1, 1, ['e "f" & g']]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("addUp() and printTable() include every outcome", () => {
  const one = { passed: 2, failed: 0, reasons: ["no network"], seconds: 1.26 };
  const two = { passed: 1, failed: 3, reasons: [] };
  assertEquals(addUp([one, two]), { passed: 3, failed: 3, skipped: 1 });
  assertEquals(
    printTable([["unit", one], ["a", two]]),
    "ok     unit     2 passed   0 failed   1 skipped    1.3 s\n" +
      "FAILED a        1 passed   3 failed   0 skipped    0.0 s\n" +
      "skipped: unit: no network",
  );
});

Deno.test("printSummary() names the checks that were skipped as a whole", () => {
  const some = { passed: 2, failed: 1, reasons: ["one of three"] };
  const none = { passed: 0, failed: 0, reasons: ["no reference"] };
  assertEquals(
    printSummary([["unit", some]]),
    "2 passed, 1 failed, 1 skipped",
  );
  assertEquals(
    printSummary([["unit", some], ["interop", none], ["binary", none]]),
    "2 passed, 1 failed, 3 skipped (nothing run: interop, binary)",
  );
});
