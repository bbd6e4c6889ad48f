// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Writes a plugin for Claude Code.
 * @module
 */
import { isSystemError, systemReason } from "../../context/mod.ts";
import { makePluginFiles } from "../../hooks/mod.ts";
import { KAIZEN_VERSION } from "../../proto/mod.ts";
import type { Run } from "../shell/cli.ts";
import { FileError } from "../shell/errors.ts";
import { printJson, printPlainLines } from "../shell/print.ts";

/**
 * Writes the files of the plugin. A file that is already the same stays.
 *
 * @throws {FileError} If another file is there, or the files cannot be written.
 */
export async function runHooksPlugin(folder: string, run: Run): Promise<void> {
  const root = folder.startsWith("/")
    ? folder
    : `${run.context.cwd()}/${folder}`;
  const files = makePluginFiles(KAIZEN_VERSION)
    .map(({ path, text }) => ({ path: `${root}/${path}`, text }));
  const missing: typeof files = [];
  for (const file of files) {
    const there = await readText(file.path);
    if (there === null) missing.push(file);
    else if (there !== file.text) {
      throw new FileError(
        `Cannot write "${file.path}" as another file is there`,
      );
    }
  }
  for (const { path, text } of missing) await writeText(path, text);
  const paths = files.map(({ path }) => path);
  if (run.settings.format !== "text") {
    return await printJson(run, { plugin: root, files: paths });
  }
  await printPlainLines(run, [
    ...paths,
    "Name this folder in a marketplace, or try it: claude --plugin-dir DIR",
  ]);
}

async function readText(path: string): Promise<string | null> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw explainPluginFault(path, error);
  }
}

async function writeText(path: string, text: string): Promise<void> {
  try {
    await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    await Deno.writeTextFile(path, text, { createNew: true });
  } catch (error) {
    throw explainPluginFault(path, error);
  }
}

function explainPluginFault(path: string, error: unknown): unknown {
  return isSystemError(error)
    ? new FileError(`Cannot write "${path}": ${systemReason(error)}`)
    : error;
}
