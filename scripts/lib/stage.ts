// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Lays out what an installation consists of, from a build: for `scripts/install` and the packages.
 * @module
 */
import { LICENCES } from "./bundled.ts";
import { makeLauncher, type RuntimePlace, startFile } from "./launcher.ts";
import { readPermissions, ROOT } from "./project.ts";

/** The files to lay out, and the program to run them. */
export interface StageOptions {
  /** Folder of a build: `kaizen.js`, `kaizen.sh`, `kaizen.1`, the licences and `chunks/`. */
  build: string;
  /** An existing folder. */
  to: string;
  /** The Deno to put beside the launcher, the binary instead of the bundle, or npm's Deno. */
  runtime: { kind: "beside" | "binary"; program: string } | { kind: "npm" };
}

/** Writes the launcher and the program that it runs into one folder, with the licences. */
export async function stageProgram(
  { build, to, runtime }: StageOptions,
): Promise<void> {
  const commands = (await startFile(build, { isHook: false }))
    .slice(build.length + 1);
  const place: RuntimePlace = { kind: runtime.kind };
  await write(
    `${to}/kaizen.sh`,
    makeLauncher(await Deno.readTextFile(`${ROOT}/scripts/kaizen`), {
      runtime: place,
      permissions: await readPermissions(),
      commands,
    }),
    0o755,
  );
  await copy(`${ROOT}/LICENSE`, `${to}/LICENSE`);
  await copy(`${build}/${LICENCES}`, `${to}/${LICENCES}`);
  if (runtime.kind === "binary") {
    return await copy(runtime.program, `${to}/kaizen`, 0o755);
  }
  if (runtime.kind === "beside") {
    await copy(runtime.program, `${to}/deno`, 0o755);
  }
  await copy(`${build}/kaizen.js`, `${to}/kaizen.js`);
  const chunks = commands.slice(0, commands.lastIndexOf("/"));
  await Deno.mkdir(`${to}/${chunks}`, { recursive: true, mode: 0o755 });
  for await (const { name } of Deno.readDir(`${build}/${chunks}`)) {
    await copy(`${build}/${chunks}/${name}`, `${to}/${chunks}/${name}`);
  }
}

/** Folder of a shell's completions, below a prefix. */
const COMPLETIONS: readonly [shell: string, path: string][] = [
  ["bash", "share/bash-completion/completions/kaizen"],
  ["zsh", "share/zsh/site-functions/_kaizen"],
  ["fish", "share/fish/vendor_completions.d/kaizen.fish"],
];

/**
 * Lays out a whole prefix: the program in `lib/kaizen`, a link to its launcher in `bin`, the manual
 * page and the completions in `share`.
 *
 * @throws {Error} If the build cannot print its completions.
 */
export async function stagePrefix(options: StageOptions): Promise<void> {
  const { build, to } = options;
  const lib = `${to}/lib/kaizen`;
  await Deno.mkdir(lib, { recursive: true, mode: 0o755 });
  await stageProgram({ ...options, to: lib });
  await copy(`${ROOT}/scripts/uninstall`, `${lib}/uninstall`, 0o755);
  await Deno.mkdir(`${to}/bin`, { mode: 0o755 });
  await Deno.symlink("../lib/kaizen/kaizen.sh", `${to}/bin/kaizen`);
  await copy(`${build}/kaizen.1`, await place(to, "share/man/man1/kaizen.1"));
  for (const [shell, path] of COMPLETIONS) {
    const { success, stdout, stderr } = await new Deno.Command(
      `${build}/kaizen.sh`,
      { args: ["completions", shell], stdin: "null" },
    ).output();
    if (!success) throw new Error(new TextDecoder().decode(stderr).trim());
    const target = await place(to, path);
    await write(target, new TextDecoder().decode(stdout), 0o644);
  }
}

/** Returns `root/path`, and makes the folders above it. */
async function place(root: string, path: string): Promise<string> {
  const target = `${root}/${path}`;
  const folder = target.slice(0, target.lastIndexOf("/"));
  await Deno.mkdir(folder, { recursive: true, mode: 0o755 });
  return target;
}

async function copy(from: string, to: string, mode = 0o644): Promise<void> {
  await Deno.copyFile(from, to);
  await Deno.chmod(to, mode);
}

async function write(path: string, text: string, mode: number): Promise<void> {
  await Deno.writeTextFile(path, text);
  await Deno.chmod(path, mode);
}
