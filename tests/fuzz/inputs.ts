// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The inputs of a run: mutations of examples, and texts by the grammar.
 * @module
 */
import { ODD_TOKENS, printJson, printObject } from "./grammar.ts";
import type { Random } from "./random.ts";

/** A longer input is cut; in bytes. */
export const MAX_INPUT_BYTES = 8 * 1024;
/** Inputs that are kept because they did something new, besides the examples. */
const MAX_KEPT = 4096;
const MAX_WORDS = 1000;
const ODD_BYTES = [0, 1, 9, 10, 13, 0x1b, 0x20, 0x22, 0x2c, 0x5c, 0x7f];
const HIGH_BYTES = [0x80, 0x85, 0xc0, 0xc2, 0xe2, 0xed, 0xef, 0xf0, 0xf4, 0xff];

const encoder = new TextEncoder();

/** Makes inputs. An input that did something new is worth more mutations. */
export class InputSource {
  readonly #random: Random;
  readonly #corpus: Uint8Array[];
  readonly #seeds: number;
  /** JSON strings of the examples, with their quotes. */
  readonly #words: string[];
  readonly #tokens: Uint8Array[];

  /** @param examples At least one input that the target accepts. */
  constructor(random: Random, examples: readonly Uint8Array[]) {
    this.#random = random;
    this.#corpus = [...examples];
    this.#seeds = examples.length;
    this.#words = listWords(examples);
    this.#tokens = [...this.#words, ...ODD_TOKENS].map((text) =>
      encoder.encode(text)
    );
  }

  /** Returns the next input. */
  next(): Uint8Array {
    const random = this.#random;
    if (random.once(8)) {
      const print = random.once(3) ? printJson : printObject;
      return encoder.encode(print(random, this.#words));
    }
    let bytes = random.pick(this.#corpus);
    const steps = 1 + random.below(random.once(4) ? 16 : 3);
    for (let i = 0; i < steps; i++) bytes = this.#mutate(bytes);
    return bytes.slice(0, MAX_INPUT_BYTES);
  }

  /** Keeps an input that did something new. */
  keep(input: Uint8Array): void {
    if (this.#corpus.length - this.#seeds < MAX_KEPT) this.#corpus.push(input);
    else {
      this.#corpus[this.#seeds + this.#random.below(MAX_KEPT)] = input;
    }
  }

  #mutate(bytes: Uint8Array): Uint8Array {
    const random = this.#random;
    const at = random.below(bytes.length + 1);
    const until = Math.min(bytes.length, at + random.below(32));
    switch (random.below(11)) {
      case 0:
        return replace(bytes, at, at + 1, [random.below(256)]);
      case 1:
        return replace(bytes, at, at + 1, [random.pick(ODD_BYTES)]);
      case 2:
        return replace(bytes, at, at, [random.pick(HIGH_BYTES)]);
      case 3:
        return replace(bytes, at, until, []);
      case 4:
        return replace(bytes, at, at, bytes.subarray(at, until));
      case 5:
      case 6:
        return replace(bytes, at, at, random.pick(this.#tokens));
      case 7:
        return this.#replaceToken(bytes, at);
      case 8:
        return this.#cross(bytes, at);
      case 9:
        return bytes.subarray(0, at);
      default:
        return this.#nest(bytes, at);
    }
  }

  /** Replaces the string or number that begins after `at`. */
  #replaceToken(bytes: Uint8Array, at: number): Uint8Array {
    const quote = bytes.indexOf(0x22, at);
    if (quote < 0) return bytes;
    const end = bytes.indexOf(0x22, quote + 1) + 1;
    if (end === 0) return bytes;
    return replace(bytes, quote, end, this.#random.pick(this.#tokens));
  }

  /** Goes on with the end of another input. */
  #cross(bytes: Uint8Array, at: number): Uint8Array {
    const other = this.#random.pick(this.#corpus);
    const from = this.#random.below(other.length + 1);
    return replace(bytes, at, bytes.length, other.subarray(from));
  }

  /** Opens and closes brackets, around as many levels as readers allow, or one more. */
  #nest(bytes: Uint8Array, at: number): Uint8Array {
    const levels = this.#random.pick([1, 2, 120, 126, 127, 128, 1000]);
    const opens = encoder.encode("[".repeat(levels));
    const closes = encoder.encode("]".repeat(levels));
    return replace(
      replace(bytes, at, at, closes),
      at,
      at,
      this.#random.once(3) ? [] : opens,
    );
  }
}

function replace(
  bytes: Uint8Array,
  from: number,
  to: number,
  by: ArrayLike<number>,
): Uint8Array {
  const rest = bytes.subarray(Math.min(to, bytes.length));
  const start = Math.min(from, bytes.length);
  const changed = new Uint8Array(start + by.length + rest.length);
  changed.set(bytes.subarray(0, start));
  changed.set(by, start);
  changed.set(rest, start + by.length);
  return changed;
}

function listWords(examples: readonly Uint8Array[]): string[] {
  const words = new Set<string>(['"type"']);
  for (const example of examples) {
    const text = new TextDecoder().decode(example);
    // Payloads are texts inside of texts.
    for (const plain of [text, text.replaceAll('\\"', '"')]) {
      for (const [word] of plain.matchAll(/"[^"\\\n]{1,40}"/g)) words.add(word);
    }
  }
  return [...words].slice(0, MAX_WORDS);
}
