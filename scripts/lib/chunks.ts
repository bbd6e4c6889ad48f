// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * A program in several files: one to start with, and chunks that a run loads when it needs them.
 *
 * Deno loads each module that an `import("…")` with a literal address names before the program
 * starts, needed or not. So these addresses are written in a form that Deno does not recognise.
 * @module
 */

/** Texts of files by their names. */
export type Files = ReadonlyMap<string, string>;

/**
 * Prepares a chunk to lie in one folder with all others, and hides its dynamic imports from Deno.
 *
 * @param chunks Names of all chunks, without folders.
 * @throws {TypeError} If the text imports a chunk that is missing.
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
 * Replaces the dynamic imports of the start file by the addresses of the chunks, and hides them
 * from Deno.
 *
 * @param addresses Addresses of the chunks by the specifiers in the source (`./program.ts`).
 * @throws {TypeError} If a specifier is not imported, or the source imports another file.
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

/** Returns an id that is the same for the same files. */
export async function nameBuild(files: Files): Promise<string> {
  const all = [...files].toSorted(([a], [b]) => a < b ? -1 : 1).flat();
  const digest = await crypto.subtle.digest(
    "SHA-256",
    new TextEncoder().encode(all.join("\0")),
  );
  return new Uint8Array(digest).toHex().slice(0, 8);
}

/**
 * Returns the module of Node's that a minified file imports when it is loaded, or null. A text in
 * the code may hold an import, too, so only the statements at the head of the file count.
 */
export function findHoisted(text: string): string | null {
  const [head = ""] = text.match(/^(?:\s*(?:import|export)\b[^;(=]*;)*/) ?? [];
  return head.match(/\b(?:from|import)\s*"(node:[^"]+)"/)?.[1] ?? null;
}

/**
 * `from"./a.js"`, `import"../b/a.js"`, `import("./a.js")`, as a bundler writes them, with or
 * without white space.
 */
const IMPORTS =
  /\b(from\s*|import\s*|import\(\s*)"\.{1,2}\/(?:[\w.-]+\/)*([\w.-]+\.js)"/g;

/** `import("./a.ts")`, where a bundler was told to leave it alone. */
const SOURCES = /\bimport\(\s*"(\.{1,2}\/[\w./-]+\.ts)"\s*\)/g;
