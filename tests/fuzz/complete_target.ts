// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The splicer of completions, the fast way beside it, and the reader of a hook's stdin.
 * @module
 */
import { assertEquals } from "@std/assert";
import { listAgents } from "../../src/agents/mod.ts";
import { completeEvent, completePlain } from "../../src/complete/mod.ts";
import { FirstValue } from "../../src/ingest/exact.ts";
import {
  JsonError,
  readPlainObject,
  scanMembers,
  setMembers,
} from "../../src/proto/mod.ts";
import { completeOptions } from "./hook_target.ts";
import { Random } from "./random.ts";
import { recordedPayloads } from "./recorded.ts";
import { attempt, beginsKeyWithEscape, makeTarget, print } from "./target.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const VALUES = ["1", '"x"', "null", '{"a":[1]}'];

/** The fast way and the scanner agree, and a splice sets its members and no other. */
export const completeTarget = makeTarget(
  async () => (await recordedPayloads()).map((text) => encoder.encode(text)),
  (input) => {
    const random = Random.of(input);
    const end = findEnd(input, random);
    const object = readPlainObject(input);
    const found = attempt(() => scanMembers(input), [JsonError]);
    if ("refusal" in found) {
      // An object whose repeated member has a doubtful value may be taken for plain.
      return `${found.refusal} ${object !== null}`;
    }
    if (object !== null) assertEquals(end, object.end, "end of the object");
    const options = completeOptions(random.pick(listAgents()));
    const plain = object && completePlain(object, options);
    if (plain !== null) {
      assertEquals(
        print(plain),
        print(completeEvent(input, options)),
        "plain and scanned",
      );
    }
    if (found.value === null) return "no object";
    if (beginsKeyWithEscape(decoder.decode(input))) return "escaped key";
    const keys = ["new", ...found.value.members.map(({ key }) => key)];
    const edits = [random.pick(keys), random.pick(keys)].map((key) => ({
      key,
      value: random.pick(VALUES),
    }));
    const spliced = setMembers(input, edits, found.value);
    const wanted = parse(input);
    for (const { key, value } of edits) wanted.set(key, JSON.parse(value));
    assertEquals(sorted(parse(spliced)), sorted(wanted), "spliced");
    return `${plain !== null} ${object !== null} ${found.value.members.length}`;
  },
);

/** Finds the end of the first value in an input that arrives in pieces: always the same. */
function findEnd(input: Uint8Array, random: Random): number | null {
  const whole = new FirstValue();
  whole.write(input);
  const pieced = new FirstValue();
  for (let at = 0; at < input.length && pieced.end === null;) {
    const next = Math.min(input.length, at + 1 + random.below(64));
    pieced.write(input.slice(at, next));
    at = next;
  }
  assertEquals(pieced.end, whole.end, "end in pieces");
  assertEquals(pieced.isNoJson, whole.isNoJson);
  return whole.end;
}

function parse(bytes: Uint8Array): Map<string, unknown> {
  const value: unknown = JSON.parse(decoder.decode(bytes));
  return new Map(Object.entries(value ?? {}));
}

function sorted(members: Map<string, unknown>): string {
  const entries = [...members].map(([key, value]) => [key, print(value)]);
  return print(entries.sort(([a = ""], [b = ""]) => a < b ? -1 : 1));
}
