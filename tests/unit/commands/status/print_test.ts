// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertStringIncludes } from "@std/assert";
import { renderStatus } from "../../../../src/commands/status/print.ts";
import type { SpoolStatus } from "../../../../src/spool/mod.ts";
import { EMPTY_SPOOL } from "../../../fixtures/empty_spool.ts";
import { NOW, testContext, testRun } from "../_context.ts";

const HOUR = 3_600_000;
const stopped = { state: "stopped", reason: "x", fault: null } as const;
const hung = { state: "hung", reason: "x", fault: null } as const;

function show(
  found: Parameters<typeof renderStatus>[0],
  spool: Partial<SpoolStatus> = {},
  flags: Parameters<typeof testRun>[1] = {},
): string {
  const run = testRun(testContext({ columns: 200 }), flags);
  return renderStatus(found, { spool: { ...EMPTY_SPOOL, ...spool }, run }).join(
    "\n",
  );
}

Deno.test("renderStatus() explains whether events are lost while no daemon answers", () => {
  const broken = { writable: false, reason: "disk full" };
  for (const found of [stopped, hung]) {
    const good = show(found, {}, { color: "never" });
    assertStringIncludes(good, "Hooks keep recording");
    assertStringIncludes(good, "spool       empty");
    const bad = show(found, broken, { color: "never" });
    assertStringIncludes(bad, "Nothing is recorded in this home");
    assertStringIncludes(bad, "spool       cannot be written: disk full");
    assert(!bad.includes("Hooks keep") && !bad.includes("empty"), bad);
  }
});

Deno.test("renderStatus() suggests a command with the path options of this one", () => {
  const flags = { home: "/a b", color: "never" } as const;
  assertStringIncludes(
    show(stopped, {}, flags),
    "Start the daemon: kaizen --home '/a b' daemon start --background",
  );
  assertStringIncludes(
    show(hung, {}, flags),
    "Wait longer: kaizen --home '/a b' status --timeout 10s\n" +
      "See what is wrong: kaizen --home '/a b' doctor",
  );
});

Deno.test("renderStatus() highlights a failure for a day", () => {
  const lost = (agoMs: number) =>
    show(stopped, {
      failures: 2,
      last_failure: { ms: NOW - agoMs, reason: "disk full" },
    }, { color: "always" });
  const text = "2 failures in hooks, the last";
  assertStringIncludes(lost(23 * HOUR), `\x1b[31m${text} 23h ago: disk full`);
  assertStringIncludes(lost(25 * HOUR), `\x1b[2m${text} 1d ago: disk full`);
});
