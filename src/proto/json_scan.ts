// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The JSON scanner: strict, over bytes, resumable at any byte.
 *
 * A hook loads it and runs it once, so its cost is compiling it. It therefore is one loop with its
 * state in a local variable, with few functions and no large tables.
 * @module
 */
import { skipLongString } from "./_long_string.ts";
import { stepUtf8 } from "./_utf8.ts";
import { JsonError } from "./json_error.ts";
import { MAX_DEPTH } from "./limits.ts";
export { JsonError };

/** The kind of a value without parts. */
export type JsonScalar = "string" | "number" | "true" | "false" | "null";

/** A token: a single bracket, a whole key or a whole value without parts. */
export type JsonToken = "{" | "}" | "[" | "]" | "key" | JsonScalar;

/**
 * Called for each token as soon as all of it is known to be valid.
 *
 * `start` and `end` (exclusive) count bytes from the first byte written; keys and strings include
 * their quotes. `depth` is the number of open containers around the token: 0 for the outermost
 * brackets, 1 for a token directly inside them.
 */
export type JsonVisit = (
  token: JsonToken,
  start: number,
  end: number,
  depth: number,
) => void;

// The states. Comparisons use their order: between tokens, done, in a string, in a literal, in a
// number that cannot end yet, in a number that can.
const START = 0;
const VALUE = 1;
const FIRST_ITEM = 2;
const FIRST_KEY = 3;
const KEY = 4;
const COLON = 5;
const COMMA = 6;
const DONE = 7;
const STRING = 8;
const ESCAPE = 9;
const HEX = 10;
const LOW_BACKSLASH = 11; // between the halves of a surrogate pair
const LOW_U = 12;
const UTF8 = 13; // to 19: one for each state of `stepUtf8()` except 0
const LITERAL = 20;
const MINUS = 21;
const POINT = 22;
const E = 23;
const E_SIGN = 24;
const ZERO = 25;
const INTEGER = 26;
const FRACTION = 27;
const EXPONENT = 28;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_OBJECT = 0x7b;

/** 1 for each byte that stands for itself in a string. */
const PLAIN = /* @__PURE__ */ makePlain();
// After this many plain bytes in a row, and with more than SHORT_BYTES to come, try the shortcut.
const PLAIN_RUN_BYTES = 16;
const SHORT_BYTES = 2048;
// A number with at most this many bytes and this many digits of exponent is never infinite.
const SAFE_NUMBER_BYTES = 200;
const SAFE_EXPONENT_DIGITS = 2;

/** How strict a scanner is. */
export interface ScanOptions {
  /** How many arrays and objects may be open at once. */
  maxDepth?: number;
  /** Whether an escape may be half of a surrogate pair. */
  takesHalves?: boolean;
  /**
   * Skips a part of a string that obeys all rules, from the index of a character in it. By default
   * long strings are skipped in a way that is fast in a process that ends soon.
   */
  skip?: ((chunk: Uint8Array, from: number) => number) | undefined;
}

/**
 * Finds the tokens of one JSON value in bytes that arrive in pieces.
 *
 * Strict: RFC 8259 with a limited depth, valid UTF-8, surrogate escapes in pairs, numbers that fit
 * a double, and no byte order mark. A value ends where the grammar says: `{}{}` and `12x` are
 * complete after two bytes, although the end of a number shows only with the next byte. Do not use
 * a scanner after it has thrown.
 */
export class JsonScanner {
  readonly #visit: JsonVisit | undefined;
  readonly #maxDepth: number;
  readonly #takesHalves: boolean;
  readonly #skip: ScanOptions["skip"];
  /** For each open container, outermost first: whether it is an object. */
  readonly #containers: boolean[] = [];
  #state = START;
  /** Bytes used of earlier chunks. Added to an index it gives an offset. */
  #base = 0;
  #token: JsonToken = "null"; // the one being read
  #start = 0;
  /** The code unit being read, with a leading 1, or 2 for the second half of a pair. */
  #unit = 0;
  /** The part of a number in earlier chunks, and the offset of its exponent's digits. */
  #held = "";
  #exponentStart = 0;

  /**
   * @param visit Called for each token. Without it the scanner only checks.
   */
  constructor(
    visit?: JsonVisit,
    { maxDepth = MAX_DEPTH, takesHalves = false, skip }: ScanOptions = {},
  ) {
    this.#visit = visit;
    this.#maxDepth = maxDepth;
    this.#takesHalves = takesHalves;
    this.#skip = skip;
  }

