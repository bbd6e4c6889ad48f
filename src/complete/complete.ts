// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Completing the JSON text of an event for the wire. Members are inserted or replaced; all other
 * bytes stay the same.
 * @module
 */
import { type AgentName, type Fields, hooksOf } from "../agents/mod.ts";
import {
  checkNames,
  decodeString,
  decodeText,
  type HookSource,
  JsonError,
  lastMember,
  MAX_DEPTH,
  type Member,
  type ObjectMembers,
  readHookPayload,
  scanElements,
  scanMembers,
  scanPayload,
  setMembers,
  textMember,
  trimPayload,
} from "../proto/mod.ts";
import { mendSurrogates } from "./mend_surrogates.ts";
import { type CompleteOptions, findDirectory, planEdits } from "./plan.ts";

/** An event ready for the wire. */
export interface Completed {
  agent: AgentName;
  source: HookSource;
  /** JSON text. */
  payload: string;
  sessionId: string;
  /** Absolute path of the agent's directory, if the payload names one. */
  workspaceHint: string | null;
}

/**
 * Completes a hook event: sets its time, its id, and the members that the wire needs. Completing an
 * event again does not change it.
 *
 * @param text UTF-8 bytes of one JSON object. White space around it and a byte order mark are
 * allowed.
 * @throws {NotAnEventError} If the text is not a hook event. The message is the daemon's.
 */
export function completeEvent(
  text: Uint8Array,
  options: CompleteOptions,
): Completed {
  if (options.raw) return checkRaw(text, options.source);
  const { bytes, found } = scanMended(
    hooksOf(options.source).wire,
    trimPayload(withoutMark(text)),
  );
  const fields = new ScannedFields(bytes, found.members);
  const { edits, copies, ...plan } = planEdits(fields, options);
  const { agent, source, event, workspaceHint } = plan;
  const { sessionId } = checkNames(source, event, plan.sessionId);
  const copied = copies.map(([key, from]) => ({
    key,
    value: copyOf(bytes, lastMember(found.members, from)),
  }));
  const payload = decodeText(setMembers(bytes, [...edits, ...copied], found));
  return { agent, source, payload, sessionId, workspaceHint };
}

/** Scans a payload. If it has lone surrogates, they are replaced first. */
function scanMended(
  source: HookSource,
  bytes: Uint8Array,
): { bytes: Uint8Array; found: ObjectMembers } {
  try {
    return { bytes, found: scanPayload(source, bytes) };
  } catch (error) {
    const { cause } = error instanceof Error ? error : {};
    if (!(cause instanceof JsonError)) throw error;
    if (cause.reason !== "lone surrogate") throw error;
    const mended = mendSurrogates(bytes);
    return { bytes: mended, found: scanPayload(source, mended) };
  }
}

/** Returns the JSON text of a value, or of the object that a string value contains. */
function copyOf(bytes: Uint8Array, member: Member | undefined): string {
  const value = bytes.subarray(member?.start, member?.end);
  if (member?.kind !== "string") return decodeText(value);
  const inner = mendSurrogates(new TextEncoder().encode(decodeString(value)));
  try {
    if (scanMembers(inner, MAX_DEPTH - 1) !== null) return decodeText(inner);
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
  }
  return decodeText(value);
}

function checkRaw(text: Uint8Array, agent: AgentName): Completed {
  const source = hooksOf(agent).wire;
  const { bytes, members, event, sessionId } = readHookPayload(source, text);
  // A daemon would store an event with an empty name, but such an event is of no use.
  checkNames(source, event || null, sessionId);
  const workspaceHint = findDirectory(new ScannedFields(bytes, members));
  return { agent, source, payload: decodeText(text), sessionId, workspaceHint };
}

/** The members that the scanner found. */
class ScannedFields implements Fields {
  readonly #bytes: Uint8Array;
  readonly #members: readonly Member[];

  constructor(bytes: Uint8Array, members: readonly Member[]) {
    this.#bytes = bytes;
    this.#members = members;
  }

  has(key: string): boolean {
    return lastMember(this.#members, key) !== undefined;
  }

  text(key: string): string | null {
    return textMember(this.#bytes, this.#members, key);
  }

  number(key: string): Uint8Array | null {
    const member = lastMember(this.#members, key);
    if (member?.kind !== "number") return null;
    return this.#bytes.subarray(member.start, member.end);
  }

  firstText(key: string): string | null {
    const member = lastMember(this.#members, key);
    if (member?.kind !== "array") return null;
    const list = this.#bytes.subarray(member.start, member.end);
    const first = scanElements(list)?.[0];
    if (first === undefined) return null;
    return textMember(list, [{ ...first, key: "", keyStart: 0 }], "");
  }
}

function withoutMark(text: Uint8Array): Uint8Array {
  const isMarked = text[0] === 0xef && text[1] === 0xbb && text[2] === 0xbf;
  return isMarked ? text.subarray(3) : text;
}
