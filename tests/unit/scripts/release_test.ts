// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals, assertMatch } from "@std/assert";
import { readNotes } from "../../../scripts/lib/changelog.ts";
import { readVersion } from "../../../scripts/lib/project.ts";
import { runTool } from "./_tree.ts";

const CHANGELOG = `# Changelog

## Unreleased

- new

## 1.10.0 (2026-11-28)

- ten

### More

## 1.1.0

- one
`;

Deno.test("readNotes() returns what is below the heading of exactly this version", () => {
  assertEquals(readNotes(CHANGELOG, "1.10.0"), "- ten\n\n### More\n");
  assertEquals(readNotes(CHANGELOG, "1.1.0"), "- one\n");
  assertEquals(readNotes(CHANGELOG, "1.1"), null);
  assertEquals(readNotes("## 1.0.0\n\n## 0.9.0\n\n- x\n", "1.0.0"), null);
});

Deno.test("scripts/release --dry-run names what is missing, and the steps", async () => {
  const version = await readVersion();
  const { code, stdout, stderr } = await runTool(
    ["scripts/release", version, "--dry-run", "--url=https://example.org/k"],
  );
  assertEquals(code, 1, "the stand-ins are not released");
  assertMatch(stderr, /^kaizen: a release has the packages of JSR/m);
  const steps = stdout.split("\n").filter((line) => line.startsWith("$ "));
  assertMatch(steps[0] ?? "", /^\$ scripts\/compile --all --to=/);
  assertEquals(steps.filter((it) => / pack|\/pack archive/.test(it)).length, 4);
  assertMatch(steps.at(-1) ?? "", /^\$ scripts\/pack formula .*example\.org/);
  const other = await runTool(["scripts/release", "99.0.0", "--dry-run"]);
  assertEquals(other.code, 1);
  for (
    const fault of [
      `deno.json has version ${version}`,
      "CHANGELOG.md has no notes for 99.0.0",
      "deno.lock lacks the packages of JSR",
    ]
  ) assert(other.stderr.includes(fault), fault);
  assertEquals((await runTool(["scripts/release", "one"])).code, 64);
});
