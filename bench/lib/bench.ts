// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Shared by all groups of measurements.
 * @module
 */
import { V8_FLAGS } from "../../scripts/lib/launcher.ts";
import { readPermissions, ROOT } from "../../scripts/lib/project.ts";
import type { Board } from "./board.ts";

/** A build to measure. */
export interface Bundle {
  /** The set of packages it holds: `jsr`, `offline`, `custom`. */
  packages: string;
  /** Folder with `kaizen.js` and `kaizen.sh`. */
  folder: string;
}

/** The surroundings of a measurement. */
export interface Bench {
  board: Board;
  /**
   * A folder for intermediate files, on the disk that is measured; its path is short, for sockets.
   */
  folder: string;
  /** The targets are about the first one. */
  bundles: readonly Bundle[];
  /** The reference's program, or null. */
  reference: string | null;
  /** True: few rounds, to see whether it works. */
  isQuick: boolean;
}

/** Returns the words that Deno gets before a bundle's own. */
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

/**
 * Returns the environment of measured programs: a home, a cache that is warm after the first round,
 * and nothing else.
 */
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

/** Returns the path of a program on PATH, or null. */
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

/**
 * Returns the path of Python itself, as `python3` on PATH may be a script that searches for it;
 * null if there is none.
 */
export async function findPython(): Promise<string | null> {
  const named = await findProgram("python3");
  if (named === null) return null;
  return await readLine([named, "-c", "import sys; print(sys.executable)"]);
}

/**
 * Returns the path of Bun: on PATH, or installed by `scripts/bench --install`; null if there is
 * none.
 */
export async function findBun(): Promise<string | null> {
  const installed = `${ROOT}/.deno/peers/node_modules/bun/bin/bun.exe`;
  try {
    if ((await Deno.stat(installed)).isFile) return installed;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return await findProgram("bun");
}

/** Returns the first line that a program prints; null if it fails. */
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

/** Runs a tool of this folder in its own process and reads the one JSON object that it prints. */
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

/** Starts a tool that serves until its stdin ends, and waits for its ready line. */
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
