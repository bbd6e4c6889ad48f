// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Counts the modules and bytes that a run of the bundle loads, and the system calls of a hook. They
 * stand for the time of a start and, unlike times, do not vary. `scripts/test bundle` builds the
 * bundle and runs this.
 * @module
 */
import {
  assert,
  assertEquals,
  assertLessOrEqual,
  assertMatch,
} from "@std/assert";
import { startFile } from "../../scripts/lib/launcher.ts";
import { readPermissions } from "../../scripts/lib/project.ts";
import { type Home, programCommand, tempHome } from "../e2e/harness.ts";
import { hasStrace } from "../unit/spool/fixtures.ts";

const HOOK = ["ingest", "hook", "--source", "claude"];
const EVENT = '{"hook_event_name":"Stop","session_id":"s"}\n';
/** The daemon's code, which no client may load. */
const DAEMON_ONLY = /DatabaseSync|Deno\.listen\(/;
/** Each of these loads several modules of Node's, and costs milliseconds. */
const COSTLY = /\bsetTimeout\(|["']node:|\bprocess\.env\b/;

/**
 * The most modules and bytes that a run may load. The bytes are those of JSR's packages; the
 * stand-ins are smaller. A hook has one file of its own. esbuild splits the files of all other
 * commands (ADR 005), so each has room for a few more chunks.
 */
const WORK = [
  { words: HOOK, modules: 1, bytes: 22_000 },
  { words: ["status"], modules: 19, bytes: 131_000 },
  { words: ["sessions"], modules: 32, bytes: 182_000 },
  { words: ["detail", "s"], modules: 32, bytes: 184_000 },
  { words: ["stop"], modules: 28, bytes: 177_000 },
  { words: ["ingest", "--source", "claude"], modules: 41, bytes: 220_000 },
  { words: ["spool", "status"], modules: 30, bytes: 203_000 },
  { words: ["--help"], modules: 27, bytes: 175_000 },
  { words: ["--version"], modules: 27, bytes: 176_000 },
] as const;

/** Only a bundle can be counted. */
const bundle = Deno.env.get("KAIZEN_BIN") ?? "";
const isBundle = bundle.endsWith(".js");

/** Returns the texts of the modules that a run has loaded, which V8 lists in a coverage report. */
async function listLoaded(
  home: Home,
  words: readonly string[],
): Promise<string[]> {
  const folder = await Deno.makeTempDir({ dir: home.root });
  const file = await startFile(bundle.slice(0, bundle.lastIndexOf("/")), {
    isHook: words === HOOK,
  });
  // Not through the launcher, which removes the variables that change how Deno works.
  const { code, stderr } = await home.run(words, {
    stdin: EVENT,
    env: { KAIZEN_NO_START: "1" },
    program: [
      ...[Deno.execPath(), "run", "-q", "--no-config", "--no-lock"],
      ...[`--coverage=${folder}`, ...await readPermissions(), file],
    ],
  });
  assertEquals({ code, stderr }, { code: 0, stderr: "" });
  const texts: string[] = [];
  for await (const { name } of Deno.readDir(folder)) {
    if (!name.endsWith(".json")) continue;
    const report = await Deno.readTextFile(`${folder}/${name}`);
    const { url }: { url: string } = JSON.parse(report);
    texts.push(await Deno.readTextFile(new URL(url)));
  }
  return texts;
}

for (const { words, modules, bytes } of WORK) {
  const name = words.join(" ");
  Deno.test({
    name: `${name} loads at most ${modules} modules and ${bytes} bytes`,
    ignore: !isBundle,
    async fn() {
      await using home = await tempHome();
      const daemon = await home.startDaemon();
      await home.run(HOOK, { stdin: EVENT });
      const texts = await listLoaded(home, words);
      const sum = texts.reduce((all, { length }) => all + length, 0);
      assert(texts.length > 0);
      assertLessOrEqual(texts.length, modules);
      assertLessOrEqual(sum, bytes);
      for (const text of texts) {
        assertEquals(text.match(COSTLY)?.[0], undefined);
        assertEquals(text.match(DAEMON_ONLY)?.[0], undefined);
      }
      await daemon.stop();
    },
  });
}

/**
 * Returns the system calls of a traced hook from the first line of our code on: the name of each,
 * and the rest of its line.
 */
async function traceHook(home: Home): Promise<[name: string, rest: string][]> {
  const path = `${home.root}/trace`;
  const { code, stdout, stderr } = await home.run(HOOK, {
    stdin: EVENT,
    program: [
      ...["strace", "-f", "-y", "-s", "16", "-o", path],
      ...programCommand(),
    ],
  });
  assertEquals({ code, stdout, stderr }, { code: 0, stdout: "", stderr: "" });
  const calls = (await Deno.readTextFile(path)).split("\n").flatMap((line) => {
    const [, name = "", rest = ""] = /^\d+ +(\w+)\((.*)/.exec(line) ?? [];
    const call: [string, string] = [name, rest];
    return name === "" ? [] : [call];
  });
  const start = calls.findLastIndex(([name, rest]) =>
    name === "openat" && rest.includes(`"${bundle}"`)
  );
  assert(start >= 0);
  return calls.slice(start + 1);
}

Deno.test({
  name:
    "a hook connects once, sends its event in one call, reads the answer in one or two, and opens only the spool's folder",
  ignore: !isBundle || !await hasStrace(),
  async fn() {
    await using home = await tempHome();
    const daemon = await home.startDaemon();
    const calls = await traceHook(home);
    const count = (name: string, about: string) =>
      calls.filter(([call, rest]) => call === name && rest.includes(about))
        .length;
    assertEquals(count("socket", ""), 1);
    assertEquals(count("connect", home.socket), 1);
    assertEquals(count("connect", ""), 1);
    // Its owner, and whether it has a `config.toml`.
    assertEquals(count("statx", home.home), 2);
    const connected = calls.findIndex(([name]) => name === "connect");
    const [, fd] = /^(\d+<socket:\[\d+\]>)/.exec(calls[connected]?.[1] ?? "") ??
      [];
    assert(fd !== undefined);
    const talk = calls.slice(connected + 1)
      .filter(([, rest]) => rest.startsWith(fd))
      .map(([name]) => name)
      .filter((name) => !/^(?:get|set)\w+|^shutdown$/.test(name));
    const reads = talk.filter((name) => name === "recvfrom").length;
    assert(reads === 1 || reads === 2, `${reads} reads`);
    assertEquals(
      talk.filter((name) => name !== "recvfrom"),
      ["sendto", "close"],
    );
    const opened = calls.filter(([name]) => name === "openat")
      .map(([, rest]) => /"([^"]*)"/.exec(rest)?.[1])
      .filter((path) => !path?.startsWith("/sys/"))
      // V8 reads the time zone for the dates in what the system tells of the socket's folder.
      .filter((path) => path !== "/etc/localtime");
    assertEquals(opened, [`${home.home}/spool`]);
    assertEquals(count("execve", ""), 0);
    assertEquals(count("fsync", ""), 0);
    await daemon.stop();
  },
});

Deno.test({
  name:
    "a bundle without its chunks reports that and exits 70, and a hook is silent",
  ignore: !isBundle,
  async fn() {
    await using home = await tempHome();
    const copy = `${home.root}/kaizen.js`;
    await Deno.copyFile(bundle, copy);
    const program = [
      ...[Deno.execPath(), "run", "-q", "--no-config", "--no-lock"],
      ...[...await readPermissions(), copy],
    ];
    const status = await home.run(["status"], { program });
    assertEquals([status.code, status.stdout], [70, ""]);
    assertMatch(
      status.stderr,
      /^kaizen: Cannot load the program: .*\n {2}try: /,
    );
    const hook = await home.run(HOOK, { program, stdin: EVENT });
    assertEquals([hook.code, hook.stdout, hook.stderr], [0, "", ""]);
    // A launcher counts what such a hook loses.
    const launcher = `${home.root}/kaizen.sh`;
    await Deno.copyFile(bundle.replace(/js$/, "sh"), launcher);
    const counted = await home.run(HOOK, { program: [launcher], stdin: EVENT });
    assertEquals([counted.code, counted.stdout, counted.stderr], [0, "", ""]);
    const failures = await home.run(["status"]);
    assertMatch(failures.stdout, /"failures":1,.*ended with exit 70/);
  },
});

Deno.test({
  name: "a daemon without its prices says so, and goes on",
  ignore: !isBundle,
  async fn() {
    await using home = await tempHome();
    const folder = bundle.slice(0, bundle.lastIndexOf("/"));
    const copy = `${home.root}/dist`;
    await copyFolder(folder, copy, (text) => /\bas readPriceList\b/.test(text));
    const program = [`${copy}/kaizen.sh`];
    const daemon = await home.startDaemon({ program });
    const event = await home.run(HOOK, { stdin: EVENT });
    assertEquals(event.code, 0);
    const usage = await home.run(["usage"]);
    assertEquals(usage.code, 5);
    assertMatch(usage.stderr, /Cannot load a part of kaizen: Module not found/);
    const { stdout } = await home.run(["doctor"]);
    assertMatch(stdout, /"repair":"kaizen daemon restart"/);
    assertEquals(JSON.parse((await home.run(["sessions"])).stdout).total, 1);
    const { stderr } = await daemon.stop();
    const faults = stderr.match(/Cannot load a part of kaizen/g) ?? [];
    assertLessOrEqual(faults.length, 5);
  },
});

/** Copies a folder without the files that have such a text. */
async function copyFolder(
  from: string,
  to: string,
  isLeftOut: (text: string) => boolean,
): Promise<void> {
  await Deno.mkdir(to);
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    const [source, copy] = [`${from}/${name}`, `${to}/${name}`];
    if (isDirectory) await copyFolder(source, copy, isLeftOut);
    else if (!isLeftOut(await Deno.readTextFile(source))) {
      await Deno.copyFile(source, copy);
    }
  }
}
