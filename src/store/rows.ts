// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Reads the values of rows as the types of their columns.
 * @module
 */
import type { SQLOutputValue } from "node:sqlite";
import { type Int, toInt } from "../proto/mod.ts";

declare module "node:sqlite" {
  interface StatementSync {
    /** Makes the statement return rows as arrays. The runtime has it, its type library not yet. */
    setReturnArrays(enabled: boolean): void;
  }
}

/** A row as `node:sqlite` returns it. */
export type Row = Record<string, SQLOutputValue>;

const UTF8_OUT = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * Returns the values of a row of a statement that returns arrays. Many rows are read in a third of
 * the time that way.
 */
export function readCells(row: Row): readonly SQLOutputValue[] {
  if (Array.isArray(row)) return row;
  throw new TypeError("Cannot read row: it is not an array");
}

/** Returns the only value of a row of one column. */
export function readOne(row: Row | undefined): SQLOutputValue | undefined {
  return row === undefined ? undefined : Object.values(row)[0];
}

/** Returns an integer column. @throws {TypeError} If it holds something else. */
export function readInt(value: SQLOutputValue | undefined): number {
  if (typeof value === "number") return value;
  if (typeof value === "bigint") return Number(value);
  throw new TypeError(`Cannot read row: ${typeof value} is not an integer`);
}

/**
 * Returns an integer column of a statement that reads bigints. @throws {TypeError} If it holds
 * something else.
 */
export function readBig(value: SQLOutputValue | undefined): bigint {
  if (typeof value === "bigint") return value;
  throw new TypeError(`Cannot read row: ${typeof value} is not a bigint`);
}

/** Returns a BLOB column. @throws {TypeError} If it holds something else. */
export function readBlob(value: SQLOutputValue | undefined): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw new TypeError(`Cannot read row: ${typeof value} is not a blob`);
}

/**
 * SQL of a column whose integers may be too large for numbers. {@linkcode readExact} reads it twice
 * as fast as a bigint for each value.
 */
export function exactColumn(name: string): string {
  const { MIN_SAFE_INTEGER: min, MAX_SAFE_INTEGER: max } = Number;
  return `iif(${name} BETWEEN ${min} AND ${max}, ${name}, CAST(${name} AS TEXT)) AS ${name}`;
}

/**
 * Returns an integer of an {@linkcode exactColumn}. @throws {TypeError} If it holds something else.
 */
export function readExact(value: SQLOutputValue | undefined): Int {
  return typeof value === "string" ? toInt(BigInt(value)) : readInt(value);
}

/**
 * SQL of a column whose BLOBs are texts. SQLite returns strings, except for a text with a NUL,
 * which it would cut.
 */
export function textColumn(name: string): string {
  return `iif(instr(${name}, x'00') = 0, CAST(${name} AS TEXT), ${name}) AS ${name}`;
}

/** Returns the text of a {@linkcode textColumn}. @throws {TypeError} If it holds something else. */
export function readText(value: SQLOutputValue | undefined): string {
  return typeof value === "string" ? value : toText(readBlob(value));
}

/** Returns the text that a BLOB column holds. */
export function toText(blob: Uint8Array): string {
  return UTF8_OUT.decode(blob);
}

/** Returns the text of a BLOB column that may be null. */
export function readNullableText(
  value: SQLOutputValue | undefined,
): string | null {
  return value === null || value === undefined ? null : toText(readBlob(value));
}

/** Returns a `u64` as the signed integer with the same bits, as columns keep and compare it. */
export function toSigned(value: Int): bigint {
  return BigInt.asIntN(64, BigInt(value));
}

/** Returns the `u64` with the bits of a signed column, as a number where that is safe. */
export function toUnsigned(signed: Int): Int {
  if (typeof signed === "number" && signed >= 0) return signed;
  return toInt(BigInt.asUintN(64, BigInt(signed)));
}

/** Returns the column `minute` for a time; see the schema. */
export function minuteOf(ms: Int): number {
  return Number(-(toSigned(ms) / 60_000n));
}
