// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * A program in several files: one to start with, and chunks that a run loads when it needs them.
 *
 * Deno looks for every `import("…")` whose address is written out and loads what it names before the program starts, needed
 * or not. So these addresses are written in a way that it does not understand.
 * @module
 */

/** Text of files by their names. */
export type Files = ReadonlyMap<string, string>;

/**
 * Puts a chunk into one folder with all others, whatever folders the bundler has written them to, and hides what it loads later.
 *
 * @param chunks Names of all chunks, without folders.
 * @throws {TypeError} If the text imports one that is not there.
 */
export function placeChunk(text: string, chunks: ReadonlySet<string>): string {
  return text.replaceAll(IMPORTS, (_, how: string, name: string) => {
    if (!chunks.has(name)) {
      throw new TypeError(`Cannot arrange chunks: there is no ${name}`);
    }
    return how.includes("(") ? `${how}["./${name}"][0]` : `${how}"./${name}"`;
  });
}

/**
 * Tells the file to start with where the chunks are that it loads, and hides them.
 *
 * @param addresses From what its source imports (`./program.ts`) to the address of the chunk.
 * @throws {TypeError} If one of them is not imported, or another file of the source is.
 */
export function pointToChunks(text: string, addresses: Files): string {
  const missing = new Set(addresses.keys());
  const pointed = text.replaceAll(SOURCES, (_, name: string) => {
    const address = addresses.get(name);
    if (address === undefined) {
      throw new TypeError(`Cannot arrange chunks: there is none for ${name}`);
    }
    missing.delete(name);
    return `import([${JSON.stringify(address)}][0])`;
  });
  if (missing.size === 0) return pointed;
  throw new TypeError(
    `Cannot arrange chunks: nothing imports ${[...missing].join(", ")}`,
  );
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

/** `from"./a.js"`, `import"../b/a.js"`, `import("./a.js")`, as a bundler writes them, with white space or without. */
const IMPORTS =
  /\b(from\s*|import\s*|import\(\s*)"\.{1,2}\/(?:[\w.-]+\/)*([\w.-]+\.js)"/g;

/** `import("./a.ts")`, where a bundler was told to leave it alone. */
const SOURCES = /\bimport\(\s*"(\.{1,2}\/[\w./-]+\.ts)"\s*\)/g;
