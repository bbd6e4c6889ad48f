// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Scans a hook payload once for its top-level fields and its file paths.
 * @module
 */
import type { Fields } from "../agents/mod.ts";
import {
  decodeInt,
  decodeText,
  type Int,
  type JsonKind,
  type JsonToken,
  type JsonVisit,
  type Member,
  RequestBudget,
  runSteps,
  scanElements,
  scanInPieces,
  setMembers,
  U32_MAX,
} from "../proto/mod.ts";
import { findKnownKey, type KnownKey } from "./_known_keys.ts";
import { decodeToken } from "./_token.ts";
import {
  bytesOf,
  type JsonPart,
  type JsonSource,
  type RawMember,
  textOf,
} from "./json_part.ts";
import { PathFinder } from "./payload_paths.ts";

/** Fields whose members are noted, too, if they are objects. */
const INNER_KEYS: ReadonlySet<KnownKey> = new Set([
  "args",
  "arguments",
  "input",
  "params",
  "result",
  "toolArgs",
  "toolResult",
  "tool_input",
  "tool_output",
  "tool_response",
  "tool_result",
]);

/** A top-level field, with its members if they are noted. */
interface Field extends Member {
  readonly members: readonly RawMember[] | null;
  /** Its text, if it is a string that has been read. */
  text: string | null;
}

/**
 * The payload of a hook: an object whose top-level fields are read by name. Of fields with the same
 * name the last counts. Only known keys are found.
 */
export class Payload implements Fields {
  readonly #source: JsonSource;
  readonly #fields: ReadonlyMap<string, Field>;
  readonly #paths: PathFinder;
  readonly #budget: RequestBudget;

  private constructor(
    source: JsonSource,
    { fields, paths, budget }: {
      fields: ReadonlyMap<string, Field>;
      paths: PathFinder;
      budget: RequestBudget;
    },
  ) {
    this.#source = source;
    this.#budget = budget;
    this.#fields = fields;
    this.#paths = paths;
  }

  /**
   * Scans a document that begins with its value.
   *
   * @param text The document as text, if available.
   * @returns The payload; null if it is JSON but not an object.
   * @throws {JsonError} If it is not JSON, or something follows the first value.
   */
  static scan(bytes: Uint8Array, text?: string): Payload | null {
    const budget = new RequestBudget(Infinity);
    return runSteps(Payload.scanInPieces(bytes, { text, budget }));
  }

  /**
   * Does the same in steps, so that other work can run in between.
   *
   * @throws {JsonError} As {@linkcode Payload.scan}.
   * @throws {BudgetError} If it has more values than the budget allows.
   */
  static *scanInPieces(
    bytes: Uint8Array,
    { text, budget }: { text: string | undefined; budget: RequestBudget },
  ): Generator<void, Payload | null, void> {
    const fields = new Map<string, Field>();
    const paths = new PathFinder(bytes);
    let key: KnownKey | null = null;
    let keyStart = 0;
    let opened = 0;
    let inner: RawMember[] | null = null;
    let innerStart = 0;
    let innerEnd = 0;
    let innerOpened = 0;
    const visit: JsonVisit = (token, start, end, depth) => {
      paths.visit(token, start, end, depth);
      if (depth > 2 || depth === 2 && inner === null) return;
      if (depth === 2) {
        if (token === "key") {
          innerStart = start;
          innerEnd = end;
        } else if (token === "{" || token === "[") innerOpened = start;
        else {
          const kind = kindOf(token);
          const isScalar = kind === token;
          const at = isScalar ? start : innerOpened;
          const keyed = { keyStart: innerStart, keyEnd: innerEnd };
          inner?.push({ ...keyed, start: at, end, kind });
        }
        return;
      }
      if (depth === 0) return;
      if (token === "key") {
        key = findKnownKey(bytes, start, end);
        keyStart = start;
      } else if (token === "{" || token === "[") {
        opened = start;
        const isWanted = token === "{" && key !== null && INNER_KEYS.has(key);
        inner = isWanted ? [] : null;
      } else {
        const kind = kindOf(token);
        const isScalar = kind === token;
        const members = isScalar ? null : inner;
        inner = null;
        if (key === null) return;
        const at = isScalar ? start : opened;
        const place = { keyStart, start: at, end };
        fields.set(key, { key, ...place, kind, members, text: null });
      }
    };
    yield* scanInPieces(bytes, budget.counting(visit));
    if (bytes[0] !== 0x7b) return null;
    const isPlain = text !== undefined && text.length === bytes.length;
    return new Payload(
      { bytes, text: isPlain ? text : null },
      { fields, paths, budget },
    );
  }

