// SPDX-License-Identifier: AGPL-3.0-or-later
import { wrongType } from "./errors.ts";
import { type ArgumentValue, Type, type TypeHandler } from "./types.ts";

/** A word out of a list. */
export class EnumType<const T extends string | number | boolean>
  extends Type<T> {
  readonly #allowed: readonly T[];

  constructor(values: readonly T[]) {
    super();
    this.#allowed = values;
  }

  override parse(type: ArgumentValue): T {
    for (const value of this.#allowed) {
      if (String(value) === type.value) return value;
    }
    throw wrongType(type, this.#allowed);
  }

  /** Returns the list. */
  values(): T[] {
    return [...this.#allowed];
  }

  /** Returns what completes a word. */
  complete(): T[] {
    return this.values();
  }
}

/** The types that need no declaration. */
export const BUILT_IN_TYPES: ReadonlyMap<string, TypeHandler> = new Map<
  string,
  TypeHandler
>([
  ["string", ({ value }) => value],
  ["number", readNumber],
  ["integer", readInteger],
  ["boolean", readBoolean],
  ["file", ({ value }) => value],
  ["secret", ({ value }) => value],
]);

function readNumber(type: ArgumentValue): number {
  const value = Number(type.value);
  if (type.value !== "" && Number.isFinite(value)) return value;
  throw wrongType(type);
}

function readInteger(type: ArgumentValue): number {
  const value = Number(type.value);
  if (Number.isInteger(value)) return value;
  throw wrongType(type);
}

function readBoolean(type: ArgumentValue): boolean {
  if (type.value === "1" || type.value === "true") return true;
  if (type.value === "0" || type.value === "false") return false;
  throw wrongType(type, ["true", "false", "1", "0"]);
}
