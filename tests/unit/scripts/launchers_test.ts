// SPDX-License-Identifier: AGPL-3.0-or-later
import {
  assertEquals,
  assertMatch,
  assertNotEquals,
  assertStringIncludes,
} from "@std/assert";
import { type Clone, HOOK, makeClone, remember, SILENT } from "./_clone.ts";

/** Debian's `sh`, and the shell that macOS has as `sh`. */
const SHELLS: Record<string, string[]> = {
  dash: ["dash"],
  bash: ["bash", "--posix"],
};
const WRONG_DENO = "echo 2.1.0 /somewhere/deno";
const UNDECIDED = { KAIZEN_DEPS: "offline" };

/** Returns the path of a program on PATH, or null. */
async function locate(program: string): Promise<string | null> {
  const { success, stdout } = await new Deno.Command("sh", {
    args: ["-c", 'command -v "$1"', "sh", program],
  }).output();
  return success ? new TextDecoder().decode(stdout).trim() : null;
}

/** Makes a complete clone with a stored choice. */
async function makeDecided(shell: string[]): Promise<Clone> {
  const clone = await makeClone(shell);
  await clone.stubDeno();
  await clone.run("deno", ["--version"], { env: UNDECIDED });
  await clone.write(
    ".deno/choice-2.9.6",
    (await clone.read(".deno/choice-2.9.6")).replace("undecided", "offline"),
  );
  return clone;
}

/**
 * Surroundings in which the program cannot run: the launchers exit 70, and hooks exit 0 in silence.
 */
const hopeless: Record<string, (clone: Clone) => Promise<unknown>> = {
  "no deno and no npm": () => Promise.resolve(),
  "an npm that fails": (clone) =>
    clone.stub("npm", "echo no network >&2; exit 1"),
  "an npm that exits 2": (clone) => clone.stub("npm", "exit 2"),
  "an npm that does nothing": (clone) => clone.stub("npm", "exit 0"),
  "an npm that installs garbage": (clone) =>
    clone.stub(
      "npm",
      `while [ "$1" != --prefix ]; do shift; done
mkdir -p "$2/node_modules/@deno/x"; echo ")(" >"$2/node_modules/@deno/x/deno"`,
    ),
  "another version of deno": (clone) => clone.stub("deno", WRONG_DENO),
  "a deno that exits 2": (clone) => clone.stub("deno", "exit 2"),
  "a deno that lies about its place": (clone) =>
    clone.stub("deno", "echo 2.9.6 /nowhere/deno"),
  "a .deno that is a file": spoilState,
  "a choice that names nothing": (clone) =>
    remember(clone, "/nowhere/deno\noffline\n"),
  "a choice that names another program": (clone) =>
    remember(clone, "/bin/ls\noffline\n"),
  "a choice of garbage": (clone) => remember(clone, "\0\xff)(\n'\"`$(\n"),
  "an empty choice": (clone) => remember(clone, ""),
  "a choice that is a folder": async (clone) => {
    await Deno.mkdir(`${clone.root}/.deno/choice-2.9.6`, { recursive: true });
  },
  "an incomplete clone": (clone) =>
    Deno.remove(`${clone.root}/scripts/lib/choose`),
  "a broken clone": (clone) => clone.write("scripts/lib/choose", "<<<<<<< )("),
};

/** Unusual surroundings that do not matter once there is a Deno. */
const survivable: Record<string, (clone: Clone) => Promise<unknown>> = {
  "nothing odd": () => Promise.resolve(),
  "a choice that names nothing": (clone) =>
    remember(clone, "/nowhere/deno\noffline\n"),
  "a choice that names another program": (clone) =>
    remember(clone, "/bin/ls\noffline\n"),
  "a choice of garbage": (clone) => remember(clone, "\0\xff)(\n'\"`$(\n"),
  "a choice with a Deno that is empty": async (clone) => {
    await Deno.writeTextFile(`${clone.folder}/deno`, "", { mode: 0o755 });
    await remember(clone, `${clone.folder}/deno\noffline\n`);
  },
  "a .deno that is a file": spoilState,
  "a lock whose holder is gone": async (clone) => {
    await Deno.mkdir(`${clone.root}/.deno/lock`, { recursive: true });
    await clone.write(".deno/lock/pid", "999999999\n");
  },
  "a broken npm": (clone) => clone.stub("npm", "exit 2"),
};

async function spoilState(clone: Clone): Promise<void> {
  await Deno.remove(`${clone.root}/.deno`, { recursive: true });
  await clone.write(".deno", "");
}

