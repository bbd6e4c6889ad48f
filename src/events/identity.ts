// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Who an event says that it comes from: agent, model, transcript.
 * @module
 */
import type { HookSource } from "../proto/mod.ts";
import { trimWhiteSpace } from "./_text.ts";
import type { Payload } from "./payload.ts";

/** What one event says about the session's agent. */
export interface Identity {
  /** The agent, or null where the event leaves an existing one alone. */
  readonly agent: string | null;
  /** The agent of a session that this event begins. */
  readonly newAgent: string;
  /** Trimmed, never empty. */
  readonly model: string | null;
  /** As the payload has it, perhaps empty. */
  readonly tracePath: string | null;
}

const CODEX_MODEL = /gpt-|o1|o3|o4|codex|kindle-|nova-/i;
const CODEX_TRANSCRIPT = /\/\.codex\/|\\\.codex\\/i;

/** Reads what `payload` says about the session's agent. */
export function readIdentity(source: HookSource, payload: Payload): Identity {
  const model = findModel(payload);
  const tracePath = payload.text("transcript_path");
  if (source !== "claude") {
    return { agent: source, newAgent: source, model, tracePath };
  }
  const isCodex = payload.has("turn_id") ||
    tracePath !== null && CODEX_TRANSCRIPT.test(tracePath) ||
    model !== null && CODEX_MODEL.test(model);
  const agent = isCodex ? "codex" : null;
  return { agent, newAgent: agent ?? source, model, tracePath };
}

function findModel(payload: Payload): string | null {
  return said(payload.text("model")) ??
    said(payload.innerText("message", "model")) ??
    said(payload.innerText("metadata", "model")) ??
    said(payload.innerText("config", "model"));
}

function said(text: string | null): string | null {
  return text === null ? null : trimWhiteSpace(text) || null;
}