  /** Whether there is a field of any type. */
  has(name: string): boolean {
    return this.#fields.has(name);
  }

  /**
   * Returns the text of a field if it is a string, else null.
   *
   * @throws {BudgetError} If the payload is new, and the text is too long for a name.
   */
  text(name: string): string | null {
    const field = this.#fields.get(name);
    if (field?.kind !== "string") return null;
    if (field.text === null) {
      this.#budget.demandName(name, field.end - field.start);
      field.text = textOf(this.value(name));
    }
    return field.text;
  }

  /** Returns the text of the first field that is a string, else null. */
  textOf(...names: readonly KnownKey[]): string | null {
    for (const name of names) {
      const text = this.text(name);
      if (text !== null) return text;
    }
    return null;
  }

  /** Returns the first element of an array if it is a string, else null. */
  firstText(name: string): string | null {
    const field = this.value(name);
    if (field?.kind !== "array") return null;
    const bytes = bytesOf(field);
    const [first] = scanElements(bytes) ?? [];
    if (first?.kind !== "string") return null;
    return decodeToken(bytes, first.start, first.end);
  }

  /** Returns a field, or null. */
  value(name: string): JsonPart | null {
    const field = this.#fields.get(name);
    if (field === undefined) return null;
    const { kind, start, end, members } = field;
    return { source: this.#source, kind, start, end, members };
  }

  /** Returns the first field that exists and is not null, or null. */
  valueOf(...names: readonly KnownKey[]): JsonPart | null {
    for (const name of names) {
      const field = this.#fields.get(name);
      if (field !== undefined && field.kind !== "null") return this.value(name);
    }
    return null;
  }

  /** Returns the position of a field with its key, or null. */
  rangeOf(name: KnownKey): { start: number; end: number } | null {
    const field = this.#fields.get(name);
    return field === undefined
      ? null
      : { start: field.keyStart, end: field.end };
  }

  /** The document. */
  get source(): JsonSource {
    return this.#source;
  }

  /** Returns the value of a field if it is written as an integer from 0 to `max`, else null. */
  int(name: KnownKey, max: bigint): Int | null {
    const token = this.number(name);
    return token === null ? null : decodeInt(token, 0n, max);
  }

  /** Returns the value of a field if it is written as an unsigned 32-bit integer, else null. */
  count(name: KnownKey): number | null {
    const value = this.int(name, U32_MAX);
    return typeof value === "number" ? value : null;
  }

  /**
   * Returns the value of the first field that is written as an unsigned 32-bit integer, else null.
   */
  firstCount(...names: readonly KnownKey[]): number | null {
    for (const name of names) {
      const count = this.count(name);
      if (count !== null) return count;
    }
    return null;
  }

  /** Returns the value of a field as a double if it is a number, else null. */
  double(name: KnownKey): number | null {
    const token = this.number(name);
    return token === null ? null : Number(decodeText(token));
  }

  /** Whether a field is `true`. */
  isTrue(name: KnownKey): boolean {
    return this.#fields.get(name)?.kind === "true";
  }

  /** Whether a field is `false`. */
  isFalse(name: KnownKey): boolean {
    return this.#fields.get(name)?.kind === "false";
  }

  /** Returns the bytes of a number as it is written, or null. */
  number(name: string): Uint8Array | null {
    const field = this.#fields.get(name);
    if (field?.kind !== "number") return null;
    return this.#source.bytes.subarray(field.start, field.end);
  }

  /** Returns the file paths anywhere in the payload, each once. */
  paths(): string[] {
    const found = new Set<string>();
    this.#paths.collect(found);
    return [...found];
  }

  /** Returns the payload's text with its top-level `type` set and all other bytes unchanged. */
  withType(type: string): Uint8Array {
    const edits = [{ key: "type", value: `"${type}"` }];
    return setMembers(this.#source.bytes, edits, {
      members: [...this.#fields.values()],
      open: 0,
      close: this.#source.bytes.length - 1,
    });
  }
}

/** Returns the kind of the value that ends with a token. */
function kindOf(token: Exclude<JsonToken, "{" | "[" | "key">): JsonKind {
  return token === "}" ? "object" : token === "]" ? "array" : token;
}
