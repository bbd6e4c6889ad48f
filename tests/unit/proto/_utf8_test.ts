// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals } from "@std/assert";
import { scan } from "./_scanning.ts";

Deno.test("JsonScanner accepts the UTF-8 that a fatal decoder accepts", () => {
  const leads = [0x80, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xec, 0xed];
  leads.push(0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xff);
  const seconds = [0x20, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0];
  const others = [0x7f, 0x80, 0xbf, 0xc0];
  let strings = leads.map((lead) => [lead]);
  const decoder = new TextDecoder("utf-8", { fatal: true });
  for (const next of [seconds, others, others]) {
    strings = strings.flatMap((string) => next.map((c) => [...string, c]));
    for (const string of strings) {
      const bytes = Uint8Array.of(0x22, ...string, 0x22);
      let expected: number | string = bytes.length;
      try {
        decoder.decode(bytes);
      } catch {
        expected = "invalid UTF-8";
      }
      const { end } = scan([bytes]);
      assertEquals(`${end}`.replace(/ @\d+$/, ""), `${expected}`, `${bytes}`);
    }
  }
});
