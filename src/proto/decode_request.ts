// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Decodes requests by the table of requests. Decoding is strict: it refuses exactly what the
 * reference daemon refuses. It also accepts what the reference accepts by accident: a request or
 * filter written as an array, and a name written as `{"name":null}`.
 * @module
 */
import type { Int } from "./int.ts";
import type { RequestField, RequestFields, RequestKind } from "./fields.ts";
import { decodeInt, decodeString } from "./json_text.ts";
import { I64_MAX, I64_MIN, U32_MAX, U64_MAX } from "./limits.ts";
import { scanInPieces } from "./json_document.ts";
import {
  findTopLevel,
  type Member,
  scanElements,
  scanMembers,
  type TopLevel,
} from "./json_members.ts";
import {
  type DaemonRequest,
  isRequestName,
  type RequestName,
  type RequestOf,
  REQUESTS,
} from "./requests.ts";
import { runSteps } from "./run_steps.ts";
import {
  demandName,
  MAX_WORKSPACE_BYTES,
  RequestBudget,
} from "./request_budget.ts";

/** The request whose JSON is followed by bytes. */
const WITH_REST: RequestName = "ingest_events";
/** The field that names nothing: its text is checked when it is read as an event. */
const PAYLOAD = "payload";
/** The field that is a path. The daemon remembers all of them. */
const WORKSPACE = "workspace";
const NEWLINE = 0x0a;

/** The bytes are JSON, but no request. */
export class RequestError extends Error {
  override get name(): string {
    return "RequestError";
  }
}

/**
 * Decodes a request and ignores unknown keys at every level.
 *
 * @throws {JsonError} If the bytes are not strict JSON.
 * @throws {RequestError} If the type is unknown, or a field is missing, repeated or of the wrong
 * kind.
 * @throws {BudgetError} If it holds too many values.
 */
export function decodeRequest(bytes: Uint8Array): DaemonRequest {
  return runSteps(decodeInPieces(bytes));
}

/**
 * Does the same in steps, so that a caller can do something else in between.
 *
 * @throws {JsonError | RequestError | BudgetError} As {@linkcode decodeRequest}.
 */
export function* decodeInPieces(
  bytes: Uint8Array,
): Generator<void, DaemonRequest, void> {
  const budget = new RequestBudget();
  const found = findTopLevel(bytes);
  const visit = budget.counting(found.visit);
  const end = yield* scanInPieces(bytes, visit, () => hasRest(bytes, found));
  const { type, parts } = readBody(bytes, found);
  if (isRequestName(type)) return readRequest(type, bytes, { ...parts, end });
  throw new RequestError(`Cannot decode request: unknown type "${type}"`);
}

/** The fields in the text: members of an object, or elements of an array in the table's order. */
type RequestParts =
  & {
    /** Where the text ends, if bytes may follow it. */
    readonly end?: number;
  }
  & (
    | { readonly members: readonly Member[] }
    | { readonly elements: readonly MemberValue[] }
  );

/** Whether bytes may follow a request's JSON. */
function hasRest(bytes: Uint8Array, found: TopLevel): boolean {
  const members = found.members()?.members ?? [];
  return members.some(({ key, kind, start, end }) =>
    key === "type" && kind === "string" &&
    decodeString(bytes.subarray(start, end)) === WITH_REST
  );
}

function readBody(
  bytes: Uint8Array,
  found: TopLevel,
): { type: string; parts: RequestParts } {
  const members = found.members()?.members;
  if (members !== undefined) {
    const tag = pick(bytes, members, "type");
    if (tag === undefined) throw new RequestError(noField("type"));
    return { type: tag.text(), parts: { members } };
  }
  const elements = found.elements() ?? [];
  const tag = elements.shift();
  if (tag === undefined) {
    throw new RequestError("Cannot decode request: it is not an object");
  }
  return { type: new Value(bytes, tag, "type").text(), parts: { elements } };
}

function readRequest<N extends RequestName>(
  type: N,
  bytes: Uint8Array,
  parts: RequestParts,
): RequestOf<N>;
function readRequest(
  type: RequestName,
  bytes: Uint8Array,
  parts: RequestParts,
) {
  return readFields(REQUESTS[type].fields, bytes, parts, { type });
}

/**
 * Decodes the fields of a table. Finds all of them before it decodes the first, so that a repeated
 * key is reported before any other error.
 */
function readFields(
  fields: RequestFields,
  bytes: Uint8Array,
  parts: RequestParts,
  record: Record<string, unknown> = {},
): Record<string, unknown> {
  const values = "members" in parts
    ? pickMembers(fields, bytes, parts.members)
    : placeElements(fields, bytes, parts.elements);
  let at = 0;
  for (const key in fields) {
    const field = fields[key];
    if (field === "rest") record[key] = readRest(bytes, parts.end);
    else if (field !== undefined) {
      record[key] = readField(key, field, values[at++]);
    }
  }
  return record;
}

/**
 * The bytes after the request's JSON and its line feed; none if it has none. A copy: the events in
 * them are read when the buffer of a short request holds the next one already.
 */
function readRest(bytes: Uint8Array, end = bytes.length): Uint8Array {
  if (end < bytes.length && bytes[end] !== NEWLINE) {
    throw new RequestError(
      "Cannot decode request: a line feed must follow its JSON",
    );
  }
  return bytes.slice(end + 1);
}

