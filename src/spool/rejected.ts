// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Files that are kept but not delivered: one line of JSON with the reason, then the bytes as they
 * were.
 * @module
 */
import { decodeJson, encodeJson, type JsonObject } from "../proto/mod.ts";
import { REJECTED_SUFFIX } from "./listing.ts";

/** The reason why a file was set aside, and the facts that a retry needs. */
export interface RejectedAbout {
  reason: string;
  /** `request`: a request body for the daemon; `input`: the input of a hook that is no event. */
  kind: "request" | "input";
  /** For an input: the agent that the command line named. */
  source?: string;
}

/** The content of a rejected file. */
export interface Rejected {
  about: RejectedAbout;
  bytes: Uint8Array;
}

const LINE_FEED = 0x0a;
/** Longest reason that is kept, in characters. */
const MAX_REASON = 1000;

/** Returns the name in `rejected/` of an event's file. */
export function rejectedName(eventName: string): string {
  return eventName.replace(/\.json$/, REJECTED_SUFFIX);
}

/** Joins the line of JSON and the bytes. */
export function encodeRejected({ about, bytes }: Rejected): Uint8Array {
  const reason = about.reason.slice(0, MAX_REASON);
  const line = new TextEncoder().encode(
    `${encodeJson({ ...about, reason })}\n`,
  );
  const file = new Uint8Array(line.length + bytes.length);
  file.set(line);
  file.set(bytes, line.length);
  return file;
}

/** Splits a rejected file. A file whose line cannot be read is an input without a reason. */
export function decodeRejected(file: Uint8Array): Rejected {
  const end = file.indexOf(LINE_FEED);
  const line = end < 0 ? null : readLine(file.subarray(0, end));
  if (line === null) {
    return { about: { reason: "unknown", kind: "input" }, bytes: file };
  }
  const { reason, kind, source } = line;
  return {
    about: {
      reason: typeof reason === "string" ? reason : "unknown",
      kind: kind === "request" ? "request" : "input",
      ...(typeof source === "string" ? { source } : {}),
    },
    bytes: file.subarray(end + 1),
  };
}

function readLine(bytes: Uint8Array): JsonObject | null {
  try {
    const value = decodeJson(bytes);
    const isObject = typeof value === "object" && value !== null &&
      !Array.isArray(value);
    return isObject ? value : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
