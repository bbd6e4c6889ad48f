// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals, assertRejects } from "@std/assert";
import {
  IdleOutput,
  type IdleOutputOptions,
} from "../../../../src/commands/ask/idle_output.ts";
import { ClosedPipeError, pause } from "../../../../src/context/mod.ts";
import { testContext } from "../_context.ts";

const SECOND_MS = 1_000;

/** Returns the output of two lines with a second without output between them. */
async function printTwice(options: IdleOutputOptions): Promise<string> {
  const context = testContext();
  const output = new IdleOutput(context.stdout, options);
  const line = (text: string) => output.write(new TextEncoder().encode(text));
  await line("{}\n");
  await output.until(pause(SECOND_MS + SECOND_MS / 2));
  await line("{}\n");
  await output.until(Promise.resolve());
  await line("{}\n");
  return context.out();
}

const outputs: [name: string, options: IdleOutputOptions, text: string][] = [
  ["JSON to a pipe", { isText: false, hasReader: true }, "{}\n {}\n{}\n"],
  ["text to a pipe", { isText: true, hasReader: true }, "{}\n \n{}\n{}\n"],
  ["JSON to a file", { isText: false, hasReader: false }, "{}\n{}\n{}\n"],
  ["text to a terminal", { isText: true, hasReader: false }, "{}\n{}\n{}\n"],
];
for (const [name, options, text] of outputs) {
  Deno.test(`IdleOutput writes a space in a silent second only to a pipe: ${name}`, async () => {
    assertEquals(await printTwice(options), text);
  });
}

Deno.test("IdleOutput writes the idle bytes of a format, or none", async () => {
  for (const [idle, text] of [[null, "ab"], ["-", "a-b"]] as const) {
    const context = testContext();
    const output = new IdleOutput(context.stdout, {
      isText: false,
      hasReader: true,
    });
    const encoder = new TextEncoder();
    output.idle = () => idle === null ? null : encoder.encode(idle);
    await output.write(encoder.encode("a"));
    await output.until(pause(SECOND_MS + SECOND_MS / 2));
    await output.write(encoder.encode("b"));
    assertEquals(context.out(), text);
  }
});

Deno.test("IdleOutput.until() ends early if the reader has gone away", async () => {
  const { stdout } = testContext();
  const output = new IdleOutput({
    isTerminal: () => stdout.isTerminal(),
    columns: () => stdout.columns(),
    write: () => Promise.reject(new ClosedPipeError("gone")),
  }, { isText: false, hasReader: true });
  await assertRejects(
    () => output.until(new Promise(() => {})),
    ClosedPipeError,
  );
});
