// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { RedactedOutput } from "../../../../src/commands/shell/redacted_output.ts";

const SECRET = `ghp_${"a1B2".repeat(9)}`;
const KEY = `-----BEGIN PRIVATE KEY-----\n${"MIIEvQ".repeat(9)}`;

/** Writes pieces; returns what was printed before the end, and in all. */
async function print(
  pieces: Uint8Array[],
  isText = false,
): Promise<{ early: string; all: string }> {
  const printed: Uint8Array[] = [];
  const read = () =>
    new TextDecoder().decode(Uint8Array.from(printed.flatMap((it) => [...it])));
  const output = new RedactedOutput({
    isTerminal: () => false,
    columns: () => null,
    write: (bytes) => {
      printed.push(bytes.slice());
      return Promise.resolve();
    },
  }, { isText });
  for (const piece of pieces) await output.write(piece);
  const early = read();
  await output.end();
  return { early, all: read() };
}

Deno.test("RedactedOutput replaces a secret however its JSON is cut into pieces", async () => {
  const rows = [{ a: `é ${SECRET}`, n: 1 }, { a: KEY, b: `😀 "${SECRET}"` }];
  const json = new TextEncoder().encode(JSON.stringify(rows));
  const expected = [
    { a: "é [redacted: GitHub]", n: 1 },
    { a: "[redacted: private key]", b: '😀 "[redacted: GitHub]"' },
  ];
  const cuts = fc.array(fc.integer({ min: 0, max: json.length }));
  await fc.assert(fc.asyncProperty(cuts, async (places) => {
    const at = [0, ...places.toSorted((a, b) => a - b), json.length];
    const pieces = at.slice(1).map((end, i) => json.subarray(at[i], end));
    const { all } = await print(pieces);
    assertEquals(JSON.parse(all), expected);
  }));
});

Deno.test("RedactedOutput holds back no whole line, no space between two lines, and no text", async () => {
  const encode = (text: string) => new TextEncoder().encode(text);
  const line = await print([encode('{"n":1}\n'), encode(" ")]);
  assertEquals(line, { early: '{"n":1}\n ', all: '{"n":1}\n ' });
  const text = `token ${SECRET}`;
  assertEquals(
    (await print([encode(text)], true)).early,
    "token [redacted: GitHub]",
  );
  assertEquals((await print([encode(text)])).early, "");
});
