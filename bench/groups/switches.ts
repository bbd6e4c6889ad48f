// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * How much each optional part of a start costs or saves: flags of the runtime, the environment,
 * permissions, the number of modules and bytes of a program.
 * @module
 */
import { readPermissions, ROOT } from "../../scripts/lib/project.ts";
import { type Bench, cleanEnv, runtimeWords } from "../lib/bench.ts";
import { startOurs } from "../lib/daemons.ts";
import { race, type Runner } from "../lib/race.ts";
import { DAEMON_V8_FLAGS, V8_FLAGS } from "../../scripts/lib/launcher.ts";
import { HOOK_WORDS, hookText } from "./fixtures.ts";

const MODULES = [1, 20, 100];
/** Lengths of code that is never called, in bytes. */
const UNUSED_BYTES = [100_000, 400_000];

/** Measures a hook with each change, and empty scripts with the parts that a hook cannot change. */
export async function measureSwitches(bench: Bench): Promise<void> {
  const [bundle] = bench.bundles;
  if (bundle === undefined) return;
  await using daemon = await startOurs(bench, bundle, { name: "w" });
  const cwd = daemon.workspace;
  const env = cleanEnv(bench, { KAIZEN_HOME: daemon.home });
  const runtime = await runtimeWords();
  const permissions = await readPermissions();
  const script = `${bundle.folder}/kaizen.js`;
  const without = (...names: string[]) =>
    Object.fromEntries(
      Object.entries(env).filter(([name]) => !names.includes(name)),
    );
  const hook = (name: string, line: string[], more = {}): Runner => ({
    name,
    line: [...line, ...HOOK_WORDS],
    env,
    cwd,
    stdin: hookText(cwd),
    ...more,
  });
  const plain = runtime.filter((word) => word !== V8_FLAGS);
  const base = "as it ships";
  const hooks = [
    hook(base, [...runtime, script]),
    // Separate copies, as Deno caches one compiled code a file: they would spoil that of the
    // others.
    hook("V8 compiles lazily", [
      ...plain,
      "--v8-flags=--no-sparkplug",
      await copy(script, "lazy.js"),
    ]),
    hook("V8 with its baseline compiler", [
      ...plain,
      DAEMON_V8_FLAGS,
      await copy(script, "sparkplug.js"),
    ]),
    hook("no V8 code cache", [...runtime, "--no-code-cache", script]),
    hook("--no-check", [...runtime, "--no-check", script]),
    hook("--cached-only", [...runtime, "--cached-only", script]),
    hook("-A", [
      ...runtime.filter((word) => !permissions.includes(word)),
      "-A",
      script,
    ]),
    hook("looks for a configuration", [
      ...runtime.filter((word) => word !== "--no-config"),
      script,
    ]),
    hook("without DENO_NO_UPDATE_CHECK", [...runtime, script], {
      env: without("DENO_NO_UPDATE_CHECK"),
    }),
    hook("without DENO_NO_PROMPT", [...runtime, script], {
      env: without("DENO_NO_PROMPT"),
    }),
    hook("from source", [
      ...runtime,
      `--import-map=${ROOT}/scripts/offline/import_map.json`,
      `${ROOT}/main.ts`,
    ]),
    hook("through the launcher", [`${bundle.folder}/kaizen.sh`]),
  ];
  await compare("ingest hook", hooks);
  const empty = (name: string, path: string): Runner => ({
    name,
    line: [...runtime, path],
    env,
    cwd,
  });
  await compare("empty script", [
    empty("nothing in it", await write("empty.js", "")),
    empty("Deno.exit(0)", await write("exit.js", "Deno.exit(0);")),
    empty(
      "gives up a permission",
      await write("revoke.js", 'Deno.permissions.revokeSync({name:"run"});'),
    ),
    empty("a first setTimeout", await write("timer.js", "setTimeout(()=>{});")),
    empty(
      "a first AbortSignal.timeout",
      await write("abort.js", "AbortSignal.timeout(1000);Deno.exit(0);"),
    ),
    empty("imports node:sqlite", await write("n.js", 'import "node:sqlite";')),
    ...await Promise.all(
      MODULES.map(async (count) =>
        empty(`imports ${count} modules`, await writeModules(count))
      ),
    ),
    ...await Promise.all(UNUSED_BYTES.map(async (bytes) =>
      empty(
        `${bytes / 1000} KB that are not called`,
        await write(`unused${bytes}.js`, unusedCode(bytes)),
      )
    )),
  ]);

  async function compare(work: string, runners: Runner[]): Promise<void> {
    const times = await race(runners, {
      rounds: bench.isQuick ? 3 : 31,
      warmUp: 3,
    });
    const [first] = runners;
    for (const { name } of runners.slice(1)) {
      bench.board.add({
        group: "switches",
        work,
        packages: bundle?.packages ?? "",
        unit: "ms",
        better: "less",
        ours: name,
        values: times.get(name) ?? [],
        peer: first?.name ?? "",
        peerValues: times.get(first?.name ?? "") ?? [],
      });
    }
  }

  async function copy(path: string, name: string): Promise<string> {
    await Deno.copyFile(path, `${bench.folder}/${name}`);
    return `${bench.folder}/${name}`;
  }

  async function write(name: string, text: string): Promise<string> {
    const path = `${bench.folder}/${name}`;
    await Deno.writeTextFile(path, text);
    return path;
  }

  async function writeModules(count: number): Promise<string> {
    const names = Array.from({ length: count }, (_, i) => `m${count}_${i}.js`);
    for (const name of names) await write(name, "export {};");
    const text = names.map((name) => `import "./${name}";`).join("\n");
    return await write(`modules${count}.js`, text);
  }
}

function unusedCode(bytes: number): string {
  const one = (n: number) =>
    `export function f${n}(a,b){return a.map((x,i)=>x*b+i).filter(Boolean).join("${n}");}\n`;
  const count = Math.ceil(bytes / one(1000).length);
  return Array.from({ length: count }, (_, n) => one(n)).join("");
}
