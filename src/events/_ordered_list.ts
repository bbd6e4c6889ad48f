// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Spans in the order they were opened.
 * @module
 */

/** What can be in such a list: it has a number of its own, which never changes. */
export interface Ordered {
  readonly ordinal: number;
}

/** A list sorted by ordinal; finding the place of an item takes steps by the logarithm of the length. */
export class OrderedList<T extends Ordered> {
  readonly #items: T[] = [];

  get length(): number {
    return this.#items.length;
  }

  /** The item with the greatest ordinal. */
  get last(): T | undefined {
    return this.#items.at(-1);
  }

  /** The item at `index`, from 0. */
  at(index: number): T | undefined {
    return index < 0 ? undefined : this.#items[index];
  }

  /** Where `item` is, or would be. */
  indexOf(item: Ordered): number {
    let low = 0;
    let high = this.#items.length;
    if (high === 0 || (this.last?.ordinal ?? 0) < item.ordinal) return high;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#items[middle]?.ordinal ?? 0) < item.ordinal) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Puts `item`, which is not in the list, in its place. */
  add(item: T): void {
    const index = this.indexOf(item);
    if (index === this.#items.length) this.#items.push(item);
    else this.#items.splice(index, 0, item);
  }

  /** Takes `item`, which is in the list, out. */
  delete(item: T): void {
    const index = this.indexOf(item);
    if (index === this.#items.length - 1) this.#items.pop();
    else this.#items.splice(index, 1);
  }

  /** The items from the last to the first. */
  *newestFirst(): Generator<T> {
    for (let i = this.#items.length - 1; i >= 0; i--) {
      const item = this.#items[i];
      if (item !== undefined) yield item;
    }
  }
}
