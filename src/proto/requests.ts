// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Requests from text. Decoding is strict: it refuses exactly what the reference daemon refuses, and accepts what that
 * accepts by accident (a request or filter written as an array, an enum written as `{"name":null}`).
 * @module
 */
import type { Int } from "./int.ts";
import { decodeInt, decodeString } from "./json_text.ts";
import { type Member, scanElements, scanMembers } from "./json_members.ts";
import { U32_MAX, U64_MAX } from "./limits.ts";
import {
  CLIENT_KINDS,
  type DaemonRequest,
  HOOK_SOURCES,
  SESSION_STATUSES,
  type SessionFilter,
} from "./wire.ts";

/** JSON, but no request. */
export class RequestError extends Error {
  override get name(): string {
    return "RequestError";
  }
}

/**
 * Reads a request; keys it does not know are ignored, at every level.
 *
 * @throws {JsonError} If the bytes are not strict JSON.
 * @throws {RequestError} If the type is unknown, or a field is missing, doubled or of the wrong form.
 */
export function decodeRequest(bytes: Uint8Array): DaemonRequest {
  const body = readBody(bytes);
  const type = body.tag;
  switch (type) {
    case "hello": {
      const fields = body.fields(["proto_version", "client", "workspace"]);
      return {
        type,
        proto_version: Number(fields.int("proto_version", U32_MAX)),
        client: fields.oneOf("client", CLIENT_KINDS),
        workspace: fields.optional("workspace")?.text() ?? null,
      };
    }
    case "status":
    case "stop":
    case "store_stats":
      body.fields([]);
      return { type };
    case "list_sessions": {
      const fields = body.fields(["workspace", "offset", "limit", "filter"]);
      return {
        type,
        workspace: fields.text("workspace"),
        offset: fields.int("offset", U64_MAX),
        limit: fields.int("limit", U64_MAX),
        filter: readFilter(fields.must("filter")),
      };
    }
    case "get_session_detail": {
      const fields = body.fields(["id", "workspace"]);
      return {
        type,
        id: fields.text("id"),
        workspace: fields.optional("workspace")?.text() ?? null,
      };
    }
    case "ingest_hook": {
      const fields = body.fields(["source", "payload", "workspace"]);
      return {
        type,
        source: fields.oneOf("source", HOOK_SOURCES),
        payload: fields.text("payload"),
        workspace: fields.optional("workspace")?.text() ?? null,
      };
    }
    case "ensure_workspace_capture": {
      const fields = body.fields(["workspace", "deep"]);
      fields.text("workspace");
      fields.bool("deep");
      return { type };
    }
    case "ensure_proxy": {
      const fields = body.fields(["workspace", "provider"]);
      fields.text("workspace");
      fields.text("provider");
      return { type };
    }
    case "begin_observed_session": {
      const fields = body.fields(["workspace", "agent"]);
      fields.text("workspace");
      fields.text("agent");
      return { type };
    }
    case "store_prune": {
      const fields = body.fields([
        "before_ms",
        "session",
        "workspace",
        "dry_run",
      ]);
      return {
        type,
        before_ms: fields.optional("before_ms")?.int(U64_MAX) ?? null,
        session: fields.optional("session")?.text() ?? null,
        workspace: fields.optional("workspace")?.text() ?? null,
        dry_run: fields.optional("dry_run")?.bool() ?? null,
      };
    }
  }
  throw new RequestError(`Cannot decode request: unknown type "${type}"`);
}

function readFilter(value: Value): SessionFilter {
  const fields = value.fields(["agent_prefix", "status", "since_ms"]);
  return {
    agent_prefix: fields.optional("agent_prefix")?.text() ?? null,
    status: fields.optional("status")?.oneOf(SESSION_STATUSES) ?? null,
    since_ms: fields.optional("since_ms")?.int(U64_MAX) ?? null,
  };
}

/** The body's tag, and its fields once the tag has told their names. */
interface Body {
  tag: string;
  fields(names: readonly string[]): Fields;
}

