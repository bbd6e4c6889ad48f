// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Installs into a temporary prefix, uses what is there, removes it, and compares the folders.
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { readVersion } from "../../../scripts/lib/project.ts";
import { describeTree, runTool } from "./_tree.ts";

const FILES = [
  "bin/kaizen",
  "lib/kaizen/LICENSE",
  "lib/kaizen/THIRD_PARTY_LICENSES",
  "lib/kaizen/deno",
  "lib/kaizen/kaizen.js",
  "lib/kaizen/kaizen.sh",
  "lib/kaizen/uninstall",
  "share/bash-completion/completions/kaizen",
  "share/fish/vendor_completions.d/kaizen.fish",
  "share/man/man1/kaizen.1",
  "share/zsh/site-functions/_kaizen",
];
const EVENT = JSON.stringify({
  session_id: "s",
  hook_event_name: "Stop",
  cwd: "/",
});

/** Makes a folder with a prefix in it that other programs use, too. */
async function makePlace(
  name = "kz it's ",
): Promise<AsyncDisposable & { root: string }> {
  const root = await Deno.realPath(await Deno.makeTempDir({ prefix: name }));
  await Deno.mkdir(`${root}/prefix/bin`, { recursive: true });
  await Deno.mkdir(`${root}/prefix/share/man/man1`, { recursive: true });
  await Deno.mkdir(`${root}/home`);
  await Deno.writeTextFile(`${root}/prefix/bin/other`, "other");
  await Deno.writeTextFile(`${root}/prefix/share/man/man1/other.1`, "other");
  return {
    root,
    [Symbol.asyncDispose]: () => Deno.remove(root, { recursive: true }),
  };
}

const install = (root: string, ...words: string[]) =>
  runTool(["scripts/install", "--prefix", `${root}/prefix`, ...words], {
    env: { HOME: `${root}/home` },
  });

Deno.test("scripts/install installs what scripts/uninstall removes, and nothing else changes", async () => {
  await using place = await makePlace();
  const { root } = place;
  const before = await describeTree(`${root}/prefix`);
  const installed = await install(root, "--bundle");
  assertEquals([installed.code, installed.stderr], [0, ""]);
  for (const path of FILES) {
    const line = `${root}/prefix/${path}\n`;
    assert(installed.stdout.includes(line), `says that it made ${path}`);
    await Deno.lstat(`${root}/prefix/${path}`);
  }
  assertMatch(installed.stdout, /^Installed kaizen .* the bundle with Deno /m);
  // As a user runs it: through the link, with no DENO_DIR, so that it keeps compiled code itself.
  const env = { HOME: `${root}/home`, DENO_DIR: "", KAIZEN_NO_START: "1" };
  const bin = `${root}/prefix/bin/kaizen`;
  const version = await runTool([bin, "--version"], { env });
  assertMatch(version.stdout, new RegExp(`^kaizen ${await readVersion()}\n`));
  const hook = [bin, "ingest", "hook", "--source", "claude"];
  assertEquals(await runTool(hook, { env, stdin: EVENT }), {
    code: 0,
    stdout: "",
    stderr: "",
  });
  const { stdout } = await runTool([bin, "spool", "status", "--json"], { env });
  assertEquals(JSON.parse(stdout).pending, 1);
  await Deno.lstat(`${root}/prefix/lib/kaizen/cache`);
  // Another installation replaces the first.
  assertEquals((await install(root, "--bundle")).code, 0);
  const removed = await runTool(
    [`${root}/prefix/lib/kaizen/uninstall`],
    { env: { HOME: `${root}/home` } },
  );
  assertEquals([removed.code, removed.stderr], [0, ""]);
  for (const path of FILES) {
    assert(removed.stdout.includes(`${root}/prefix/${path}\n`), path);
  }
  assertMatch(removed.stdout, /still there: .*\/home\/\.kaizen,/);
  assertEquals(await describeTree(`${root}/prefix`), before);
  const again = await runTool(
    ["scripts/uninstall", "--prefix", `${root}/prefix`],
  );
  assertEquals(again.code, 1);
});