for (const [name, [program = "", ...flags]] of Object.entries(SHELLS)) {
  const path = await locate(program);
  const ignore = path === null;
  const shell = [path ?? program, ...flags];
  const define = (what: string, fn: () => Promise<void>) =>
    Deno.test({ name: `${name}: ${what}`, ignore, fn });

  for (const [what, spoil] of Object.entries(hopeless)) {
    define(
      `the launchers exit 70, and hooks 0 in silence, with ${what}`,
      async () => {
        for (const env of [{}, { HOME: undefined }, { HOME: "" }, UNDECIDED]) {
          await using clone = await makeClone(shell);
          await Deno.mkdir(`${clone.root}/.deno`);
          // No process outlives the hooks of this test.
          await clone.write(".deno/tried", "");
          await spoil(clone);
          for (const args of [HOOK, ["ingest", "git", "post-commit"]]) {
            assertEquals(await clone.run("kaizen", args, { env }), SILENT);
          }
          for (const script of ["kaizen", "deno"]) {
            const { code, stdout, stderr } = await clone.run(script, [
              "--version",
            ], { env });
            assertEquals([code, stdout], [70, ""]);
            assertNotEquals(stderr, "");
          }
        }
      },
    );
  }

  for (const [what, spoil] of Object.entries(survivable)) {
    define(`the launchers run with ${what}`, async () => {
      for (const env of [{}, { HOME: undefined }, UNDECIDED]) {
        await using clone = await makeClone(shell);
        await clone.stubDeno();
        await Deno.mkdir(`${clone.root}/.deno`);
        await spoil(clone);
        assertEquals(await clone.run("kaizen", HOOK, { env }), SILENT);
        const { code, stdout } = await clone.run("kaizen", ["a b", "--c"], {
          env,
        });
        assertEquals(code, 0);
        assertEquals(JSON.parse(stdout).args, ["a b", "--c"]);
        const version = await clone.run("deno", ["--version"], { env });
        assertEquals(version.code, 0);
        assertMatch(version.stdout, /^deno 2\.9\.6 /);
      }
    });
  }

  define(
    "a decided clone needs nothing of PATH, and the exit code is the program's",
    async () => {
      await using clone = await makeDecided(shell);
      const env = { PATH: "/nonexistent" };
      for (const code of [0, 1, 3, 64, 130]) {
        const finished = await clone.run("kaizen", ["exit", `${code}`], {
          env,
        });
        assertEquals(finished.code, code, finished.stderr);
      }
      assertEquals(
        await clone.run("kaizen", [...HOOK, "exit"], { env }),
        SILENT,
      );
      assertMatch(
        (await clone.run("deno", ["--version"], { env })).stdout,
        /^deno /,
      );
    },
  );

  define("a hook exits 0 in silence, even if the program fails", async () => {
    await using clone = await makeDecided(shell);
    const programs = [
      "Deno.exit(2);",
      "console.log(1); console.error(2); throw new Error();",
      "<<<<<<<",
      "Deno.kill(Deno.pid, 'SIGKILL');",
    ];
    for (const program of programs) {
      await clone.write("main.ts", program);
      for (const args of [HOOK, ["--json", "ingest", "git", "x"]]) {
        assertEquals(await clone.run("kaizen", args), SILENT, program);
      }
    }
    await Deno.remove(`${clone.root}/main.ts`);
    assertEquals(await clone.run("kaizen", HOOK), SILENT);
    await Deno.remove(`${clone.root}/scripts/permissions`);
    assertEquals(await clone.run("kaizen", HOOK), SILENT);
    assertEquals((await clone.run("kaizen", ["status"])).code, 70);
  });

  define("a hook gives the program its stdin and its arguments", async () => {
    await using clone = await makeDecided(shell);
    await clone.write(
      "main.ts",
      `Deno.writeTextFileSync(${JSON.stringify(`${clone.folder}/seen`)},
        JSON.stringify([Deno.args, await new Response(Deno.stdin.readable).text()]));`,
    );
    assertEquals(
      await clone.run("kaizen", HOOK, { stdin: `{"a":"ü"}` }),
      SILENT,
    );
    assertEquals(
      JSON.parse(await Deno.readTextFile(`${clone.folder}/seen`)),
      [HOOK, `{"a":"ü"}`],
    );
  });

  define("closed streams do no harm", async () => {
    await using clone = await makeDecided(shell);
    for (const redirect of ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"]) {
      const finished = await clone.run("kaizen", ["a"], { redirect });
      assertEquals(finished.code, 0, `${redirect}: ${finished.stderr}`);
      assertEquals(await clone.run("kaizen", HOOK, { redirect }), SILENT);
      assertEquals(
        (await clone.run("deno", ["--version"], { redirect })).code,
        0,
      );
    }
  });

  define("the launcher runs in a directory that is gone", async () => {
    await using clone = await makeDecided(shell);
    const gone = `${clone.folder}/gone`;
    await Deno.mkdir(gone);
    const inside = [
      "-c",
      `cd "$1" && rmdir "$1" && exec ${shell.join(" ")} "$2/scripts/kaizen" a`,
      "sh",
      gone,
      clone.root,
    ];
    const { code, stdout } = await new Deno.Command("sh", { args: inside })
      .output();
    assertEquals(code, 0);
    assertEquals(JSON.parse(new TextDecoder().decode(stdout)).cwd, gone);
  });

  define(
    "the launcher runs through symlinks, and does not pass an old KAIZEN_CWD on",
    async () => {
      await using clone = await makeDecided(shell);
      await Deno.symlink("kaizen", `${clone.root}/scripts/near`);
      await Deno.mkdir(`${clone.folder}/far`);
      await Deno.symlink("../clone/scripts/near", `${clone.folder}/far/k`);
      const { code, stdout } = await clone.run("../../far/k", ["a"], {
        cwd: clone.root,
        env: { KAIZEN_CWD: "/old" },
      });
      assertEquals(code, 0);
      assertEquals(JSON.parse(stdout).cwd, clone.root);
    },
  );

  define("a bad KAIZEN_DEPS is 64, and a hook runs all the same", async () => {
    await using clone = await makeDecided(shell);
    const env = { KAIZEN_DEPS: "no-such-map.json" };
    for (const script of ["kaizen", "deno"]) {
      const { code, stderr } = await clone.run(script, ["--version"], { env });
      assertEquals(code, 64);
      assertStringIncludes(stderr, "KAIZEN_DEPS must be jsr, offline");
    }
    await clone.write(
      "main.ts",
      `Deno.writeTextFileSync(${JSON.stringify(`${clone.folder}/seen`)}, "");`,
    );
    assertEquals(await clone.run("kaizen", HOOK, { env }), SILENT);
    await Deno.stat(`${clone.folder}/seen`);
  });
}
