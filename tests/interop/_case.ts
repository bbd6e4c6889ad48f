// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * A written-down conversation: what is sent, in order, to two daemons that are then compared. `$W`
 * stands for a folder of the case's own, in requests and in answers.
 * @module
 */
import { decodeBase64, encodeBase64 } from "./_base64.ts";
import {
  decodeJson,
  type JsonObject,
  type JsonValue,
} from "../../src/proto/mod.ts";
import { encodeExactJson } from "./_exact_json.ts";
import { encodeFrame } from "../../src/frame/mod.ts";

export { decodeBase64, encodeBase64 };

/** One step of a case. */
export type Step =
  | { do: "ask"; request: JsonObject }
  /** Raw bytes, in base64; then perhaps the end of the client's half. */
  | { do: "bytes"; base64: string; halfClose?: boolean }
  /** By a request, or by SIGKILL. */
  | { do: "restart"; kill?: boolean }
  /** Writes a file below `$W`. */
  | { do: "write"; file: string; text: string }
  /** Makes a link below `$W`, in place of one that is there. */
  | { do: "link"; file: string; to: string };

/** A conversation. */
export interface Case {
  name: string;
  /** See `Judge`. */
  clock?: boolean;
  /** The number of the divergence that it shows; any other difference is none. */
  about?: number;
  /** Starts no daemon of its own, but goes on with the one of the case before. */
  together?: boolean;
  /** Too long to be recorded: compared with the living reference alone. */
  live?: boolean;
  steps: Step[];
}

/** The folder of a case as events name it. */
export const WORKSPACE = "$W/app";

/** Asks anything. */
export function request(value: JsonObject): Step {
  return { do: "ask", request: value };
}

/** Hands over an event. */
export function ingest(
  source: string,
  payload: string,
  workspace: string | null = WORKSPACE,
): Step {
  return request({ type: "ingest_hook", source, payload, workspace });
}

/** Asks for a session. */
export function detail(
  id: string,
  workspace: string | null = WORKSPACE,
): Step {
  return request({ type: "get_session_detail", id, workspace });
}

/** Asks for the first sessions, or as `more` says. */
export function list(more: JsonObject = {}): Step {
  return request({
    type: "list_sessions",
    workspace: WORKSPACE,
    offset: 0,
    limit: 100,
    filter: {},
    ...more,
  });
}

/** Sends a frame with any body. */
export function body(
  text: string | Uint8Array,
  options: { halfClose?: boolean } = {},
): Step {
  const bytes = typeof text === "string"
    ? new TextEncoder().encode(text)
    : text;
  return raw(encodeFrame(bytes), options);
}

/** Sends bytes as they are. */
export function raw(
  bytes: Uint8Array | readonly number[],
  options: { halfClose?: boolean } = {},
): Step {
  const base64 = encodeBase64(Uint8Array.from(bytes));
  return { do: "bytes", base64, ...options };
}

/** Puts the real folder where `$W` stands. */
export function placeFolder(value: JsonValue, folder: string): JsonValue {
  return swap(value, "$W", folder);
}

/** Puts `$W` where the real folder stands. */
export function hideFolder(value: JsonValue, folder: string): JsonValue {
  return swap(value, folder, "$W");
}

function swap(value: JsonValue, from: string, to: string): JsonValue {
  const text = encodeExactJson(value).replaceAll(from, to);
  return decodeJson(new TextEncoder().encode(text), 10_000);
}