function readField(
  key: string,
  field: Exclude<RequestField, "rest">,
  value: Value | undefined,
): unknown {
  if (typeof field === "object") {
    const isAbsent = value === undefined || value.isNull;
    if ("optional" in field) {
      return isAbsent ? null : value.read(field.optional);
    }
    if ("additive" in field) {
      return isAbsent ? null : value.read(field.additive);
    }
  }
  if (value === undefined) throw new RequestError(noField(key));
  return value.read(field);
}

function pickMembers(
  fields: RequestFields,
  bytes: Uint8Array,
  members: readonly Member[],
): (Value | undefined)[] {
  const values = [];
  for (const key in fields) {
    if (fields[key] !== "rest") values.push(pick(bytes, members, key));
  }
  return values;
}

/** An array has one element for each field except the additive ones, which come last. */
function placeElements(
  fields: RequestFields,
  bytes: Uint8Array,
  elements: readonly MemberValue[],
): Value[] {
  const keys = Object.keys(fields).filter((key) =>
    fields[key] !== "rest" && !isAdditive(fields[key])
  );
  if (elements.length !== keys.length) {
    throw new RequestError(
      `Cannot decode request: an array of ${elements.length} for ${keys.length} fields`,
    );
  }
  return elements.map((place, i) => new Value(bytes, place, keys[i] ?? ""));
}

function isAdditive(field: RequestField | undefined): boolean {
  return typeof field === "object" && "additive" in field;
}

/** The kind of a value and its position in the text. */
type MemberValue = Pick<Member, "kind" | "start" | "end">;

/** One value of a request before it is decoded. */
class Value {
  readonly #bytes: Uint8Array;
  readonly #place: MemberValue;
  readonly #name: string;

  constructor(bytes: Uint8Array, place: MemberValue, name: string) {
    this.#bytes = bytes;
    this.#place = place;
    this.#name = name;
  }

  get isNull(): boolean {
    return this.#place.kind === "null";
  }

  text(): string {
    if (this.#place.kind !== "string") throw this.#wrong("a string");
    const { start, end } = this.#place;
    if (this.#name === WORKSPACE) {
      demandName(WORKSPACE, end - start, MAX_WORKSPACE_BYTES);
    } else if (this.#name !== PAYLOAD) demandName(this.#name, end - start);
    return decodeString(this.#slice());
  }

  /** Decodes the value by the rules of its kind. */
  read(kind: RequestKind): unknown {
    switch (kind) {
      case "text":
        return this.text();
      case "bool":
        return this.#bool();
      case "u32":
        return this.#integer(0n, U32_MAX);
      case "u64":
        return this.#integer(0n, U64_MAX);
      case "i64":
        return this.#integer(I64_MIN, I64_MAX);
    }
    return "oneOf" in kind
      ? this.#oneOf(kind.oneOf)
      : this.#record(kind.record);
  }

  #integer(min: bigint, max: bigint): Int {
    const value = this.#place.kind === "number"
      ? decodeInt(this.#slice(), min, max)
      : null;
    if (value === null) throw this.#wrong(`an integer from ${min} to ${max}`);
    return value;
  }

  #bool(): boolean {
    const { kind } = this.#place;
    if (kind !== "true" && kind !== "false") throw this.#wrong("true or false");
    return kind === "true";
  }

  #oneOf(names: readonly string[]): string {
    const text = this.#place.kind === "object" ? this.#variant() : this.text();
    const found = names.find((name) => name === text);
    if (found === undefined) throw this.#wrong(`one of ${names.join(", ")}`);
    return found;
  }

  #record(fields: RequestFields): Record<string, unknown> {
    const bytes = this.#slice();
    const members = scanMembers(bytes)?.members;
    if (members !== undefined) return readFields(fields, bytes, { members });
    const elements = scanElements(bytes);
    if (elements === null) throw this.#wrong("an object");
    return readFields(fields, bytes, { elements });
  }

  /**
   * Returns the name in `{"name":null}` or `{"name":{}}`, which the reference accepts for a name.
   */
  #variant(): string | undefined {
    const bytes = this.#slice();
    const members = scanMembers(bytes)?.members;
    const only = members?.length === 1 ? members[0] : undefined;
    if (only === undefined) return undefined;
    const isUnit = only.kind === "null" ||
      scanMembers(bytes.subarray(only.start, only.end))?.members.length === 0;
    return isUnit ? only.key : undefined;
  }

  #slice(): Uint8Array {
    return this.#bytes.subarray(this.#place.start, this.#place.end);
  }

  #wrong(wanted: string): RequestError {
    return new RequestError(
      `Cannot decode request: "${this.#name}" must be ${wanted}`,
    );
  }
}

function pick(
  bytes: Uint8Array,
  members: readonly Member[],
  name: string,
): Value | undefined {
  let found: Member | undefined;
  for (const member of members) {
    if (member.key !== name) continue;
    if (found !== undefined) {
      throw new RequestError(`Cannot decode request: "${name}" is there twice`);
    }
    found = member;
  }
  return found && new Value(bytes, found, name);
}

function noField(name: string): string {
  return `Cannot decode request: "${name}" is missing`;
}