  /** Whether the value is complete. */
  get complete(): boolean {
    return this.#state === DONE;
  }

  /** Whether there was a byte other than white space. */
  get started(): boolean {
    return this.#state !== START;
  }

  /**
   * Scans bytes and stops directly after the value.
   *
   * @returns The number of bytes used, with leading white space. Fewer than all only if the value
   * is complete.
   * @throws {JsonError} If the bytes cannot start a value.
   */
  write(chunk: Uint8Array): number {
    const length = chunk.length;
    const skip = this.#skip;
    let state = this.#state;
    let tried = -1; // start of the string for which the shortcut was tried
    let i = 0;
    while (i < length && state !== DONE) {
      const c = chunk[i] ?? 0;
      const at = this.#base + i++;
      if (state < DONE) {
        if (c === 0x20 || c === 0x0a || c === 0x0d || c === 0x09) continue;
        state = this.#between(state, c, at);
      } else if (state === STRING) {
        if (c === QUOTE) state = this.#finish(at + 1);
        else if (c === BACKSLASH) state = ESCAPE;
        else if (PLAIN[c] === 0) state = stepCharacter(0, c, at);
        else {
          const stop = i + PLAIN_RUN_BYTES;
          while (i < stop && PLAIN[chunk[i] ?? 0]) i++;
          if (i < stop) continue;
          if (skip !== undefined) i = skip(chunk, i);
          else if (length - i > SHORT_BYTES && tried < this.#start) {
            tried = this.#start;
            i = skipLongString(chunk, i);
          }
        }
      } else if (state < UTF8) {
        if (this.#takesHalves && endsHalf(state, c)) {
          state = state === LOW_U ? ESCAPE : STRING;
          i--;
        } else state = this.#escape(state, c, at);
      } else if (state < LITERAL) {
        state = stepCharacter(state - UTF8 + 1, c, at);
      } else if (state === LITERAL) {
        const index = at - this.#start;
        if (c !== this.#token.charCodeAt(index)) {
          throw new JsonError("invalid literal", at);
        }
        if (index === this.#token.length - 1) state = this.#finish(at + 1);
      } else {
        const next = continueNumber(state, c, at);
        if (next === E || next === E_SIGN) this.#exponentStart = at + 1;
        state = next === DONE ? this.#finishNumber(state, chunk, --i) : next;
      }
    }
    this.#state = state;
    if (state > LITERAL) this.#held += this.#textOf(chunk, i);
    this.#base += i;
    return i;
  }

  /**
   * Ends the input, which completes a number outside of containers.
   *
   * @throws {JsonError} If the value is not complete.
   */
  end(): void {
    if (this.#state >= ZERO && this.#containers.length === 0) {
      this.#state = this.#finishNumber(this.#state, new Uint8Array(), 0);
    }
    if (this.#state !== DONE) throw new JsonError("unexpected end", this.#base);
  }

  /** Handles a byte between tokens: a comma, a colon or the first byte of a token. */
  #between(state: number, c: number, at: number): number {
    this.#state = VALUE; // started, even if this throws
    if (state === COMMA) {
      if (c === 0x2c) return this.#containers.at(-1) ? KEY : VALUE;
      return this.#close(c, at);
    }
    if (state === COLON) {
      if (c === 0x3a) return VALUE;
      throw new JsonError('expected ":"', at);
    }
    this.#start = at;
    if (state >= FIRST_KEY) {
      this.#token = "key";
      if (c === QUOTE) return STRING;
      if (c === 0x7d && state === FIRST_KEY) return this.#close(c, at);
      throw new JsonError("expected a key", at);
    }
    if (c === OPEN_OBJECT || c === 0x5b) return this.#open(c, at);
    if (c === 0x5d && state === FIRST_ITEM) return this.#close(c, at);
    this.#token = "string";
    if (c === QUOTE) return STRING;
    this.#token = "number";
    if (c > 0x30 && c <= 0x39) return INTEGER;
    if (c === 0x30 || c === 0x2d) return c === 0x30 ? ZERO : MINUS;
    this.#token = c === 0x74 ? "true" : c === 0x66 ? "false" : "null";
    if (c === this.#token.charCodeAt(0)) return LITERAL;
    throw new JsonError("expected a value", at);
  }

  #open(c: number, at: number): number {
    const depth = this.#containers.length;
    if (depth === this.#maxDepth) {
      throw new JsonError(`nested deeper than ${depth}`, at);
    }
    this.#visit?.(c === OPEN_OBJECT ? "{" : "[", at, at + 1, depth);
    this.#containers.push(c === OPEN_OBJECT);
    return c === OPEN_OBJECT ? FIRST_KEY : FIRST_ITEM;
  }

  #close(c: number, at: number): number {
    this.#token = this.#containers.at(-1) ? "}" : "]";
    if (c !== this.#token.charCodeAt(0)) {
      throw new JsonError(`expected "," or "${this.#token}"`, at);
    }
    this.#containers.pop();
    this.#start = at;
    return this.#finish(at + 1);
  }

