// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The total size of many files. A hook has no time to look at ten thousand of them, so the sum is
 * noted in a file in their folder; only files that came after those of the note are looked at.
 * @module
 */
import { decodeJson, encodeJson } from "../proto/mod.ts";
import { openOwned, writeWhole } from "./durable_file.ts";
import { sizeOf } from "./listing.ts";
import type { Owner } from "./owner.ts";

const NAME = ".sizes";
/** Looking at this many files takes no longer than writing a note. */
const FEW_FILES = 256;

/** The sum of the first `count` files of a folder. It holds as long as those are the same files. */
interface Note {
  count: number;
  first: string;
  last: string;
  bytes: number;
}

/**
 * Sums up sizes.
 *
 * @param names Sorted; files leave at the front, arrive at the end, and do not change.
 * @param noteFor The owner of a note that is written now; without it none is written.
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

/**
 * Without a note all files are looked at. The note may be missing or unwritable, or another process
 * may be writing it.
 */
function isNoMatter(error: unknown): boolean {
  return error instanceof SyntaxError ||
    error instanceof Error && "code" in error;
}
