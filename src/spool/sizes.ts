// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The total size of many files. A hook has no time to look at ten thousand of them, so the sum is
 * noted in a file in their folder; only files that came after those of the note are looked at.
 * @module
 */
import { HomeError } from "../context/mod.ts";
import { decodeJson, encodeJson } from "../proto/mod.ts";
import { openNote, readNote, writeWhole } from "./durable_file.ts";
import { sizeOf } from "./listing.ts";

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
 * @param mayNote Whether a note may be written now.
 */
export function sumSizes(
  folder: string,
  names: readonly string[],
  mayNote = false,
): number {
  if (names.length <= FEW_FILES) return sumOf(folder, names);
  const note = readSum(folder);
  const isCurrent = note !== null && names[0] === note.first &&
    names[note.count - 1] === note.last;
  const known = isCurrent ? note : { count: 0, bytes: 0 };
  const rest = names.slice(known.count);
  const bytes = known.bytes + sumOf(folder, rest);
  const [first, last] = [names[0], names.at(-1)];
  const isWorthANote = rest.length > FEW_FILES && first !== undefined &&
    last !== undefined;
  if (mayNote && isWorthANote) {
    writeSum(folder, { count: names.length, first, last, bytes });
  }
  return bytes;
}

function sumOf(folder: string, names: readonly string[]): number {
  return names.reduce((sum, name) => sum + sizeOf(`${folder}/${name}`), 0);
}

function readSum(folder: string): Note | null {
  try {
    const noted = readNote(`${folder}/${NAME}`);
    if (noted === null) return null;
    const value = decodeJson(noted);
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      return null;
    }
    const { count, first, last, bytes } = value;
    return typeof count === "number" && typeof first === "string" &&
        typeof last === "string" && typeof bytes === "number"
      ? { count, first, last, bytes }
      : null;
  } catch (error) {
    if (isHarmless(error)) return null;
    throw error;
  }
}

function writeSum(folder: string, note: Note): void {
  try {
    using file = openNote(`${folder}/${NAME}`);
    file.truncateSync(0);
    writeWhole(file, new TextEncoder().encode(encodeJson(note)));
  } catch (error) {
    if (!isHarmless(error)) throw error;
  }
}

/**
 * Without a note all files are looked at. The note may be missing or unwritable, or another process
 * may be writing it.
 */
function isHarmless(error: unknown): boolean {
  return error instanceof SyntaxError || error instanceof HomeError ||
    error instanceof Error && "code" in error;
}