Deno.test("scripts/uninstall removes nothing while hooks need it, unless it is told to", async () => {
  await using place = await makePlace("kz "); // hooks cannot name a path with quotes
  const { root } = place;
  const env = { HOME: `${root}/home` };
  assertEquals((await install(root, "--bundle")).code, 0);
  const bin = `${root}/prefix/bin/kaizen`;
  const hooks = (...words: string[]) =>
    runTool([bin, "hooks", ...words, "claude", "--yes"], { env });
  const uninstall = (...words: string[]) =>
    runTool([`${root}/prefix/lib/kaizen/uninstall`, ...words], { env });

  assertEquals((await hooks("install")).code, 0);
  const before = await describeTree(`${root}/prefix`);
  const refused = await uninstall();
  assertEquals([refused.code, refused.stdout], [64, ""]);
  assertMatch(
    refused.stderr,
    /^kaizen: nothing was removed, as hooks are .*\n.*hooks uninstall --yes/,
  );
  assertEquals(await describeTree(`${root}/prefix`), before);

  const kept = await uninstall("--keep-hooks");
  assertEquals([kept.code, kept.stderr], [0, ""]);
  assertMatch(kept.stdout, /still there: hooks, and .*journal\.json/);

  assertEquals((await install(root, "--bundle")).code, 0);
  assertEquals((await hooks("uninstall")).code, 0);
  assertEquals((await uninstall()).code, 0);
});

Deno.test("scripts/install puts a launcher before a binary", async () => {
  await using place = await makePlace();
  const { root } = place;
  // A program that ends as Deno does in a deleted directory, and fails in every other way, too.
  await Deno.writeTextFile(
    `${root}/binary`,
    '#!/bin/sh\n[ -e . ] || exit 101\ncase ${TMPDIR-/} in /*) ;; *) exit 1 ;; esac\necho "$0 $* $KAIZEN_CWD"\nexit 9\n',
    { mode: 0o755 },
  );
  const { code, stdout } = await install(root, "--binary", `${root}/binary`);
  assertEquals(code, 0);
  assertMatch(stdout, /: one binary$/m);
  const bin = `${root}/prefix/bin/kaizen`;
  const lib = `${root}/prefix/bin/../lib/kaizen`;
  assertEquals(await runTool([bin, "status", "a b"]), {
    code: 9,
    stdout: `${lib}/kaizen status a b \n`,
    stderr: "",
  });
  const relative = await runTool([bin, "status"], { env: { TMPDIR: "tmp" } });
  assertEquals(relative.code, 9);
  const gone = (words: string) =>
    runTool([
      "/bin/sh",
      "-c",
      `mkdir "$1/gone" && cd "$1/gone" && rmdir "$1/gone" && exec "$2" ${words}`,
      "sh",
      root,
      bin,
    ]);
  const { stderr, ...hook } = await gone("ingest hook --source claude");
  assertEquals(hook, { code: 0, stdout: "" });
  // A shell may say so itself, before it reads its script.
  assertEquals(stderr.replace(/^.*getcwd.*\n/, ""), "");
  assertEquals(
    (await gone("status")).stdout,
    `${lib}/kaizen status ${root}/gone\n`,
  );
  const fresh = ["--prefix", `${root}/fresh`];
  const words = ["scripts/install", ...fresh, "--binary", `${root}/binary`];
  const made = await runTool(words, { env: { HOME: `${root}/home` } });
  assertEquals(made.code, 0);
  // A user can read what a command prints.
  assert(made.stdout.split("\n").length < 20, made.stdout);
  const removed = await runTool(["scripts/uninstall", ...fresh]);
  assertEquals(removed.code, 0);
  assert(removed.stdout.split("\n").length < 20, removed.stdout);
  const names = await Array.fromAsync(Deno.readDir(root), ({ name }) => name);
  assertEquals(names.includes("fresh"), false);
});

Deno.test("scripts/install overwrites nothing that it has not made", async () => {
  await using place = await makePlace();
  const { root } = place;
  await Deno.writeTextFile(`${root}/prefix/bin/kaizen`, "mine");
  const before = await describeTree(`${root}/prefix`);
  const { code, stderr } = await install(root, "--bundle");
  assertEquals(code, 74);
  assertMatch(stderr, /^kaizen: another file is in the way.*\/bin\/kaizen\n$/);
  assertEquals(await describeTree(`${root}/prefix`), before);
});

Deno.test("scripts/install and scripts/uninstall refuse a relative prefix", async () => {
  for (const script of ["scripts/install", "scripts/uninstall"]) {
    const { code, stderr } = await runTool([script, "--prefix", "here"]);
    assertEquals(code, 64);
    assertMatch(stderr, /must be an absolute path: here\n$/);
    assertEquals((await runTool([script, "--what"])).code, 64);
  }
});
