// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * What many files take together. A hook has no time to look at ten thousand of them, so the sum is noted down in their folder; only
 * the files behind those that the note is about are looked at.
 * @module
 */
import { decodeJson, encodeJson } from "../proto/mod.ts";
import { openOwned, writeWhole } from "./durable_file.ts";
import { sizeOf } from "./listing.ts";
import type { Owner } from "./owner.ts";

const NAME = ".sizes";
/** To look at so many files takes no longer than to write a note. */
const FEW_FILES = 256;

/** The sum of the first `count` files of a folder; true for as long as those are the same. */
interface Note {
  count: number;
  first: string;
  last: string;
  bytes: number;
}

/**
 * Sums sizes up.
 *
 * @param names Sorted; files leave at the front, come at the end, and stay as they are.
 * @param noteFor To whom a note belongs that is written now; none is written if left out.
 */
export function sumSizes(
  folder: string,
  names: readonly string[],
  noteFor?: Owner | null,
): number {
  if (names.length <= FEW_FILES) return lookAt(folder, names);
  const note = readNote(folder);
  const isTrue = note !== null && names[0] === note.first &&
    names[note.count - 1] === note.last;
  const known = isTrue ? note : { count: 0, bytes: 0 };
  const rest = names.slice(known.count);
  const bytes = known.bytes + lookAt(folder, rest);
  const [first, last] = [names[0], names.at(-1)];
  const isNews = rest.length > FEW_FILES && first !== undefined &&
    last !== undefined;
  if (noteFor !== undefined && isNews) {
    writeNote(folder, { count: names.length, first, last, bytes }, noteFor);
  }
  return bytes;
}

function lookAt(folder: string, names: readonly string[]): number {
  return names.reduce((sum, name) => sum + sizeOf(`${folder}/${name}`), 0);
}

function readNote(folder: string): Note | null {
  try {
    const value = decodeJson(Deno.readFileSync(`${folder}/${NAME}`));
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      return null;
    }
    const { count, first, last, bytes } = value;
    return typeof count === "number" && typeof first === "string" &&
        typeof last === "string" && typeof bytes === "number"
      ? { count, first, last, bytes }
      : null;
  } catch (error) {
    if (isNoMatter(error)) return null;
    throw error;
  }
}

function writeNote(folder: string, note: Note, owner: Owner | null): void {
  try {
    using file = openOwned(`${folder}/${NAME}`, owner);
    file.truncateSync(0);
    writeWhole(file, new TextEncoder().encode(encodeJson(note)));
  } catch (error) {
    if (!isNoMatter(error)) throw error;
  }
}

/** Without a note everything is looked at. Another process may be in the midst of writing it; it may be missing, or unwritable. */
function isNoMatter(error: unknown): boolean {
  return error instanceof SyntaxError ||
    error instanceof Error && "code" in error;
}
