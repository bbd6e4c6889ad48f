// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The command that runs this program again.
 * @module
 */

/** A command line without a shell. */
export interface SelfCommand {
  program: string;
  args: string[];
}

/**
 * Finds the command that runs this program: the compiled binary itself, the launcher beside a
 * bundle (`dist/kaizen.sh`), or `scripts/kaizen` beside the source's `main.ts`.
 */
export function selfCommand(): SelfCommand {
  if (Deno.build.standalone) return { program: Deno.execPath(), args: [] };
  // The launcher of a bundle starts most commands with a file in `chunks/`.
  const main = decodeURIComponent(new URL(Deno.mainModule).pathname)
    .replace(/\/chunks\/\w+\/commands\.js$/, "/kaizen.js");
  const folder = main.slice(0, main.lastIndexOf("/"));
  const program = main.endsWith(".js")
    ? `${folder}/kaizen.sh`
    : `${folder}/scripts/kaizen`;
  return { program, args: [] };
}
