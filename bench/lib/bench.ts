// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * What every group of measurements stands on.
 * @module
 */
import { V8_FLAGS } from "../../scripts/lib/launcher.ts";
import { readPermissions, ROOT } from "../../scripts/lib/project.ts";
import type { Board } from "./board.ts";

/** A build to be measured. */
export interface Bundle {
  /** Which packages it holds: `jsr`, `offline`, `custom`. */
  packages: string;
  /** Folder with `kaizen.js` and `kaizen.sh`. */
  folder: string;
}

/** What a group measures with. */
export interface Bench {
  board: Board;
  /** A folder of its own for all that is made on the way, on the disk that is measured; its path is short, for sockets. */
  folder: string;
  /** The first is the one that counts. */
  bundles: readonly Bundle[];
  /** The reference's program, or null. */
  reference: string | null;
  /** Less of everything, to see whether it works. */
  isQuick: boolean;
}

/** Words that Deno gets when it runs a bundle, before the bundle's own. */
export async function runtimeWords(): Promise<string[]> {
  return [
    Deno.execPath(),
    "run",
    "-q",
    "--no-config",
    "--no-lock",
    V8_FLAGS,
    ...await readPermissions(),
  ];
}

/** The environment of all that is measured: a home, a cache that is warm after the first turn, and nothing else. */
export function cleanEnv(
  bench: Pick<Bench, "folder">,
  more: Record<string, string> = {},
): Record<string, string> {
  return {
    PATH: Deno.env.get("PATH") ?? "/usr/bin:/bin",
    HOME: `${bench.folder}/user`,
    DENO_DIR: `${bench.folder}/deno`,
    DENO_NO_UPDATE_CHECK: "1",
    DENO_NO_PROMPT: "1",
    NO_COLOR: "1",
    ...more,
  };
}

/** Path of a program on PATH, or null. */
export async function findProgram(name: string): Promise<string | null> {
  for (const folder of (Deno.env.get("PATH") ?? "").split(":")) {
    try {
      const path = `${folder}/${name}`;
      if (folder !== "" && (await Deno.stat(path)).isFile) return path;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return null;
}

/** Path of Python itself, as what is on PATH may be a script that looks for it; null if there is none. */
export async function findPython(): Promise<string | null> {
  const named = await findProgram("python3");
  if (named === null) return null;
  return await readLine([named, "-c", "import sys; print(sys.executable)"]);
}

/** Path of Bun: on PATH, or where `scripts/bench --install` has put it; null if there is none. */
export async function findBun(): Promise<string | null> {
  const installed = `${ROOT}/.deno/peers/node_modules/bun/bin/bun.exe`;
  try {
    if ((await Deno.stat(installed)).isFile) return installed;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return await findProgram("bun");
}

/** First line that a program prints; null if it fails. */
export async function readLine(
  line: readonly string[],
): Promise<string | null> {
  const [program = "", ...args] = line;
  try {
    const { success, stdout } = await new Deno.Command(program, {
      args,
      stdin: "null",
      stderr: "null",
    }).output();
    const text = new TextDecoder().decode(stdout).split("\n")[0]?.trim() ?? "";
    return success && text !== "" ? text : null;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

/** Runs a tool of this folder in a process of its own and reads the one JSON object that it prints. */
export async function runTool<T>(
  tool: string,
  options: unknown,
): Promise<T> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: toolWords(tool, options),
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  if (success) return JSON.parse(decoder.decode(stdout));
  throw new Error(`${tool} failed: ${decoder.decode(stderr)}`);
}

/** Starts a tool that serves until its stdin ends, and waits for the line that says it is ready. */
export async function startTool(
  tool: string,
  options: unknown,
): Promise<AsyncDisposable & { pid: number }> {
  const child = new Deno.Command(Deno.execPath(), {
    args: toolWords(tool, options),
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const reader = child.stdout.getReader();
  await reader.read();
  return {
    pid: child.pid,
    async [Symbol.asyncDispose]() {
      await child.stdin.close();
      await reader.cancel();
      await child.status;
    },
  };
}

function toolWords(tool: string, options: unknown): string[] {
  const path = `${ROOT}/bench/${tool}`;
  const flags = ["run", "-q", "-A", "--no-config", "--no-lock"];
  return [...flags, path, JSON.stringify(options)];
}
