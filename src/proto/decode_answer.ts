// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Decodes answers. Checks every key that has a row in the tables and keeps all others, so that a
 * newer daemon's keys are not lost.
 * @module
 */
import {
  type AnswerName,
  type AnswerOf,
  ANSWERS,
  type DaemonAnswer,
  isAnswerName,
  SESSION,
  type SessionRecord,
} from "./answers.ts";
import type { AnswerField, AnswerFields, AnswerKind } from "./fields.ts";
import { decodeJson } from "./json.ts";
import { MAX_DEPTH } from "./limits.ts";
import { type PlainObject, readPlainObject } from "./plain_object.ts";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
/** `JSON.parse` takes some 60 bytes for each level of a text, which is much of a larger one. */
const SHALLOW_BYTES = 65_536;

/** The bytes are JSON, but no answer of this version of the protocol. */
export class AnswerError extends Error {
  override get name(): string {
    return "AnswerError";
  }
}

/**
 * Decodes a whole answer. Integers over 2^53 become bigints.
 *
 * @param maxDepth Maximum nesting of arrays and objects. `ANSWERS` has the limit of each answer;
 * the default is a depth that can be printed again.
 * @throws {JsonError} If the bytes are not strict JSON.
 * @throws {AnswerError} If the type is unknown, or a field is missing or of the wrong form.
 */
export function decodeAnswer(
  bytes: Uint8Array,
  maxDepth: number = MAX_DEPTH,
): DaemonAnswer {
  const value: unknown = readPlainAnswer(bytes)?.members ??
    decodeJson(bytes, maxDepth);
  const type = isObject(value) ? value.type : undefined;
  if (typeof type === "string" && isAnswerName(type)) {
    return demand(type, value);
  }
  throw new AnswerError(
    `Cannot read answer: unknown type ${JSON.stringify(String(type))}`,
  );
}

/**
 * Reads an answer as {@linkcode readPlainObject} does. A large one that nests too deep for that is
 * not parsed, as that would take gigabytes.
 *
 * @returns Null if it is not a plain object.
 */
export function readPlainAnswer(bytes: Uint8Array): PlainObject | null {
  return bytes.length > SHALLOW_BYTES && nestsDeep(bytes)
    ? null
    : readPlainObject(bytes);
}

/** Whether arrays and objects nest deeper than a plain object's may. */
function nestsDeep(bytes: Uint8Array): boolean {
  let depth = 0;
  let isText = false;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (isText) {
      if (byte === BACKSLASH) at++;
      else if (byte === QUOTE) isText = false;
    } else if (byte === QUOTE) isText = true;
    else if (byte === OPEN_BRACKET || byte === OPEN_BRACE) {
      if (++depth > MAX_DEPTH) return true;
    } else if (byte === CLOSE_BRACKET || byte === CLOSE_BRACE) depth--;
  }
  return false;
}

/**
 * Checks one record of a streamed `sessions` answer.
 *
 * @returns The same value.
 * @throws {AnswerError} If it is no session.
 */
export function demandSession(value: unknown): SessionRecord {
  if (isSession(value)) return value;
  throw new AnswerError("Cannot read answer: a row is not a session");
}

function demand<N extends AnswerName>(name: N, value: unknown): AnswerOf<N> {
  const { fields } = ANSWERS[name];
  const holds = (it: unknown): it is AnswerOf<N> =>
    findFault(fields, it) === null;
  if (holds(value)) return value;
  throw new AnswerError(
    `Cannot read answer: its "${
      findFault(fields, value)
    }" is not of the form expected`,
  );
}

function isSession(value: unknown): value is SessionRecord {
  return findFault(SESSION, value) === null;
}

/**
 * Finds the first field that is not of its kind. A key that the daemon left out for want of a value
 * gets null.
 *
 * @returns Its key, "" if `value` is no object, or null if all fields are right.
 */
function findFault(fields: AnswerFields, value: unknown): string | null {
  if (!isObject(value)) return "";
  for (const key in fields) {
    const field = fields[key];
    if (field === undefined) continue;
    if (typeof field !== "string" && "nullable" in field) value[key] ??= null;
    if (!fits(field, value[key])) return key;
  }
  return null;
}

function fits(field: AnswerField, value: unknown): boolean {
  if (typeof field !== "string") {
    const isMissing = value === undefined;
    if ("missing" in field) return isMissing || isOfKind(field.missing, value);
    if ("nullable" in field) {
      return value === null || isOfKind(field.nullable, value);
    }
    if ("optional" in field) {
      return isMissing || value === null || isOfKind(field.optional, value);
    }
  }
  return isOfKind(field, value);
}

/** Does not check limits of integers: one figure out of range should not hide all others. */
function isOfKind(kind: AnswerKind, value: unknown): boolean {
  switch (kind) {
    case "text":
      return typeof value === "string";
    case "bool":
      return typeof value === "boolean";
    case "u32":
      return Number.isInteger(value);
    case "u64":
    case "i64":
      return typeof value === "bigint" || Number.isInteger(value);
    case "json":
      return value !== undefined;
  }
  if ("oneOf" in kind) {
    return typeof value === "string" && kind.oneOf.includes(value);
  }
  if ("record" in kind) return findFault(kind.record, value) === null;
  if ("trees" in kind) return areTrees(kind.trees, value);
  return Array.isArray(value) &&
    value.every((part) => isOfKind(kind.list, part));
}

/** Uses a list instead of recursion, as a tree may be thousands of levels deep. */
function areTrees(node: AnswerFields, value: unknown): boolean {
  const lists: unknown[] = [value];
  while (lists.length > 0) {
    const list = lists.pop();
    if (!Array.isArray(list)) return false;
    for (const one of list) {
      if (findFault(node, one) !== null) return false;
      lists.push(one.children);
    }
  }
  return true;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
