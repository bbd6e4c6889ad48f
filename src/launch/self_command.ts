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
 * Finds the command that runs this program: the launcher beside a bundle or a binary
 * (`kaizen.sh`), a binary without a launcher itself, or `scripts/kaizen` beside the source's
 * `main.ts`.
 */
export function selfCommand(): SelfCommand {
  if (Deno.build.standalone) return standaloneCommand(Deno.execPath());
  // The launcher of a bundle starts most commands with a file in `chunks/`.
  const main = decodeURIComponent(new URL(Deno.mainModule).pathname)
    .replace(/\/chunks\/\w+\/commands\.js$/, "/kaizen.js");
  const folder = main.slice(0, main.lastIndexOf("/"));
  const program = main.endsWith(".js")
    ? `${folder}/kaizen.sh`
    : `${folder}/scripts/kaizen`;
  return { program, args: [] };
}

/** Prefers the launcher, which also works in a deleted directory and clears variables of Deno's. */
function standaloneCommand(binary: string): SelfCommand {
  const launcher = `${binary.slice(0, binary.lastIndexOf("/"))}/kaizen.sh`;
  try {
    Deno.statSync(launcher);
    return { program: launcher, args: [] };
  } catch {
    return { program: binary, args: [] };
  }
}
