// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The vocabulary of the wire's tables: the kinds of values, the ways a field may be absent, and the
 * TypeScript types that follow from both.
 *
 * A table is data without function calls, so that a bundler drops it where it is not used. A hook
 * uses no table.
 * @module
 */
import type { Int } from "./int.ts";
import type { JsonValue } from "./json.ts";

/**
 * Values without parts. "u32", "u64" and "i64" are integers of 32 or 64 bits, unsigned or signed.
 */
interface Plain {
  text: string;
  bool: boolean;
  u32: number;
  u64: Int;
  i64: Int;
}

/** One of a list of strings. */
interface Name {
  readonly oneOf: readonly string[];
}

/** A value in a request. */
export type RequestKind =
  | keyof Plain
  | Name
  | { readonly record: RequestFields };

/** A value in an answer. */
export type AnswerKind =
  | keyof Plain
  | Name
  | "json"
  | { readonly record: AnswerFields }
  | { readonly list: AnswerKind }
  /** A list of nodes with these fields and, as `children`, another such list. */
  | { readonly trees: AnswerFields };

/** A field of a request that may be absent. Null and a missing key mean the same. */
type Optional<K> =
  | { readonly optional: K }
  /** Unknown to the reference. It comes last, and a record written as an array does not have it. */
  | { readonly additive: K };

/** A field of a request. */
export type RequestField =
  | RequestKind
  | Optional<RequestKind>
  /** Bytes that follow the request's JSON and a line feed. */
  | "rest";

/** The fields of a request by their keys, in the order in which an array holds them. */
export type RequestFields = { readonly [key: string]: RequestField };

/** A field of an answer. */
export type AnswerField =
  | AnswerKind
  /** The daemon sends null. The decoder makes a missing key null. */
  | { readonly nullable: AnswerKind }
  /** Some daemons omit the key or send null. */
  | { readonly optional: AnswerKind }
  /** Some daemons omit the key. The decoder refuses null. */
  | { readonly missing: AnswerKind };

/** The fields of an answer or of a record in it by their keys. */
export type AnswerFields = { readonly [key: string]: AnswerField };

/** The type of a record with the fields of a table. */
export type FieldsOf<F> = Flat<
  & {
    -readonly [K in keyof F as F[K] extends Omittable ? never : K]: ValueOf<
      F[K]
    >;
  }
  & {
    -readonly [K in keyof F as F[K] extends Omittable ? K : never]?: ValueOf<
      F[K]
    >;
  }
>;

/** The type of trees whose nodes have the fields of a table. */
export type TreeOf<F> = FieldsOf<F> & { children: TreeOf<F>[] };

/** The same type, shown by its members instead of how it is made. */
export type Flat<T> = { [K in keyof T]: T[K] };

/** A field whose key may be omitted. */
type Omittable = { optional: unknown } | { additive: unknown } | {
  missing: unknown;
};

type ValueOf<F> = F extends
  { nullable: infer K } | { optional: infer K } | { additive: infer K }
  ? KindOf<K> | null
  : F extends { missing: infer K } ? KindOf<K>
  : KindOf<F>;

type KindOf<K> = K extends keyof Plain ? Plain[K]
  : K extends "json" ? JsonValue
  : K extends "rest" ? Uint8Array
  : K extends { oneOf: readonly (infer N)[] } ? N
  : K extends { list: infer E } ? KindOf<E>[]
  : K extends { record: infer F } ? FieldsOf<F>
  : K extends { trees: infer F } ? TreeOf<F>[]
  : never;
