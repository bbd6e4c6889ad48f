// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Messages of JSON-RPC 2.0, one a line, and the errors of those that are none.
 * @module
 */
import type { Input } from "../../context/mod.ts";
import { joinBytes } from "../../proto/mod.ts";

/** A longer line is refused, in bytes. The rest of it is passed over. */
const MAX_LINE = 1024 * 1024;
/** A longer id is refused, in characters, because each answer repeats it. */
const MAX_ID = 256;
/** A longer reason is cut, in characters, as it may quote the message. */
const MAX_REASON = 500;
const READ_BYTES = 64 * 1024;
const LINE_FEED = 0x0a;

/** A message that asks for something. */
export interface McpMessage {
  readonly jsonrpc: "2.0";
  /** Undefined for a notification, which gets no answer. */
  readonly id: string | number | undefined;
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** The answer to a message that cannot be taken. */
export interface McpRefusal {
  readonly jsonrpc: "2.0";
  readonly id: string | number | null;
  readonly error: { readonly code: number; readonly message: string };
}

/** The codes of refusals, as JSON-RPC has them. */
export const MCP_FAULT = {
  noJson: -32700,
  noRequest: -32600,
  noMethod: -32601,
  wrongParams: -32602,
} as const;

const NO_REQUEST = MCP_FAULT.noRequest;

/**
 * Reads messages until the input ends. Holds at most one line, and that no longer than its limit.
 *
 * @returns Yields messages, and refusals of lines that are no message. Answers to us are passed
 * over, because this server asks nothing.
 */
export async function* readMessages(
  input: Input,
): AsyncGenerator<McpMessage | McpRefusal, void> {
  for await (const line of readLines(input)) {
    const found = line === null
      ? refuse(null, NO_REQUEST, `it is longer than ${MAX_LINE} bytes`)
      : readMessage(new TextDecoder().decode(line));
    if (found !== null) yield found;
  }
}

/** Yields lines without their ends; null for a line that is too long. */
async function* readLines(input: Input): AsyncGenerator<Uint8Array | null> {
  let parts: Uint8Array[] = [];
  let length = 0;
  const buffer = new Uint8Array(READ_BYTES);
  const add = (part: Uint8Array) => {
    length += part.length;
    if (length <= MAX_LINE) parts.push(part.slice());
    else parts = [];
  };
  const end = () => {
    const line = length > MAX_LINE ? null : joinBytes(parts);
    parts = [];
    length = 0;
    return line;
  };
  for (let count; (count = await input.read(buffer)) !== null;) {
    let rest = buffer.subarray(0, count);
    for (let at; (at = rest.indexOf(LINE_FEED)) >= 0;) {
      add(rest.subarray(0, at));
      yield end();
      rest = rest.subarray(at + 1);
    }
    add(rest);
  }
  yield end();
}

/** Returns null for an empty line and for an answer. */
function readMessage(line: string): McpMessage | McpRefusal | null {
  if (line.trim() === "") return null;
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return refuse(null, MCP_FAULT.noJson, "it is no JSON");
  }
  if (!isJsonObject(value)) return refuse(null, NO_REQUEST, "it is no object");
  const { jsonrpc, id, method, params = {} } = value;
  if (id !== undefined && !isId(id)) {
    return refuse(
      null,
      NO_REQUEST,
      `"id" must be a whole number or a text of at most ${MAX_ID} characters`,
    );
  }
  const back = id ?? null;
  if (jsonrpc !== "2.0") {
    return refuse(back, NO_REQUEST, '"jsonrpc" must be "2.0"');
  }
  if (method === undefined && ("result" in value || "error" in value)) {
    return null;
  }
  if (typeof method !== "string") {
    return refuse(back, NO_REQUEST, '"method" must be a text');
  }
  return isJsonObject(params)
    ? { jsonrpc, id, method, params }
    : refuse(back, MCP_FAULT.wrongParams, '"params" must be an object');
}

/** Makes the answer to a message that cannot be taken. A long reason is cut. */
export function refuse(
  id: string | number | null,
  code: number,
  reason: string,
): McpRefusal {
  const shown = reason.length > MAX_REASON
    ? `${reason.slice(0, MAX_REASON)}…`
    : reason;
  const message = `Cannot take message: ${shown}`;
  return { jsonrpc: "2.0", id, error: { code, message } };
}

/** Returns true for an object that is no array. */
export function isJsonObject(
  value: unknown,
): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isId(value: unknown): value is string | number {
  return typeof value === "string"
    ? value.length <= MAX_ID
    : Number.isSafeInteger(value);
}