  #finish(end: number): number {
    const depth = this.#containers.length;
    this.#visit?.(this.#token, this.#start, end, depth);
    return this.#token === "key" ? COLON : depth === 0 ? DONE : COMMA;
  }

  #escape(state: number, c: number, at: number): number {
    if (state === ESCAPE) {
      this.#unit = 1;
      if (c === 0x75) return HEX;
      if ('"\\/bfnrt'.includes(String.fromCharCode(c))) return STRING;
      throw new JsonError("invalid escape", at);
    }
    if (state === HEX) {
      const text = String.fromCharCode(c).toLowerCase();
      const digit = "0123456789abcdef".indexOf(text);
      if (digit < 0) throw new JsonError("invalid escape", at);
      this.#unit = this.#unit << 4 | digit;
      if (this.#unit < 0x10000) return HEX;
      const isLow = (this.#unit & 0xfc00) === 0xdc00;
      if (isLow === this.#unit >= 0x20000 || this.#takesHalves) {
        return (this.#unit & 0xfc00) === 0xd800 ? LOW_BACKSLASH : STRING;
      }
    } else if (c === (state === LOW_U ? 0x75 : BACKSLASH)) {
      this.#unit = 2;
      return state === LOW_U ? HEX : LOW_U;
    }
    throw new JsonError("lone surrogate", at);
  }

  /** Ends a number in `state` before index `end` of `chunk`. */
  #finishNumber(state: number, chunk: Uint8Array, end: number): number {
    const at = this.#base + end;
    const digits = state === EXPONENT ? at - this.#exponentStart : 0;
    const isLong = at - this.#start > SAFE_NUMBER_BYTES;
    if (isLong || digits > SAFE_EXPONENT_DIGITS) {
      const number = Number(this.#held + this.#textOf(chunk, end));
      if (!Number.isFinite(number)) {
        throw new JsonError("number out of range", this.#start);
      }
    }
    this.#held = "";
    return this.#finish(at);
  }

  /** Returns the part of the token in `chunk` before index `end`. */
  #textOf(chunk: Uint8Array, end: number): string {
    const first = Math.max(this.#start - this.#base, 0);
    return new TextDecoder().decode(chunk.subarray(first, end));
  }
}

/** Whether a byte shows that no second half follows the first half of a pair. */
function endsHalf(state: number, c: number): boolean {
  return state === LOW_BACKSLASH && c !== BACKSLASH ||
    state === LOW_U && c !== 0x75;
}

function stepCharacter(state: number, c: number, at: number): number {
  if (c < 0x20) throw new JsonError("control character in string", at);
  const next = stepUtf8(state, c);
  if (next < 0) throw new JsonError("invalid UTF-8", at);
  return next === 0 ? STRING : UTF8 - 1 + next;
}

/** Returns the next state inside a number, or DONE if the byte is not part of it. */
function continueNumber(state: number, c: number, at: number): number {
  if (c >= 0x30 && c <= 0x39) {
    if (state === INTEGER || state === FRACTION) return state;
    if (state === ZERO) return DONE;
    if (state === MINUS) return c === 0x30 ? ZERO : INTEGER;
    return state === POINT ? FRACTION : EXPONENT;
  }
  if (state === E && (c === 0x2b || c === 0x2d)) return E_SIGN;
  if (state < ZERO) throw new JsonError("expected a digit", at);
  if (c === 0x2e && state < FRACTION) return POINT;
  return (c | 0x20) === 0x65 && state < EXPONENT ? E : DONE;
}

function makePlain(): Uint8Array {
  const plain = new Uint8Array(256).fill(1, 0x20, 0x80);
  plain[QUOTE] = plain[BACKSLASH] = 0;
  return plain;
}
