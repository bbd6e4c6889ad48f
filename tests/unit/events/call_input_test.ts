// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals } from "@std/assert";
import { readCallInput } from "../../../src/events/call_input.ts";
import { readMembers } from "../../../src/events/json_part.ts";
import { Payload } from "../../../src/events/payload.ts";

/** Scans a payload whose call has this input. */
function scan(tool_input: unknown): Payload {
  const payload = Payload.scan(
    new TextEncoder().encode(JSON.stringify({ tool_input })),
  );
  assert(payload !== null);
  return payload;
}

Deno.test("readCallInput() reads the names of a patch up to the 4,096th", () => {
  const lines = Array.from({ length: 5_000 }, (_, i) => `*** Add File: f${i}`);
  const input = ["*** Begin Patch", ...lines, "*** End Patch"].join("\n");
  const { patchFiles } = readCallInput(scan({ input }));
  assertEquals([patchFiles.length, patchFiles.at(-1)], [4_096, "f4095"]);
});

Deno.test("readCallInput() reads a patch with a name of a megabyte of blanks", () => {
  // An expression that goes back over the blanks takes hours.
  const name = `a${" ".repeat(1_000_000)}b`;
  const input = `*** Begin Patch\n*** Add File: ${name} \n` +
    "*** Move to: c  \n*** End Patch";
  assertEquals(readCallInput(scan({ input })).patchFiles, [name, "c"]);
});

for (const isText of [false, true]) {
  Deno.test(`readMembers() reads ${isText ? "the text of " : ""}an object up to its 4,096th member`, () => {
    const object = Object.fromEntries(
      Array.from({ length: 5_000 }, (_, i) => [`k${i}`, i]),
    );
    const payload = scan(isText ? JSON.stringify(object) : object);
    const members = readMembers(payload.value("tool_input"));
    assertEquals([members?.size, members?.has("k4095")], [4_096, true]);
  });
}
