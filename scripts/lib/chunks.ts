// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * A program in several files: one to start with, and chunks that a run loads when it needs them.
 *
 * Deno looks for every `import("…")` whose address is written out and loads what it names before the program starts, needed
 * or not. So in the chunks these addresses are written in a way that it does not understand.
 * @module
 */

/** Text of files by their names. */
export type Files = ReadonlyMap<string, string>;

/** What a program is made of. */
export interface Chunks {
  /** The file to start with. */
  main: string;
  /** All others, by their names, none of which is needed elsewhere than in the others and in `main`. */
  chunks: Files;
}

/**
 * Splits what a bundler has written into the file to start with and chunks that lie in a folder below it.
 *
 * @param files What the bundler has written, by name; each imports others as `./name`.
 * @param start Name of the file to start with.
 * @param folder Where the chunks will lie, seen from the file to start with: `./chunks/1`.
 * @throws {TypeError} If there is no such file, or a file imports one that is not there.
 */
export function arrangeChunks(
  files: Files,
  start: string,
  folder: string,
): Chunks {
  const found = files.get(start);
  if (found === undefined) {
    throw new TypeError(`Cannot arrange chunks: there is no ${start}`);
  }
  const chunks = new Map<string, string>();
  for (const [name, text] of files) {
    if (name !== start) chunks.set(name, rewrite(text, ".", files));
  }
  return { main: rewrite(found, folder, files), chunks };
}

/** Names what makes two builds differ: the same for the same files. */
export async function nameBuild(files: Files): Promise<string> {
  const all = [...files].toSorted(([a], [b]) => a < b ? -1 : 1).flat();
  const digest = await crypto.subtle.digest(
    "SHA-256",
    new TextEncoder().encode(all.join("\0")),
  );
  return new Uint8Array(digest).toHex().slice(0, 12);
}

/** `from"./a.js"`, `import"./a.js"`, `import("./a.js")`, as a bundler writes them, with white space or without. */
const IMPORTS = /\b(from\s*|import\s*|import\(\s*)"\.\/([\w.-]+\.js)"/g;

function rewrite(text: string, folder: string, files: Files): string {
  return text.replaceAll(IMPORTS, (_, how: string, name: string) => {
    if (!files.has(name)) {
      throw new TypeError(`Cannot arrange chunks: there is no ${name}`);
    }
    const address = JSON.stringify(`${folder}/${name}`);
    return how.includes("(") ? `${how}[${address}][0]` : how + address;
  });
}
