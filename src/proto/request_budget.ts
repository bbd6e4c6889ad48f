// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The most that one request may cost the daemon. A byte of a text costs about a byte. A value of
 * two bytes costs up to a hundred, and a text that names something is kept several times.
 * @module
 */
import type { JsonVisit } from "./json_scan.ts";

/**
 * Most values and keys of a request, and again of the JSON text in it. A tool result of 16 MiB with
 * a value each 20 bytes is within it.
 */
export const MAX_REQUEST_VALUES = 1_000_000;
/**
 * Longest text that names something, such as a session, a tool or a path, in bytes as written:
 * 4 MiB. A literal, so that a bundler can drop it.
 */
export const MAX_NAME_BYTES = 4_194_304;
/**
 * Longest path of a workspace, in bytes as written: 64 KiB. No system opens one of a tenth of this.
 * A literal, so that a bundler can drop it.
 */
export const MAX_WORKSPACE_BYTES = 65_536;

/** A request holds more than the daemon decodes. */
export class BudgetError extends RangeError {
  override get name(): string {
    return "BudgetError";
  }
}

/** The rest of the limits for one JSON text. */
export class RequestBudget {
  readonly #limit: number;
  #spent = 0;

  /** @param limit Most values and keys; Infinity for a text that is in the store already. */
  constructor(limit: number = MAX_REQUEST_VALUES) {
    this.#limit = limit;
  }

  /**
   * Returns a visitor that counts each value and key, and passes it on.
   *
   * The visitor throws `BudgetError` at the first value over the limit.
   */
  counting(visit: JsonVisit): JsonVisit {
    return (token, start, end, depth) => {
      const isEnd = token === "}" || token === "]";
      if (!isEnd && ++this.#spent > this.#limit) {
        throw new BudgetError(
          `Cannot decode request as it must hold <= ${this.#limit} values: it holds more`,
        );
      }
      visit(token, start, end, depth);
    };
  }

  /**
   * Checks the length of a text that names something.
   *
   * @throws {BudgetError} As {@linkcode demandName}.
   */
  demandName(key: string, bytes: number): void {
    if (this.#limit !== Infinity) demandName(key, bytes);
  }
}

/**
 * Checks the length of a text that names something.
 *
 * @param key Its key, for the message.
 * @param bytes Its length as it is written.
 * @throws {BudgetError} If it is too long.
 */
export function demandName(
  key: string,
  bytes: number,
  limit: number = MAX_NAME_BYTES,
): void {
  if (bytes <= limit) return;
  throw new BudgetError(
    `Cannot decode request as "${key}" must be <= ${limit} bytes: current length is ${bytes}`,
  );
}
