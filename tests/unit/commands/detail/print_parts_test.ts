// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals, assertRejects } from "@std/assert";
import { ProtocolError } from "../../../../src/client/mod.ts";
import { printParts } from "../../../../src/commands/detail/print_parts.ts";
import { fakeAnswer } from "../_answer.ts";
import { testContext, testRun } from "../_context.ts";

const BODY =
  '{"type":"detail","session":{"id":"s"},"events":[{"seq":0},{"seq":18446744073709551615}],"spans":[{"span":{},"children":[]}]}';
const ALL = { showsEvents: true, showsSpans: true, sinceSeq: 0 };

async function print(
  parts: Partial<typeof ALL>,
  body = BODY,
  size = 5,
): Promise<string> {
  const context = testContext();
  await printParts(
    fakeAnswer(body, size),
    { ...ALL, ...parts },
    testRun(context),
  );
  return context.out();
}

const table: [parts: Partial<typeof ALL>, document: string][] = [
  [{}, `${BODY}\n`],
  [
    { showsSpans: false },
    '{"type":"detail","session":{"id":"s"},"events":[{"seq":0},{"seq":18446744073709551615}]}\n',
  ],
  [
    { showsEvents: false },
    '{"type":"detail","session":{"id":"s"},"spans":[{"span":{},"children":[]}]}\n',
  ],
  [
    { sinceSeq: 1 },
    '{"type":"detail","session":{"id":"s"},"events":[{"seq":18446744073709551615}],"spans":[{"span":{},"children":[]}]}\n',
  ],
];
for (const [parts, document] of table) {
  Deno.test(`printParts() with ${JSON.stringify(parts)} is one document`, async () => {
    for (const size of [1, 5, Infinity]) {
      assertEquals(await print(parts, BODY, size), document);
    }
  });
}

Deno.test("printParts() prints empty lists if no record is left", async () => {
  const body = '{"type":"detail","session":{"id":"s"},"events":[],"spans":[]}';
  assertEquals(await print({}, body), `${body}\n`);
  assertEquals(
    JSON.parse(await print({ sinceSeq: Number.MAX_SAFE_INTEGER }, body)),
    JSON.parse(body),
  );
});

Deno.test("printParts() of an answer that ends early has no end", async () => {
  const context = testContext();
  const answer = fakeAnswer(BODY.slice(0, -1), 9);
  await assertRejects(
    () => printParts(answer, ALL, testRun(context)),
    ProtocolError,
  );
  assertEquals(context.out(), BODY.slice(0, -2));
});
