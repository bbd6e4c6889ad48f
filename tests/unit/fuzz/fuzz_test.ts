// SPDX-License-Identifier: AGPL-3.0-or-later
/** Every target with a few inputs; `scripts/fuzz` tries a million. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { runTarget } from "../../fuzz/fuzz_run.ts";
import { InputSource } from "../../fuzz/inputs.ts";
import { Random } from "../../fuzz/random.ts";
import { makeTarget } from "../../fuzz/target.ts";
import { TARGETS } from "../../fuzz/targets.ts";
import { CODE_POINT } from "../../fuzz/code_point.ts";

const FOUND = new URL("../../fixtures/fuzz/", import.meta.url);

/** Returns the inputs that broke a rule once, by their names. */
async function foundInputs(
  target: string,
): Promise<[name: string, input: Uint8Array][]> {
  const inputs: [name: string, input: Uint8Array][] = [];
  try {
    for await (const { name } of Deno.readDir(new URL(target, FOUND))) {
      const path = new URL(`${target}/${name}`, FOUND);
      inputs.push([name, await Deno.readFile(path)]);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return inputs;
}

for (const [name, target] of TARGETS) {
  Deno.test(`${name} keeps its rules for every input that broke one`, async () => {
    await using session = await target.open();
    for (const [, input] of await foundInputs(name)) await session.run(input);
  });

  Deno.test(`${name} keeps its rules for mutations of what is really sent`, async () => {
    const { fault, inputs, outcomes } = await runTarget(target, {
      inputs: 300,
      seed: 17,
    });
    assertEquals(fault?.error, undefined);
    assertEquals(inputs, 300);
    assert(outcomes > 2, `${outcomes} outcomes`);
  });

  Deno.test(`${name} keeps its rules for any bytes and any JSON`, async () => {
    await using session = await target.open();
    const encoder = new TextEncoder();
    const json = fc.json({ stringUnit: CODE_POINT }).map((text) =>
      encoder.encode(text)
    );
    await fc.assert(fc.asyncProperty(
      fc.oneof(json, fc.uint8Array({ maxLength: 300 })),
      async (input) => void await session.run(input),
    ));
  });
}

Deno.test("every found input belongs to a target", async () => {
  for await (const { name } of Deno.readDir(FOUND)) {
    assert(TARGETS.has(name), name);
  }
});

Deno.test("runTarget() finds an input that breaks a rule, and shortens it", async () => {
  const target = makeTarget(
    () => [new TextEncoder().encode('{"stop_reason":"end"}')],
    (input) => {
      const isBroken = new TextDecoder().decode(input).includes("\x1b");
      if (isBroken) throw new RangeError("it has an escape character");
      return "";
    },
  );
  const { fault } = await runTarget(target, { inputs: 100_000, seed: 1 });
  assert(fault?.error instanceof RangeError);
  assertEquals(fault.input, Uint8Array.of(0x1b));
});

Deno.test("a run depends on its seed alone", () => {
  const example = new TextEncoder().encode('{"a":[1,"b"]}');
  const inputsOf = (seed: number) => {
    const source = new InputSource(new Random(seed), [example]);
    return Array.from({ length: 50 }, () => source.next());
  };
  assertEquals(inputsOf(1), inputsOf(1));
  assert(JSON.stringify(inputsOf(1)) !== JSON.stringify(inputsOf(2)));
});
