// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * A hook payload, scanned once: where its top-level fields are, and its file paths.
 * @module
 */
import {
  decodeInt,
  type Int,
  type Member,
  scanDocument,
  scanMembers,
  setMembers,
  U32_MAX,
} from "../proto/mod.ts";
import { findKnownKey, type KnownKey } from "./_known_keys.ts";
import { decodeToken } from "./_token.ts";
import { PathFinder } from "./payload_paths.ts";

/**
 * The payload of a hook: an object, whose top-level fields are read by name. Of fields with the same name the last counts.
 */
export class Payload {
  readonly #bytes: Uint8Array;
  readonly #fields: ReadonlyMap<KnownKey, Member>;
  readonly #paths: PathFinder;

  private constructor(
    bytes: Uint8Array,
    fields: ReadonlyMap<KnownKey, Member>,
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
    const fields = new Map<KnownKey, Member>();
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
  has(name: KnownKey): boolean {
    return this.#fields.has(name);
  }

  /** Text of the field if it is a string, else null. */
  text(name: KnownKey): string | null {
    return textOf(this.#bytes, this.#fields.get(name));
  }

  /** Text of the first of the fields that is a string, else null. */
  firstText(...names: readonly KnownKey[]): string | null {
    for (const name of names) {
      const text = this.text(name);
      if (text !== null) return text;
    }
    return null;
  }

  /** Value of the field if it is written as an integer from 0 to `max`, else null. */
  int(name: KnownKey, max: bigint): Int | null {
    const token = this.#number(name);
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
    const token = this.#number(name);
    return token === null ? null : Number(new TextDecoder().decode(token));
  }

  /** Whether the field is `true`. */
  isTrue(name: KnownKey): boolean {
    return this.#fields.get(name)?.kind === "true";
  }

  /** Text of the member `inner` of the field, if that is an object and the member a string, else null. */
  innerText(name: KnownKey, inner: string): string | null {
    const field = this.#fields.get(name);
    if (field?.kind !== "object") return null;
    const object = this.#bytes.subarray(field.start, field.end);
    const members = scanMembers(object)?.members ?? [];
    return textOf(object, members.findLast(({ key }) => key === inner));
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

  #number(name: KnownKey): Uint8Array | null {
    const field = this.#fields.get(name);
    if (field?.kind !== "number") return null;
    return this.#bytes.subarray(field.start, field.end);
  }
}

function textOf(bytes: Uint8Array, member: Member | undefined): string | null {
  if (member?.kind !== "string") return null;
  return decodeToken(bytes, member.start, member.end);
}
