// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Answers from text. Every field with a row in the tables is checked; other keys are kept, so that what a newer daemon adds survives.
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
import { readPlainObject } from "./plain_object.ts";

/** JSON, but no answer that this version of the protocol knows. */
export class AnswerError extends Error {
  override get name(): string {
    return "AnswerError";
  }
}

/**
 * Reads a whole answer; integers over 2^53 come as bigint.
 *
 * @param maxDepth How deep it may nest: `ANSWERS` has the limit of each answer. Without it no answer nests deeper than what can be
 * printed again.
 * @throws {JsonError} If the bytes are not strict JSON.
 * @throws {AnswerError} If the type is unknown, or a field is missing or of the wrong form.
 */
export function decodeAnswer(
  bytes: Uint8Array,
  maxDepth: number = MAX_DEPTH,
): DaemonAnswer {
  const value: unknown = readPlainObject(bytes)?.members ??
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
 * Reads one SessionRecord, as `sessions` streams them.
 *
 * @throws {AnswerError} If it is none.
 */
export function demandSession(value: unknown): SessionRecord {
  if (isSession(value)) return value;
  throw new AnswerError("Cannot read answer: a row is no session");
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

/** Returns the key of the first field that is not of its kind, "" if `value` is no object at all, null if all is well. */
function findFault(fields: AnswerFields, value: unknown): string | null {
  if (!isObject(value)) return "";
  for (const key in fields) {
    const field = fields[key];
    if (field !== undefined && !fits(field, value[key])) return key;
  }
  return null;
}

function fits(field: AnswerField, value: unknown): boolean {
  if (typeof field !== "string") {
    const isMissing = value === undefined;
    if ("missing" in field) return isMissing || isOfKind(field.missing, value);
    const isAbsent = isMissing || value === null;
    if ("nullable" in field) return isAbsent || isOfKind(field.nullable, value);
    if ("optional" in field) return isAbsent || isOfKind(field.optional, value);
  }
  return isOfKind(field, value);
}

/** Integers are not held to their limits: a figure out of range is no reason to refuse all the others. */
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
      return true;
  }
  if ("oneOf" in kind) {
    return typeof value === "string" && kind.oneOf.includes(value);
  }
  if ("record" in kind) return findFault(kind.record, value) === null;
  if ("trees" in kind) return areTrees(kind.trees, value);
  return Array.isArray(value) &&
    value.every((part) => isOfKind(kind.list, part));
}

/** Walks the nodes with a list of its own, since a tree may be thousands deep. */
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

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
