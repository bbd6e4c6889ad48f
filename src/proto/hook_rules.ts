// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The rules for a hook event. The client checks them before it sends, and the daemon again.
 * @module
 */
import { checkNames, hookEventKey, NotAnEventError } from "./hook_names.ts";
import { decodeString } from "./json_text.ts";
import { JsonError } from "./json_error.ts";
import {
  type Member,
  type ObjectMembers,
  scanMembers,
} from "./json_members.ts";
import type { HookSource } from "./wire.ts";

/** A payload that is a hook event. */
export interface HookPayload {
  /** The payload without the white space around it. */
  bytes: Uint8Array;
  /** Its top-level members, with offsets into `bytes`. */
  members: Member[];
  event: string;
  sessionId: string;
}

/**
 * Checks a payload in the order of the reference, so that both report the same error first.
 *
 * @param text UTF-8 bytes of the payload, with or without white space around it.
 * @throws {NotAnEventError} If it is not a hook event.
 */
export function readHookPayload(
  source: HookSource,
  text: Uint8Array,
): HookPayload {
  const bytes = trimPayload(text);
  const { members } = scanPayload(source, bytes);
  const { event, sessionId } = checkNames(
    source,
    textMember(bytes, members, hookEventKey(source)),
    textMember(bytes, members, "session_id"),
  );
  return { bytes, members, event, sessionId };
}

/**
 * Finds the top-level members of a payload.
 *
 * @param bytes Without white space around it ({@linkcode trimPayload}).
 * @throws {NotAnEventError} If it is not a JSON object.
 */
export function scanPayload(
  source: HookSource,
  bytes: Uint8Array,
): ObjectMembers {
  try {
    const found = scanMembers(bytes);
    if (found !== null) return found;
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    throw new NotAnEventError(
      `${source} hook: invalid JSON: ${error.message}`,
      { cause: error },
    );
  }
  throw new NotAnEventError(`${source} hook: expected JSON object`);
}

/** Returns the last member with a key, which is the one that counts. */
export function lastMember(
  members: readonly Member[],
  key: string,
): Member | undefined {
  return members.findLast((member) => member.key === key);
}

/** Returns the text of a top-level member; null if it is missing or not a string. */
export function textMember(
  bytes: Uint8Array,
  members: readonly Member[],
  key: string,
): string | null {
  const member = lastMember(members, key);
  if (member?.kind !== "string") return null;
  return decodeString(bytes.subarray(member.start, member.end));
}

/**
 * Removes white space at both ends by Unicode's rules, as the reference does: U+0085, not U+FEFF.
 */
export function trimPayload(text: Uint8Array): Uint8Array {
  let start = 0;
  let end = text.length;
  for (let width; (width = spaceAt(text, start)) > 0;) start += width;
  for (let width; end > start && (width = spaceBefore(text, end)) > 0;) {
    end -= width;
  }
  return text.subarray(start, end);
}

/** Returns the length in bytes of the white space character at `at`, or 0. */
function spaceAt(text: Uint8Array, at: number): number {
  const a = text[at] ?? 0;
  if (a === 0x20 || (a >= 0x09 && a <= 0x0d)) return 1;
  const b = text[at + 1] ?? 0;
  if (a === 0xc2) return b === 0x85 || b === 0xa0 ? 2 : 0;
  if (a < 0xe1 || a > 0xe3) return 0;
  return SPACES_OF_3.has(a << 16 | b << 8 | (text[at + 2] ?? 0)) ? 3 : 0;
}

function spaceBefore(text: Uint8Array, end: number): number {
  for (let width = 1; width <= 3; width++) {
    if (end >= width && spaceAt(text, end - width) === width) return width;
  }
  return 0;
}

/** U+1680, U+2000 to U+200A, U+2028, U+2029, U+202F, U+205F and U+3000, as UTF-8. */
const SPACES_OF_3: ReadonlySet<number> = new Set([
  0xe19a80,
  0xe28080,
  0xe28081,
  0xe28082,
  0xe28083,
  0xe28084,
  0xe28085,
  0xe28086,
  0xe28087,
  0xe28088,
  0xe28089,
  0xe2808a,
  0xe280a8,
  0xe280a9,
  0xe280af,
  0xe2819f,
  0xe38080,
]);
