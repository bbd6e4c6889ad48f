// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Makes packages, installs them into temporary places with the tools of their systems, and removes
 * them.
 * @module
 */
import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { fillFormula } from "../../../scripts/lib/formula.ts";
import { readVersion, ROOT } from "../../../scripts/lib/project.ts";
import { describeTree, hasProgram, runTool } from "./_tree.ts";

async function makeFolder(): Promise<AsyncDisposable & { root: string }> {
  const root = await Deno.realPath(await Deno.makeTempDir());
  return {
    root,
    [Symbol.asyncDispose]: () => Deno.remove(root, { recursive: true }),
  };
}

/** The user's home, whose settings name the registry. */
const userHome = Deno.env.get("KAIZEN_TEST_USER_HOME") ||
  Deno.env.get("HOME") || "/";

async function reachesRegistry(): Promise<boolean> {
  if (!await hasProgram("npm")) return false;
  const { code } = await runTool(
    ["npm", "view", `deno@${Deno.version.deno}`, "version"],
    { env: { HOME: userHome } },
  );
  return code === 0;
}

Deno.test({
  name:
    "the npm package installs from its tarball alone, runs, and goes without a trace",
  ignore: !await reachesRegistry(),
  async fn() {
    await using folder = await makeFolder();
    const { root } = folder;
    const env = { HOME: userHome };
    const packed = await runTool(
      ["scripts/pack", "npm", `--to=${root}`],
      { env },
    );
    assertEquals([packed.code, packed.stderr], [0, ""]);
    await Deno.mkdir(`${root}/prefix/lib`, { recursive: true });
    await Deno.mkdir(`${root}/home`);
    const npm = (...words: string[]) =>
      runTool([
        "npm",
        ...words,
        ...["--global", `--prefix=${root}/prefix`, "--prefer-offline"],
        ...["--no-audit", "--no-fund", "--no-update-notifier"],
        // As careful users install: the runtime must not need the script of its package.
        "--ignore-scripts",
      ], { env });
    const installed = await npm("install", packed.stdout.trim());
    assertEquals(installed.code, 0, installed.stderr);
    const own = { HOME: `${root}/home`, DENO_DIR: "", KAIZEN_NO_START: "1" };
    const bin = `${root}/prefix/bin/kaizen`;
    const version = await runTool([bin, "--version"], { env: own });
    assertMatch(
      version.stdout,
      new RegExp(
        `^kaizen ${await readVersion()}\n[^]*^deno ${Deno.version.deno} `,
        "m",
      ),
    );
    const page = `${root}/prefix/share/man/man1/kaizen.1`;
    assertMatch(await Deno.readTextFile(page), /^\.TH KAIZEN 1/m);
    const hook = [bin, "ingest", "hook", "--source", "claude"];
    const stdin = '{"session_id":"s","hook_event_name":"Stop","cwd":"/"}';
    assertEquals(await runTool(hook, { env: own, stdin }), {
      code: 0,
      stdout: "",
      stderr: "",
    });
    const spool = await runTool([bin, "spool", "status", "--json"], {
      env: own,
    });
    assertEquals(JSON.parse(spool.stdout).pending, 1);
    assertEquals((await npm("uninstall", "kaizen-recorder")).code, 0);
    const left = await describeTree(`${root}/prefix`);
    assertEquals(left.filter((path) => /kaizen|deno/.test(path)), []);
  },
});

Deno.test({
  name: "the Debian package installs, runs, and goes without a trace",
  ignore: !await hasProgram("dpkg-deb") || !await hasProgram("dpkg"),
  async fn() {
    await using folder = await makeFolder();
    const { root } = folder;
    const packed = await runTool(["scripts/pack", "deb", `--to=${root}`], {
      // The runtime takes ten seconds to compress well.
      env: { DPKG_DEB_COMPRESSOR_LEVEL: "1" },
    });
    assertEquals([packed.code, packed.stderr], [0, ""]);
    const system = `${root}/system`;
    await Deno.mkdir(`${system}/var/lib/dpkg/updates`, { recursive: true });
    await Deno.mkdir(`${system}/var/lib/dpkg/info`);
    await Deno.writeTextFile(`${system}/var/lib/dpkg/status`, "");
    const dpkg = (...words: string[]) =>
      runTool([
        ...["dpkg", `--root=${system}`, "--force-not-root"],
        // An empty system has neither the libraries nor a shell.
        ...["--force-depends", "--force-script-chrootless", ...words],
      ]);
    const installed = await dpkg("--install", packed.stdout.trim());
    assertEquals(installed.code, 0, installed.stderr);
    const own = { HOME: root, DENO_DIR: "" };
    const version = await runTool([`${system}/usr/bin/kaizen`, "--version"], {
      env: own,
    });
    assertMatch(version.stdout, new RegExp(`^kaizen ${await readVersion()}\n`));
    const page = await runTool([
      "gzip",
      "-dc",
      `${system}/usr/share/man/man1/kaizen.1.gz`,
    ]);
    assertMatch(page.stdout, /^\.TH/m);
    assertEquals((await dpkg("--purge", "kaizen")).code, 0);
    const left = await describeTree(system);
    assertEquals(left.filter((path) => path.startsWith("/usr")), []);
  },
});

const SUMS = ["linux-x64", "linux-arm64", "macos-x64", "macos-arm64"]
  .map((name, i) => `${String(i).repeat(64)}  kaizen-${name}.tar.gz\n`);

Deno.test("fillFormula() puts each archive's checksum below its address", async () => {
  const template = await Deno.readTextFile(`${ROOT}/packaging/kaizen.rb`);
  const text = fillFormula(template, {
    version: "1.2.3",
    url: "https://example.org/kaizen",
    sums: SUMS.join(""),
  });
  assertEquals(text.match(/@[A-Z]/g), null);
  assertMatch(text, /^ {2}version "1\.2\.3"$/m);
  const pairs = [...text.matchAll(/kaizen-(\S+)\.tar\.gz"\n +sha256 "(.)/g)];
  assertEquals(
    pairs.map(([, name, digit]) => `${name} ${digit}`).toSorted(),
    ["linux-arm64 1", "linux-x64 0", "macos-arm64 3", "macos-x64 2"],
  );
  assertThrows(
    () =>
      fillFormula(template, {
        version: "1.2.3",
        url: "",
        sums: SUMS.slice(1).join(""),
      }),
    TypeError,
    "kaizen-linux-x64.tar.gz has no checksum",
  );
});

Deno.test({
  name: "the formula is Ruby",
  ignore: !await hasProgram("ruby"),
  async fn() {
    const { code } = await runTool([
      "ruby",
      "-c",
      `${ROOT}/packaging/kaizen.rb`,
    ]);
    assertEquals(code, 0);
  },
});
