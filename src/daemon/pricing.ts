// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The prices that costs are made with: the user's own, then the list of the program. Both are
 * loaded when the first price is needed.
 * @module
 */
import { errorMessage, lookAt, readOwnFile } from "../context/mod.ts";
import type { OwnPrices, PriceList } from "../prices/mod.ts";
import type { StoredCost, StoredTokens } from "../store/mod.ts";

/** Maximum size of the user's file, far more than prices need. */
const MAX_FILE_BYTES = 1024 ** 2;

/** The prices of a moment. */
export interface Prices {
  /** Two with the same name make the same costs. */
  readonly name: string;
  /** The data set of the list. */
  readonly source: string;
  /** The day that the list is of, as YYYY-MM-DD. */
  readonly date: string;
  /** The path of the user's own prices; null if there are none. */
  readonly own: string | null;
  /** Why the user's prices cannot be used; null if they can, or there are none. */
  readonly fault: string | null;
  /** Returns the cost of a message. */
  price(model: string, tsMs: number, tokens: StoredTokens): StoredCost;
}

/** The user's file when it was last read. */
interface OwnFile {
  /** Changes with the file. */
  readonly stamp: string;
  readonly prices: OwnPrices | null;
  readonly fault: string | null;
  readonly digest: string;
}

const NO_FILE: OwnFile = { stamp: "", prices: null, fault: null, digest: "" };

/** Reads prices, and reads the user's again when their file has changed. */
export class Pricing {
  readonly #path: string;
  #list: PriceList | null = null;
  #own: OwnFile = NO_FILE;

  /** @param home Absolute path of the home. */
  constructor(home: string) {
    this.#path = `${home}/prices.json`;
  }

  /** Why the user's prices cannot be used, as far as they have been read. */
  get fault(): string | null {
    return this.#own.fault;
  }

  /**
   * Returns the prices of now.
   *
   * @throws {Error} If the installation lacks the list.
   */
  async current(): Promise<Prices> {
    const { priceTokens, readOwnPrices, readPriceList } = await loadPrices();
    const list = this.#list ??= readPriceList();
    const stamp = this.#stamp();
    if (stamp !== this.#own.stamp) {
      this.#own = await this.#read(stamp, readOwnPrices);
    }
    const { prices: own, fault, digest } = this.#own;
    return {
      name: `${list.source} ${digest}`.trim(),
      source: list.source,
      date: list.date,
      own: stamp === "" ? null : this.#path,
      fault,
      price(model, tsMs, tokens) {
        const prices = own?.find(model) ?? list.find(model, tsMs);
        if (prices !== null) {
          return { cost: priceTokens(tokens, prices), source: "priced" };
        }
        // Nothing costs nothing, at any price.
        return isNone(tokens)
          ? { cost: 0, source: "priced" }
          : { cost: null, source: "unpriced" };
      },
    };
  }

  #stamp(): string {
    try {
      const info = lookAt(this.#path);
      return info === null
        ? ""
        : `${info.ino} ${info.size} ${info.mtime?.getTime()}`;
    } catch (error) {
      return errorMessage(error);
    }
  }

  async #read(
    stamp: string,
    parse: (text: string) => OwnPrices,
  ): Promise<OwnFile> {
    try {
      const bytes = readOwnFile(this.#path, MAX_FILE_BYTES);
      if (bytes === null) return NO_FILE;
      const prices = parse(new TextDecoder().decode(bytes));
      const hash = new Uint8Array(
        await crypto.subtle.digest("SHA-256", bytes.slice()),
      );
      return { stamp, prices, fault: null, digest: hash.toHex().slice(0, 16) };
    } catch (error) {
      const fault = `Cannot use "${this.#path}": ${errorMessage(error)}`;
      return { ...NO_FILE, stamp, fault };
    }
  }
}

/** @throws {Error} If the installation lacks a file. The runtime does not look for it again. */
async function loadPrices(): Promise<typeof import("../prices/mod.ts")> {
  try {
    return await import("../prices/mod.ts");
  } catch (error) {
    throw new Error(
      `Cannot load a part of kaizen: ${
        errorMessage(error)
      } Install it again, then kaizen daemon restart`,
      { cause: error },
    );
  }
}

function isNone(tokens: StoredTokens): boolean {
  return tokens.input + tokens.output + tokens.cache_read +
      tokens.cache_write_5m + tokens.cache_write_1h === 0;
}
