// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals } from "@std/assert";
import { makeClone, remember } from "./_clone.ts";

/** The words that `scripts/deno` gives to Deno; MAP stands for the import map. */
const words: [
  args: string[],
  deps: "jsr" | "offline" | "map.json",
  seen: string[],
][] = [
  [["run", "-A", "a.ts"], "offline", ["run", "MAP", "-A", "a.ts"]],
  [["test", "--doc"], "offline", ["test", "MAP", "--doc"]],
  [["-q", "check", "a.ts"], "offline", ["-q", "check", "MAP", "a.ts"]],
  [["a.ts", "b c"], "offline", ["run", "MAP", "a.ts", "b c"]],
  [["fmt", "--check"], "offline", ["fmt", "--check"]],
  [["lint"], "offline", ["lint"]],
  [["--version"], "offline", ["--version"]],
  [[], "offline", []],
  [["run", "--import-map=x", "a.ts"], "offline", [
    "run",
    "--import-map=x",
    "a.ts",
  ]],
  [["run", "a.ts"], "map.json", ["run", "MAP", "a.ts"]],
  [["run", "a.ts"], "jsr", ["run", "a.ts"]],
  [["run", "--no-config", "a.ts"], "jsr", [
    "run",
    "MAP",
    "--no-config",
    "a.ts",
  ]],
];

for (const [args, deps, seen] of words) {
  Deno.test(`scripts/deno ${args.join(" ")} with ${deps} becomes deno ${seen.join(" ")}`, async () => {
    await using clone = await makeClone(["/bin/sh"]);
    await Deno.writeTextFile(
      `${clone.folder}/deno`,
      `#!/bin/sh\nfor word in "$@"; do printf '%s\\n' "$word"; done\n`,
      { mode: 0o755 },
    );
    await Deno.writeTextFile(`${clone.folder}/map.json`, "{}");
    await remember(clone, `${clone.folder}/deno\noffline\n`);
    const maps = {
      jsr: `${clone.root}/deno.json`,
      offline: `${clone.root}/scripts/offline/import_map.json`,
      "map.json": `${clone.folder}/map.json`,
    };
    const { stdout } = await clone.run("deno", args, {
      env: { KAIZEN_DEPS: deps },
    });
    assertEquals(
      stdout.split("\n").slice(0, -1),
      seen.map((word) => word === "MAP" ? `--import-map=${maps[deps]}` : word),
    );
  });
}

Deno.test("scripts/deno says that JSR cannot be reached only if that is so and KAIZEN_DEPS=jsr insists on it", async () => {
  await using clone = await makeClone(["/bin/sh"]);
  const cases: [deps: string, reached: boolean, told: boolean][] = [
    ["jsr", false, true],
    ["jsr", true, false],
    ["offline", false, false],
  ];
  for (const [deps, reached, told] of cases) {
    await Deno.writeTextFile(
      `${clone.folder}/deno`,
      `#!/bin/sh\ncase "$*" in *try_jsr*) exit ${reached ? 0 : 1} ;; esac\n` +
        "echo cannot load >&2\nexit 1\n",
      { mode: 0o755 },
    );
    await remember(clone, `${clone.folder}/deno\noffline\n`);
    const { code, stderr } = await clone.run("deno", ["run", "a.ts"], {
      env: { KAIZEN_DEPS: deps },
    });
    assertEquals([code, stderr.startsWith("cannot load\n")], [1, true]);
    const words = /\nkaizen: JSR cannot be reached, .* unset KAIZEN_DEPS\n$/;
    assertEquals(words.test(stderr), told, stderr);
  }
});
