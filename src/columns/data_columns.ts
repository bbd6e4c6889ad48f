// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The columns of each kind of record, made from the wire's tables: a new key of the wire is a new
 * column.
 * @module
 */
import {
  AnswerError,
  type AnswerField,
  type AnswerFields,
  ANSWERS,
  encodeJson,
  SESSION,
} from "../proto/mod.ts";

/**
 * The type of a column. `time` is a point in time in epoch milliseconds, `json` the text of a JSON
 * value. Each column may have nulls.
 */
export type ColumnKind = "text" | "int" | "time" | "bool" | "json";

/** A value in a column; null if it is unknown. */
export type Cell = string | number | bigint | boolean | null;

/** A column of a kind of record. */
export interface DataColumn {
  readonly name: string;
  readonly kind: ColumnKind;
  /**
   * Reads the value of a record.
   *
   * @throws {AnswerError} If it does not fit the type.
   */
  readonly read: (record: unknown) => Cell;
}

/** JSON as it was written, which a column of JSON takes unchanged. */
export class JsonText {
  constructor(readonly text: string) {}
}

/** The fields of each kind of record. */
const FIELDS = {
  event: ANSWERS.event.fields,
  session: SESSION,
  usage: ANSWERS.usage.fields.rows.list.record,
  commit: ANSWERS.commits.fields.rows.list.record,
} as const satisfies Record<string, AnswerFields>;

/** Kinds of records that can be written as columns. */
export type RecordKindWithColumns = keyof typeof FIELDS;

/** The beginning of the names of the columns that a record in a record becomes. */
const PREFIXES = new Map([
  ["event", ""],
  ["totals", ""],
  ["activity", "activity_"],
]);

/** The keys that end in `_ms`: points in time, and durations in milliseconds. */
const MILLISECONDS = new Map<string, ColumnKind>([
  ["ts_ms", "time"],
  ["started_at_ms", "time"],
  ["ended_at_ms", "time"],
  ["last_event_at_ms", "time"],
  ["last_event_ms", "time"],
  ["since_ms", "time"],
  ["latency_ms", "int"],
  ["ttft_ms", "int"],
]);

const I64_LIMIT = 2n ** 63n;

/**
 * Lists the columns of a kind of record in their order.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { columnsOf } from "./mod.ts";
 *
 * const columns = columnsOf("commit");
 * const cells = columns.slice(0, 3).map(({ name, read }) => [name, read({ commit: "abc" })]);
 * assertEquals(cells, [["commit", "abc"], ["subject", null], ["branch", null]]);
 * ```
 */
export function columnsOf(kind: RecordKindWithColumns): DataColumn[] {
  return listColumns(FIELDS[kind], "", (record) => record);
}

function listColumns(
  fields: AnswerFields,
  prefix: string,
  readRecord: (record: unknown) => unknown,
): DataColumn[] {
  return Object.entries(fields).flatMap(([key, field]) => {
    const value = valueOf(field);
    const readMember = (record: unknown) => memberOf(readRecord(record), key);
    if (typeof value === "object" && "record" in value) {
      const inner = PREFIXES.get(key);
      if (inner === undefined) throw new RangeError(`no prefix for ${key}`);
      return listColumns(value.record, prefix + inner, readMember);
    }
    const name = prefix + key;
    const kind = kindOf(key, value);
    return [{
      name,
      kind,
      read: (record: unknown) => toCell(name, kind, readMember(record)),
    }];
  });
}

type AnswerValue = Exclude<
  AnswerField,
  { nullable: unknown } | { optional: unknown } | { missing: unknown }
>;

/** Returns what a field holds if it is there. */
function valueOf(field: AnswerField): AnswerValue {
  if (typeof field === "string") return field;
  if ("nullable" in field) return field.nullable;
  if ("optional" in field) return field.optional;
  return "missing" in field ? field.missing : field;
}

function kindOf(key: string, value: AnswerValue): ColumnKind {
  if (key.endsWith("_ms")) {
    const kind = MILLISECONDS.get(key);
    if (kind === undefined) throw new RangeError(`time or duration: ${key}`);
    return kind;
  }
  if (typeof value === "object") return "oneOf" in value ? "text" : "json";
  return value === "text" || value === "bool" || value === "json"
    ? value
    : "int";
}

function memberOf(record: unknown, key: string): unknown {
  return typeof record === "object" && record !== null
    ? Reflect.get(record, key)
    : undefined;
}

function toCell(name: string, kind: ColumnKind, value: unknown): Cell {
  if (value === undefined || value === null) return null;
  if (kind === "json") {
    return value instanceof JsonText ? value.text : encodeJson(value);
  }
  if (kind === "text" && typeof value === "string") return value;
  if (kind === "bool" && typeof value === "boolean") return value;
  if (kind === "int" || kind === "time") {
    if (typeof value === "number" && Number.isSafeInteger(value)) return value;
    const whole = typeof value === "bigint" ? value : null;
    if (whole !== null && whole >= -I64_LIMIT && whole < I64_LIMIT) {
      return whole;
    }
  }
  throw new AnswerError(
    `Cannot write column "${name}": ${value} does not fit its type`,
  );
}