function readBody(bytes: Uint8Array): Body {
  const members = scanMembers(bytes)?.members;
  if (members !== undefined) {
    const tag = pick(bytes, members, "type");
    if (tag === undefined) throw new RequestError(noField("type"));
    return {
      tag: tag.text(),
      fields: (names) => fieldsOfMembers(bytes, members, names),
    };
  }
  const elements = scanElements(bytes);
  const tag = elements?.[0];
  if (tag === undefined) {
    throw new RequestError("Cannot decode request: it is no object");
  }
  return {
    tag: new Value(bytes, tag, "type").text(),
    fields: (names) => fieldsOfElements(bytes, elements!.slice(1), names),
  };
}

/** Where a value stands in the text. */
type Place = Pick<Member, "kind" | "start" | "end">;

/** One value of a request, not decoded yet. */
class Value {
  readonly #bytes: Uint8Array;
  readonly #place: Place;
  readonly #name: string;

  constructor(bytes: Uint8Array, place: Place, name: string) {
    this.#bytes = bytes;
    this.#place = place;
    this.#name = name;
  }

  get isNull(): boolean {
    return this.#place.kind === "null";
  }

  text(): string {
    if (this.#place.kind !== "string") throw this.#wrong("a string");
    return decodeString(this.#slice());
  }

  int(max: bigint): Int {
    const value = this.#place.kind === "number"
      ? decodeInt(this.#slice(), 0n, max)
      : null;
    if (value === null) throw this.#wrong(`an integer from 0 to ${max}`);
    return value;
  }

  bool(): boolean {
    const { kind } = this.#place;
    if (kind !== "true" && kind !== "false") throw this.#wrong("true or false");
    return kind === "true";
  }

  oneOf<T extends string>(names: readonly T[]): T {
    const text = this.#place.kind === "object" ? this.#variant() : this.text();
    const found = names.find((name) => name === text);
    if (found === undefined) throw this.#wrong(`one of ${names.join(", ")}`);
    return found;
  }

  fields(names: readonly string[]): Fields {
    const bytes = this.#slice();
    const members = scanMembers(bytes)?.members;
    if (members !== undefined) return fieldsOfMembers(bytes, members, names);
    const elements = scanElements(bytes);
    if (elements === null) throw this.#wrong("an object");
    return fieldsOfElements(bytes, elements, names);
  }

  /** The name in `{"name":null}` or `{"name":{}}`, the decoder's other spellings of an enum. */
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

/** Known fields by name; each was there at most once. */
class Fields {
  readonly #values: ReadonlyMap<string, Value>;

  constructor(values: ReadonlyMap<string, Value>) {
    this.#values = values;
  }

  must(name: string): Value {
    const value = this.#values.get(name);
    if (value === undefined) throw new RequestError(noField(name));
    return value;
  }

  /** The value, or undefined if it is missing or null. */
  optional(name: string): Value | undefined {
    const value = this.#values.get(name);
    return value?.isNull ? undefined : value;
  }

  text(name: string): string {
    return this.must(name).text();
  }

  int(name: string, max: bigint): Int {
    return this.must(name).int(max);
  }

  bool(name: string): boolean {
    return this.must(name).bool();
  }

  oneOf<T extends string>(name: string, names: readonly T[]): T {
    return this.must(name).oneOf(names);
  }
}

function fieldsOfMembers(
  bytes: Uint8Array,
  members: readonly Member[],
  names: readonly string[],
): Fields {
  const values = new Map<string, Value>();
  for (const name of names) {
    const value = pick(bytes, members, name);
    if (value !== undefined) values.set(name, value);
  }
  return new Fields(values);
}

/** A sequence in the order of the fields: none may be missing, none follow. */
function fieldsOfElements(
  bytes: Uint8Array,
  elements: readonly Place[],
  names: readonly string[],
): Fields {
  if (elements.length !== names.length) {
    throw new RequestError(
      `Cannot decode request: an array of ${elements.length} for ${names.length} fields`,
    );
  }
  const values = new Map<string, Value>();
  names.forEach((name, i) => {
    const place = elements[i];
    if (place !== undefined) values.set(name, new Value(bytes, place, name));
  });
  return new Fields(values);
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
