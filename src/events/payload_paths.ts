// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Finds the file paths in a hook payload while it is scanned.
 * @module
 */
import {
  BudgetError,
  JsonError,
  type JsonToken,
  MAX_NAME_BYTES,
  RequestBudget,
  scanDocument,
} from "../proto/mod.ts";
import { decodeKey, decodeToken, hasEscape } from "./_token.ts";

const PATH_KEYS: ReadonlySet<string> = new Set([
  "path",
  "file_path",
  "target_file",
  "file",
  "relative_workspace_path",
  "notebook_path",
  "absolute_path",
  "target_notebook",
]);

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const encoder = new TextEncoder();

/** A string value that is a path, or that may contain JSON to search. */
interface Find {
  readonly start: number;
  readonly end: number;
  readonly isPath: boolean;
  readonly mayBeJson: boolean;
  /** Whether a later member of the same name replaced it, or a value around it. */
  replaced: boolean;
}

/** An open container, and the finds in its members: a later member of the same name drops them. */
interface Frame {
  isObject: boolean;
  keyStart: number;
  keyEnd: number;
  /** Number of finds at the start of the current member. */
  first: number;
  /** The range of finds of each member, by name. */
  holders: Map<string, readonly [number, number]> | null;
}

/**
 * Notes the places of paths while a scanner reports tokens. Decodes them only on request.
 *
 * A path is the non-empty text of a member of one of these names, at any depth; every string that
 * is itself JSON is searched as well, recursively. A text that is too long for a name is no path.
 * Of members with the same name only the last counts.
 */
export class PathFinder {
  readonly #bytes: Uint8Array;
  readonly #budget: RequestBudget;
  readonly #frames: Frame[] = [];
  readonly #finds: Find[] = [];

  /**
   * @param bytes The scanned bytes, from the first one.
   * @param budget Counts the values in texts with JSON. The text that exceeds the budget, and all
   * later ones, give no paths.
   */
  constructor(bytes: Uint8Array, budget: RequestBudget = new RequestBudget()) {
    this.#bytes = bytes;
    this.#budget = budget;
  }

  /** Takes one token. Pass all tokens that a {@linkcode JsonScanner} reports. */
  visit(token: JsonToken, start: number, end: number, depth: number): void {
    if (token === "{" || token === "[") return this.#enter(token, depth);
    const frame = this.#frames[depth - 1];
    if (token === "key") {
      if (frame) this.#beginMember(frame, start, end);
    } else {
      if (token === "string") this.#look(frame, start, end);
      if (frame && this.#finds.length > frame.first) this.#endMember(frame);
    }
  }

  /** Adds the paths to `into`. */
  collect(into: Set<string>): void {
    for (const find of this.#finds) {
      if (find.replaced) continue;
      const text = decodeToken(this.#bytes, find.start, find.end);
      if (find.isPath) into.add(text);
      if (find.mayBeJson) searchText(text, into, this.#budget);
    }
  }

  #enter(token: "{" | "[", depth: number): void {
    const isObject = token === "{";
    const frame = this.#frames[depth];
    if (frame) {
      frame.isObject = isObject;
      frame.holders = null;
    } else {
      const fresh = { keyStart: 0, keyEnd: 0, first: 0, holders: null };
      this.#frames[depth] = { isObject, ...fresh };
    }
  }

  #beginMember(frame: Frame, start: number, end: number): void {
    frame.keyStart = start;
    frame.keyEnd = end;
    frame.first = this.#finds.length;
    if (frame.holders === null) return;
    const name = decodeKey(this.#bytes, start, end);
    const [from, to] = frame.holders.get(name) ?? [0, 0];
    for (const find of this.#finds.slice(from, to)) find.replaced = true;
    frame.holders.delete(name);
  }

  #endMember(frame: Frame): void {
    if (!frame.isObject) return;
    const name = decodeKey(this.#bytes, frame.keyStart, frame.keyEnd);
    frame.holders ??= new Map();
    frame.holders.set(name, [frame.first, this.#finds.length]);
  }

  #look(frame: Frame | undefined, start: number, end: number): void {
    const isPath = frame !== undefined && frame.isObject && end > start + 2 &&
      end - start <= MAX_NAME_BYTES &&
      isPathKey(this.#bytes, frame.keyStart, frame.keyEnd);
    const mayBeJson = mayHoldJson(this.#bytes, start, end);
    if (!isPath && !mayBeJson) return;
    this.#finds.push({ start, end, isPath, mayBeJson, replaced: false });
  }
}

/** Searches a text that may be JSON. Another text gives no paths. */
function searchText(
  text: string,
  into: Set<string>,
  budget: RequestBudget,
): void {
  const bytes = encoder.encode(text);
  const finder = new PathFinder(bytes, budget);
  try {
    scanDocument(
      bytes,
      budget.counting((...token) => finder.visit(...token)),
    );
  } catch (error) {
    const isNothing = error instanceof JsonError ||
      error instanceof BudgetError;
    if (isNothing) return;
    throw error;
  }
  finder.collect(into);
}

/** Whether the value of a key token is a path. The length excludes most keys. */
function isPathKey(bytes: Uint8Array, start: number, end: number): boolean {
  const length = end - start - 2;
  if (length < 4) return false;
  const plain = length === 4 || length === 9 || length === 11 ||
    length === 13 || length === 15 || length === 23;
  if (!plain && !hasEscape(bytes, start, end)) return false;
  return PATH_KEYS.has(decodeKey(bytes, start, end));
}

/**
 * Whether the text of a string token may be JSON that contains a string: it begins with a bracket
 * or a quote, after optional white space. Checks only a few bytes, because most strings are long
 * and not JSON.
 */
function mayHoldJson(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start + 1; i < end - 1; i++) {
    const byte = bytes[i];
    if (byte === 0x7b || byte === 0x5b) return true;
    if (byte === 0x20) continue;
    if (byte !== BACKSLASH) return false;
    const escaped = bytes[++i];
    if (escaped === QUOTE || escaped === 0x75) return true;
    if (escaped !== 0x6e && escaped !== 0x72 && escaped !== 0x74) return false;
  }
  return false;
}
