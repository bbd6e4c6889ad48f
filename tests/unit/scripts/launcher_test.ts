// SPDX-License-Identifier: AGPL-3.0-or-later
import {
  assertEquals,
  assertMatch,
  assertRejects,
  assertThrows,
} from "@std/assert";
import {
  DAEMON_V8_FLAGS,
  makeLauncher,
  startFile,
  V8_FLAGS,
} from "../../../scripts/lib/launcher.ts";
import { ROOT } from "../../../scripts/lib/project.ts";

const PROGRAM = `
console.log(JSON.stringify([Deno.args, Deno.env.get("KAIZEN_CWD") ?? Deno.cwd()]));
if (Deno.args.at(-1) === "flags") console.log(Deno.env.get("DENO_V8_FLAGS") ?? "unset");
if (Deno.args[0] === "exit") Deno.exit(Number(Deno.args[1]));
`;

/** Makes `kaizen.sh` and a bundle in a new folder. */
async function makeBundle(runtime: string): Promise<{
  folder: string;
  run(
    args: string[],
    options?: { cwd?: string; env?: Record<string, string> },
  ): Promise<[number, string, string]>;
  [Symbol.asyncDispose](): Promise<void>;
}> {
  const folder = await Deno.realPath(
    await Deno.makeTempDir({ prefix: "kz it's " }),
  );
  const script = makeLauncher(
    await Deno.readTextFile(`${ROOT}/scripts/kaizen`),
    {
      runtime: {
        kind: "path",
        path: runtime,
        cache: `${folder}/no such/cache`,
      },
      permissions: ["--allow-read", "--allow-env=KAIZEN_CWD,DENO_V8_FLAGS"],
      commands: "chunks/1/commands.js",
    },
  );
  await Deno.writeTextFile(`${folder}/kaizen.sh`, script, { mode: 0o755 });
  await Deno.writeTextFile(`${folder}/kaizen.js`, PROGRAM);
  // PATH must not lead to another Deno on this machine.
  await Deno.mkdir(`${folder}/bin`);
  await Deno.symlink("/usr/bin/readlink", `${folder}/bin/readlink`);
  return {
    folder,
    async run(args, { cwd = folder, env = {} } = {}) {
      const { code, stdout, stderr } = await new Deno.Command(
        `${folder}/kaizen.sh`,
        {
          args,
          cwd,
          env: { PATH: `${folder}/bin`, KAIZEN_HOME: `${folder}/home`, ...env },
          stdin: "null",
        },
      ).output();
      const text = new TextDecoder();
      return [code, text.decode(stdout), text.decode(stderr)];
    },
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

Deno.test("the bundle's launcher runs the bundle next to it", async () => {
  await using bundle = await makeBundle(Deno.execPath());
  const { folder } = bundle;
  assertEquals(await bundle.run(["a b", "$c"]), [
    0,
    `[["a b","$c"],${JSON.stringify(folder)}]\n`,
    "",
  ]);
  assertEquals((await bundle.run(["exit", "3"], { cwd: "/" }))[0], 3);
  assertEquals(await bundle.run(["ingest", "hook"]), [0, "", ""]);
});

Deno.test("the launcher keeps the generations of a daemon and of an import small, and of no other command", async () => {
  await using bundle = await makeBundle(Deno.execPath());
  const spaces = async (args: string[]) => {
    const [, stdout] = await bundle.run([...args, "flags"]);
    return stdout.trim().split("\n").at(-1);
  };
  const small = "--max-semi-space-size=2,--heap-growing-percent=30,--expose-gc";
  assertEquals(await spaces(["daemon", "run", "--home", "/h"]), small);
  assertEquals(await spaces(["daemon", "start"]), small);
  const larger = "--max-semi-space-size=8,--heap-growing-percent=30";
  assertEquals(await spaces(["import", "claude"]), larger);
  assertEquals(await spaces(["--home", "/h", "-q", "import"]), larger);
  assertEquals(await spaces(["detail", "import"]), "unset");
  assertEquals(await spaces(["grep", "daemon", "run"]), "unset");
  assertEquals(await spaces(["--home", "import", "status"]), "unset");
  assertEquals(await spaces(["daemon", "restart"]), "unset");
  assertEquals(await spaces(["detail", "run"]), "unset");
});

Deno.test("the bundle's launcher runs all commands but hooks with commands.js, if it exists", async () => {
  await using bundle = await makeBundle(Deno.execPath());
  const { folder } = bundle;
  const commands = await startFile(folder, { isHook: false });
  assertEquals(commands, `${folder}/chunks/1/commands.js`);
  await Deno.mkdir(`${folder}/chunks/1`, { recursive: true });
  await Deno.writeTextFile(commands, 'console.log("no hook");');
  assertEquals(await bundle.run(["status"]), [0, "no hook\n", ""]);
  assertEquals(
    await startFile(folder, { isHook: true }),
    `${folder}/kaizen.js`,
  );
});

Deno.test("startFile() refuses a folder without a launcher of a bundle", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(`${folder}/kaizen.sh`, "#!/bin/sh\n");
  await assertRejects(() => startFile(folder, { isHook: false }), TypeError);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("the launcher gives a daemon all of V8's compilers", async () => {
  await using bundle = await makeBundle("/bin/echo");
  const flags = async (args: string[]) =>
    (await bundle.run(args))[1].match(/--v8-flags=\S+/)?.[0];
  assertEquals(await flags(["status"]), V8_FLAGS);
  assertEquals(await flags(["daemon", "stop"]), V8_FLAGS);
  assertEquals(await flags(["daemon", "run"]), DAEMON_V8_FLAGS);
});

Deno.test("without its Deno the bundle's launcher exits 70, and a hook exits 0 in silence and is counted", async () => {
  await using bundle = await makeBundle("/nowhere/it's/deno");
  const [code, stdout, stderr] = await bundle.run(["status"]);
  assertEquals([code, stdout], [70, ""]);
  assertMatch(stderr, /^kaizen: needs Deno: .*\n$/);
  assertEquals(await bundle.run(["ingest", "hook"]), [0, "", ""]);
  const failures = `${bundle.folder}/home/spool/.failures`;
  assertMatch(
    await Deno.readTextFile(failures),
    /^\n\{"ms":\d+,"reason":"kaizen could not start: its event may be lost","count":1\}\n$/,
  );
});

Deno.test("with an empty kaizen.js the bundle's launcher exits 70, and a hook is counted unless KAIZEN_OFF is set", async () => {
  await using bundle = await makeBundle(Deno.execPath());
  await Deno.writeTextFile(`${bundle.folder}/kaizen.js`, "");
  const [code, stdout, stderr] = await bundle.run(["status"]);
  assertEquals([code, stdout], [70, ""]);
  assertMatch(stderr, /^kaizen: .*kaizen\.js is missing or empty.*\n$/);
  const failures = `${bundle.folder}/home/spool/.failures`;
  const hook = async (KAIZEN_OFF: string) =>
    await bundle.run(["ingest", "hook"], { env: { KAIZEN_OFF } });
  assertEquals(await hook("1"), [0, "", ""]);
  await assertRejects(() => Deno.stat(failures), Deno.errors.NotFound);
  for (const off of ["No", ""]) {
    assertEquals(await hook(off), [0, "", ""]);
    assertMatch(await Deno.readTextFile(failures), /could not start/);
    await Deno.remove(failures);
  }
});

Deno.test("the bundle's launcher looks up nothing that was known at build time", async () => {
  await using bundle = await makeBundle(Deno.execPath());
  const script = await Deno.readTextFile(`${bundle.folder}/kaizen.sh`);
  assertEquals(script.match(/#\[|#\]|choose|choice-|KAIZEN_DEPS=/g), null);
});

Deno.test("makeLauncher() refuses a source without the marks", () => {
  assertThrows(
    () =>
      makeLauncher("", {
        runtime: { kind: "binary" },
        permissions: [],
        commands: "",
      }),
    SyntaxError,
  );
});
