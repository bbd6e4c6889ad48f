// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Prints some parts of a `detail` answer. Each record keeps its original bytes.
 * @module
 */
import type { AnswerRecord, RecordKind } from "../../output/mod.ts";
import {
  decodeInt,
  joinBytes,
  MAX_ANSWER_DEPTH,
  scanMembers,
  U64_MAX,
} from "../../proto/mod.ts";
import type { CheckedAnswer } from "../ask/answer_head.ts";
import type { Run } from "../shell/cli.ts";
import type { Parts } from "./options.ts";
import { splitAnswer } from "../ask/stream_records.ts";

/** Returns a filter for the wanted records. The session record is always wanted. */
export function isWanted(parts: Parts): (record: AnswerRecord) => boolean {
  return ({ kind, bytes }) => {
    if (kind === "event") {
      return parts.showsEvents &&
        (parts.sinceSeq === 0 || readSeq(bytes) >= BigInt(parts.sinceSeq));
    }
    return kind !== "span" || parts.showsSpans;
  };
}

/** Returns the sequence number of an event; -1 if it has none. */
export function readSeq(bytes: Uint8Array): bigint {
  const member = scanMembers(bytes, MAX_ANSWER_DEPTH)?.members
    .findLast(({ key }) => key === "seq");
  if (member === undefined) return -1n;
  const token = bytes.subarray(member.start, member.end);
  return BigInt(decodeInt(token, 0n, U64_MAX) ?? -1);
}

const SPLIT = { spans: "roots", coverage: true } as const;
const OPENINGS: Record<RecordKind, string> = {
  row: "",
  session: ',"session":',
  event: ',"events":[',
  span: ',"spans":[',
  coverage: ',"coverage":',
};

/**
 * Prints the wanted parts as one document in the shape of the answer, without the keys of other
 * parts.
 *
 * @throws {ProtocolError} If the answer ends early. The output is then a document without its end.
 */
export async function printParts(
  answer: CheckedAnswer,
  parts: Parts,
  { context }: Run,
): Promise<void> {
  const encoder = new TextEncoder();
  const wants = isWanted(parts);
  const closing = { event: "]", span: "]", session: "", row: "", coverage: "" };
  const left = new Set<RecordKind>([
    ...parts.showsEvents ? ["event"] as const : [],
    ...parts.showsSpans ? ["span"] as const : [],
  ]);
  let open: RecordKind | null = null;
  // Printed with the first record, so that an earlier failure prints only an error object.
  let start = '{"type":"detail"';
  for await (const records of splitAnswer(answer, SPLIT)) {
    const pieces: Uint8Array[] = [];
    for (const { kind, bytes } of records.filter(wants)) {
      if (kind !== open) {
        const end = open === null ? "" : closing[open];
        pieces.push(encoder.encode(start + end + OPENINGS[kind]));
        start = "";
        left.delete(kind);
        open = kind;
      } else pieces.push(encoder.encode(","));
      pieces.push(bytes);
    }
    await context.stdout.write(joinBytes(pieces));
  }
  const end = start + (open === null ? "" : closing[open]) +
    [...left].map((kind) => `${OPENINGS[kind]}]`).join("");
  await context.stdout.write(encoder.encode(`${end}}\n`));
}
