// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Packs the heads of events: a third of the table of events would be the same nulls.
 * @module
 */
import type { SQLOutputValue } from "node:sqlite";
import {
  HOOK_SOURCES,
  type HookSource,
  type Int,
  toInt,
} from "../proto/mod.ts";
import { readBlob, readInt, type Row } from "./rows.ts";

/** Characters that replace the common parts. JSON text never contains them unescaped. */
const MARKS = ["\u0001", "\u0002"] as const;
const PARTS = [
  ',"tokens_in":null,"tokens_out":null,"reasoning_tokens":null,"cost_usd_e6":null,"stop_reason":null,"latency_ms":',
  ',"ttft_ms":null,"retry_count":null,"context_used_tokens":null,"context_max_tokens":null' +
  ',"cache_creation_tokens":null,"cache_read_tokens":null,"system_prompt_tokens":null,"payload":',
] as const;

const UTF8 = new TextEncoder();

/** Replaces the common parts of an event's head by marks. */
export function packHead(head: Uint8Array): string {
  let text = UTF8_IN.decode(head);
  for (const [i, part] of PARTS.entries()) {
    text = text.replace(part, MARKS[i] ?? part);
  }
  return text;
}

const UTF8_IN = new TextDecoder("utf-8", { ignoreBOM: true });

/** SQL of an event's whole head. */
export const HEAD_SQL = PARTS.reduce(
  (sql, part, i) => `replace(${sql}, char(${i + 1}), '${part}')`,
  "CAST(head AS TEXT)",
);

/** Returns an event's whole head. */
export function unpackHead(head: Uint8Array): Uint8Array {
  if (!head.includes(1) && !head.includes(2)) return head;
  let text = UTF8_IN.decode(head);
  for (const [i, part] of PARTS.entries()) {
    text = text.replace(MARKS[i] ?? part, part);
  }
  return UTF8.encode(text);
}

/** SQL of an event's time, for {@linkcode readTime}. */
export const TIME_SQL =
  `CAST(substr(head, instr(head, CAST(',"ts_ms":' AS BLOB)) + 9, 20) AS TEXT)`;

/** Returns the time in a column of {@linkcode TIME_SQL}, which begins with its digits. */
export function readTime(value: SQLOutputValue | undefined): Int {
  const [digits = "0"] = /^\d+/.exec(String(value)) ?? [];
  return toInt(BigInt(digits));
}

/** A stored event. */
export interface StoredEvent {
  /** The agent that the event was sent for; null if version 1 stored it. */
  readonly source: HookSource | null;
  readonly head: Uint8Array;
  readonly payload: Uint8Array;
}

/** Reads an event from its row. */
export function unpackEvent(row: Row): StoredEvent {
  const source = row.source ?? null;
  return {
    source: source === null ? null : HOOK_SOURCES[readInt(source)] ?? null,
    head: unpackHead(readBlob(row.head)),
    payload: readBlob(row.payload),
  };
}
