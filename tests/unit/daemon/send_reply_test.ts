// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Budget } from "../../../src/daemon/budget.ts";
import type { ReplyBody } from "../../../src/daemon/reply.ts";
import { type ReplySink, sendReply } from "../../../src/daemon/send_reply.ts";
import { encodeFrame } from "../../../src/frame/mod.ts";
import { textReply } from "./_server.ts";

/** Keeps the written pieces. */
class FakeSink implements ReplySink {
  readonly pieces: Uint8Array[] = [];
  readonly answers = new Budget(1);
  readonly signal = new AbortController().signal;
  waits = 0;

  constructor(readonly limits: ReplySink["limits"]) {}

  wait(): void {
    this.waits++;
  }

  readonly write = (piece: Uint8Array): Promise<void> => {
    this.pieces.push(piece);
    return Promise.resolve();
  };

  get bytes(): number[] {
    return this.pieces.flatMap((piece) => [...piece]);
  }
}

const LIMITS = {
  answerBytes: 1_000_000,
  freeAnswerBytes: 100,
  pendingAnswerBytes: 1,
  pieceBytes: 64,
};

function replyOf(parts: Uint8Array[]): ReplyBody {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return { length, chunks: () => parts };
}

Deno.test("sendReply() writes one frame for any parts and pieces, and returns its budget", async () => {
  const part = fc.uint8Array({ minLength: 1, maxLength: 300 });
  await fc.assert(fc.asyncProperty(
    fc.array(part, { minLength: 1, maxLength: 8 }),
    fc.integer({ min: 4, max: 200 }),
    async (parts, pieceBytes) => {
      const sink = new FakeSink({ ...LIMITS, pieceBytes });
      await sendReply(replyOf(parts), sink);
      const body = Uint8Array.from(parts.flatMap((it) => [...it]));
      assertEquals(sink.bytes, [...encodeFrame(body)]);
      for (const piece of sink.pieces) assert(piece.length <= pieceBytes);
      assertEquals(sink.answers.spent, 0);
      assertEquals(sink.waits > 0, body.length > LIMITS.freeAnswerBytes);
    },
  ));
});

Deno.test("sendReply() writes a small answer in one call", async () => {
  const sink = new FakeSink(LIMITS);
  await sendReply(textReply('{"type":"ack"}'), sink);
  assertEquals(sink.pieces.length, 1);
});

Deno.test("sendReply() makes each chunk of a long answer in a turn of its own, those of a short one at once", async () => {
  for (const [chunks, turns] of [[5, 5], [1, 0]] as const) {
    let taken = 0;
    let made = 0;
    const sink = new FakeSink({ ...LIMITS, freeAnswerBytes: 100 });
    await sendReply({
      length: chunks * 100,
      *chunks() {
        for (let i = 0; i < chunks; i++) {
          assertEquals(made++, Math.max(0, taken - 1));
          yield new Uint8Array(100);
        }
      },
      turn: () => {
        taken++;
        return Promise.resolve();
      },
    }, sink);
    assertEquals([made, taken], [chunks, turns]);
  }
});
