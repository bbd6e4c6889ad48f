// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals, assertMatch } from "@std/assert";
import { ROOT } from "../../../scripts/lib/project.ts";

/**
 * Runs `scripts/compile` with a base runtime, and returns its result and the names of what it made.
 */
async function compileFrom(
  base: string,
  args: string[] = [],
): Promise<{ code: number; stderr: string; made: string[] }> {
  const folder = await Deno.makeTempDir();
  try {
    const { code, stderr } = await new Deno.Command(`${ROOT}/scripts/compile`, {
      args: [`--to=${folder}`, ...args],
      env: { DENORT_BIN: base, KAIZEN_DEPS: "offline", NO_COLOR: "1" },
      stdin: "null",
    }).output();
    const names = await Array.fromAsync(Deno.readDir(folder), (e) => e.name);
    return {
      code,
      stderr: new TextDecoder().decode(stderr),
      made: names.filter((name) =>
        name === "kaizen" || name.startsWith(".compile-")
      ),
    };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const ODD: [name: string, base: string, says: RegExp][] = [
  ["is missing", "/nowhere/denort", /No such file/],
  ["is relative to nothing", "no/such/denort", /No such file/],
  ["is a folder", "/", /no file: \/$/m],
  ["is a device", "/dev/null", /no file: \/dev\/null$/m],
  ["is a text", `${ROOT}/LICENSE`, /no program: .*LICENSE$/m],
];

for (const [name, base, says] of ODD) {
  Deno.test(`scripts/compile says in one line that DENORT_BIN ${name}`, async () => {
    const { code, stderr, made } = await compileFrom(base);
    assertEquals({ code, made }, { code: 64, made: [] });
    assertMatch(stderr, /^kaizen: DENORT_BIN must name a denort .+\n$/);
    assertMatch(stderr, says);
  });
}

Deno.test({
  name:
    "scripts/compile runs what it made, and refuses a program that is not kaizen",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const { code, stderr, made } = await compileFrom("/bin/true");
    assertEquals({ code, made }, { code: 64, made: [] });
    assertMatch(
      stderr,
      /^kaizen: The binary that was made is not kaizen, its --version does not say "kaizen .*: DENORT_BIN is not denort [\d.]+ for this machine\n$/,
    );
  },
});

Deno.test("scripts/compile takes no base runtime of one platform for all", async () => {
  const { code, made } = await compileFrom("/bin/true", ["--all"]);
  assertEquals({ code, made }, { code: 64, made: [] });
});
