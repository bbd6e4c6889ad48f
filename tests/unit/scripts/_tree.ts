// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Lists the content of a folder, for tests that install something and take it away again.
 * @module
 */
import { ROOT } from "../../../scripts/lib/project.ts";

/**
 * Lists a folder: each path with its kind, and the text of a small file or the target of a link.
 */
export async function describeTree(root: string): Promise<string[]> {
  const found: string[] = [];
  const look = async (below: string) => {
    for await (const entry of Deno.readDir(`${root}${below}`)) {
      const path = `${below}/${entry.name}`;
      if (entry.isDirectory) {
        found.push(`${path}/`);
        await look(path);
      } else if (entry.isSymlink) {
        found.push(`${path} -> ${await Deno.readLink(`${root}${path}`)}`);
      } else {
        const { size } = await Deno.lstat(`${root}${path}`);
        const text = size < 100 ? await Deno.readTextFile(root + path) : size;
        found.push(`${path}: ${text}`);
      }
    }
  };
  await look("");
  return found.toSorted();
}

/** The outcome of a program. */
export interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs a program to its end. `scripts/…` is a script of this project. */
export async function runTool(
  [program = "", ...args]: readonly string[],
  options: { env?: Record<string, string>; cwd?: string; stdin?: string } = {},
): Promise<Outcome> {
  const child = new Deno.Command(
    program.startsWith("scripts/") ? `${ROOT}/${program}` : program,
    {
      args,
      env: { NO_COLOR: "1", KAIZEN_DEPS: "offline", ...options.env },
      ...options.cwd === undefined ? {} : { cwd: options.cwd },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    },
  ).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(options.stdin ?? ""));
  await writer.close();
  const { code, stdout, stderr } = await child.output();
  const text = new TextDecoder();
  return { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
}

/** Returns whether a program is on PATH. */
export async function hasProgram(name: string): Promise<boolean> {
  const { code } = await runTool(["/bin/sh", "-c", `command -v ${name}`]);
  return code === 0;
}
