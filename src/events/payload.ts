// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * A hook payload, scanned once: where its top-level fields are, and its file paths.
 * @module
 */
import type { Fields } from "../agents/mod.ts";
import {
  decodeInt,
  decodeText,
  type Int,
  type Member,
  scanDocument,
  scanElements,
  scanMembers,
  setMembers,
  U32_MAX,
} from "../proto/mod.ts";
import { findKnownKey, type KnownKey } from "./_known_keys.ts";
import { decodeToken } from "./_token.ts";
import { PathFinder } from "./payload_paths.ts";

/** The bytes of one value, and its kind. */
export interface ValueBytes {
  readonly kind: Member["kind"];
  readonly bytes: Uint8Array;
}

/**
 * The payload of a hook: an object, whose top-level fields are read by name. Of fields with the same name the last counts. A name that
 * is not among the known keys is never found.
 */
export class Payload implements Fields {
  readonly #bytes: Uint8Array;
  readonly #fields: ReadonlyMap<string, Member>;
  readonly #paths: PathFinder;

  private constructor(
    bytes: Uint8Array,
    fields: ReadonlyMap<string, Member>,
    paths: PathFinder,
  ) {
    this.#bytes = bytes;
    this.#fields = fields;
    this.#paths = paths;
  }

  /**
   * Scans a document that begins with its value.
   *
   * @returns Null if it is JSON but not an object.
   * @throws {JsonError} If it is not JSON, or something follows the first value.
   */
  static scan(bytes: Uint8Array): Payload | null {
    const fields = new Map<string, Member>();
    const paths = new PathFinder(bytes);
    let key: KnownKey | null = null;
    let keyStart = 0;
    let opened = 0;
    scanDocument(bytes, (token, start, end, depth) => {
      paths.visit(token, start, end, depth);
      if (depth !== 1) return;
      if (token === "key") {
        key = findKnownKey(bytes, start, end);
        keyStart = start;
      } else if (token === "{" || token === "[") opened = start;
      else if (key !== null) {
        const closes = token === "}" || token === "]";
        const kind = closes ? token === "}" ? "object" : "array" : token;
        const member = { key, keyStart, start: closes ? opened : start, end };
        fields.set(key, { ...member, kind });
      }
    });
    return bytes[0] === 0x7b ? new Payload(bytes, fields, paths) : null;
  }

  /** Whether there is such a field, of any type. */
  has(name: string): boolean {
    return this.#fields.has(name);
  }

  /** Text of the field if it is a string, else null. */
  text(name: string): string | null {
    const field = this.#fields.get(name);
    if (field?.kind !== "string") return null;
    return decodeToken(this.#bytes, field.start, field.end);
  }

  /** Text of the first of the fields that is a string, else null. */
  textOf(...names: readonly KnownKey[]): string | null {
    for (const name of names) {
      const text = this.text(name);
      if (text !== null) return text;
    }
    return null;
  }

  /** The first element of an array, or null if there is none or it is not a string. */
  firstText(name: string): string | null {
    const field = this.value(name);
    if (field?.kind !== "array") return null;
    const [first] = scanElements(field.bytes) ?? [];
    if (first?.kind !== "string") return null;
    return decodeToken(field.bytes, first.start, first.end);
  }

  /** The field's bytes and kind, or null. */
  value(name: string): ValueBytes | null {
    const field = this.#fields.get(name);
    if (field === undefined) return null;
    const { kind, start, end } = field;
    return { kind, bytes: this.#bytes.subarray(start, end) };
  }

  /** The first of the fields that is there and not null, or null. */
  valueOf(...names: readonly KnownKey[]): ValueBytes | null {
    for (const name of names) {
      const value = this.value(name);
      if (value !== null && value.kind !== "null") return value;
    }
    return null;
  }

  /** All members, known or not, in the order in which they came. Scans the payload again. */
  *members(): Iterable<ValueBytes & { readonly key: string }> {
    for (const member of scanMembers(this.#bytes)?.members ?? []) {
      const { key, kind, start, end } = member;
      yield { key, kind, bytes: this.#bytes.subarray(start, end) };
    }
  }

  /** Value of the field if it is written as an integer from 0 to `max`, else null. */
  int(name: KnownKey, max: bigint): Int | null {
    const token = this.number(name);
    return token === null ? null : decodeInt(token, 0n, max);
  }

  /** Value of the field if it is written as an unsigned 32-bit integer, else null. */
  count(name: KnownKey): number | null {
    const value = this.int(name, U32_MAX);
    return typeof value === "number" ? value : null;
  }

  /** Value of the first of the fields that is written as an unsigned 32-bit integer, else null. */
  firstCount(...names: readonly KnownKey[]): number | null {
    for (const name of names) {
      const count = this.count(name);
      if (count !== null) return count;
    }
    return null;
  }

  /** Value of the field as a double if it is a number, else null. */
  double(name: KnownKey): number | null {
    const token = this.number(name);
    return token === null ? null : Number(decodeText(token));
  }

  /** Whether the field is `true`. */
  isTrue(name: KnownKey): boolean {
    return this.#fields.get(name)?.kind === "true";
  }

  /** The bytes of a number as it is written, or null. */
  number(name: string): Uint8Array | null {
    const field = this.#fields.get(name);
    if (field?.kind !== "number") return null;
    return this.#bytes.subarray(field.start, field.end);
  }

  /** File paths anywhere in the payload, each once. */
  paths(): string[] {
    const found = new Set<string>();
    this.#paths.collect(found);
    return [...found];
  }

  /** The payload's text with its top-level `type` set; every other byte is as it was. */
  withType(type: string): Uint8Array {
    const edits = [{ key: "type", value: `"${type}"` }];
    return setMembers(this.#bytes, edits, {
      members: [...this.#fields.values()],
      open: 0,
      close: this.#bytes.length - 1,
    });
  }
}
