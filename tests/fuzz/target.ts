// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The form of a target.
 * @module
 */
import { assert } from "@std/assert";

/** A reader of hostile bytes, and what must be true of it for every input. */
export interface FuzzTarget {
  /** Inputs to begin with; most of them are accepted. */
  examples(): Promise<Uint8Array[]>;
  /** Makes what many inputs share. */
  open(): FuzzSession | Promise<FuzzSession>;
}

/** A target that is ready for inputs. */
export interface FuzzSession extends AsyncDisposable {
  /**
   * Tries one input. Everything follows from the input alone.
   *
   * @returns Some words about the outcome. An input with a new outcome is mutated further.
   * @throws If something is not true that must be.
   */
  run(input: Uint8Array): string | Promise<string>;
}

/** Makes a target of a function that needs nothing around it. */
export function makeTarget(
  examples: () => Uint8Array[] | Promise<Uint8Array[]>,
  run: FuzzSession["run"],
): FuzzTarget {
  return {
    examples: async () => await examples(),
    open: () => ({ run, [Symbol.asyncDispose]: () => Promise.resolve() }),
  };
}

/**
 * Calls a function that may refuse its input.
 *
 * @param refusals The errors that mean a refusal.
 * @returns What the function returned, or the words of the refusal without names and numbers.
 * @throws If it throws anything else.
 */
export function attempt<T>(
  call: () => T,
  refusals: readonly (new (...args: never[]) => Error)[],
): { value: T } | { refusal: string } {
  try {
    return { value: call() };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (!refusals.some((refusal) => error instanceof refusal)) throw error;
    assert(!/\n\s+at /.test(error.message), "a message is a stack trace");
    return { refusal: `${error.name}: ${maskWords(error.message)}` };
  }
}

/** Replaces all that differs between inputs of one kind. */
export function maskWords(text: string): string {
  return text.replace(/".*"/gs, '""').replace(/\d+/g, "0").slice(0, 80);
}

/** Prints plain data for a comparison: the keys in their order, and big integers exactly. */
export function print(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch {
    return JSON.stringify(
      value,
      (_, part) => typeof part === "bigint" ? `${part}n` : part,
    );
  }
}

/**
 * Whether a key begins with an escape. V8 15 may take such a key for a backslash once it has met
 * the key of a backslash in its place: `JSON.parse` is no judge then.
 */
export function beginsKeyWithEscape(text: string): boolean {
  return /[{,]\s*"\\/.test(text);
}
