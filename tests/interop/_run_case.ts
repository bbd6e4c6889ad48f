// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Plays a case to both daemons.
 * @module
 */
import type { JsonValue } from "../../src/proto/mod.ts";
import { type Case, decodeBase64, placeFolder, type Step } from "./_case.ts";
import type { Judge } from "./_judge.ts";
import type { Outcomes, Pair } from "./_pair.ts";

/**
 * Plays a case and compares after each step.
 *
 * @param folder Becomes `$W`; empty but for `app`.
 * @returns One line for each difference that nothing explains.
 */
export async function runCase(
  { steps }: Case,
  pair: Pair,
  judge: Judge,
  folder: string,
): Promise<string[]> {
  const lines: string[] = [];
  for (const [index, step] of steps.entries()) {
    const [request, outcomes] = await play(step, pair, folder);
    if (step.do === "restart") judge.restarted();
    if (outcomes === null) continue;
    for (const line of judge.compare(request, outcomes)) {
      lines.push(`step ${index} ${show(request)}: ${line}`);
    }
  }
  return lines;
}

async function play(
  step: Step,
  pair: Pair,
  folder: string,
): Promise<[JsonValue, Outcomes | null]> {
  switch (step.do) {
    case "ask": {
      const request = placeFolder(step.request, folder);
      return [request, await pair.ask(request)];
    }
    case "bytes": {
      const { base64, halfClose = false } = step;
      const bytes = decodeBase64(base64);
      return [requestIn(bytes), await pair.exchange(bytes, { halfClose })];
    }
    case "restart":
      await pair.restart();
      return [null, null];
    case "write":
      await Deno.writeTextFile(`${folder}/${step.file}`, step.text);
      return [null, null];
  }
}

/** What a frame asks for, as far as that can be told: divergences are tied to requests. */
export function requestIn(frame: Uint8Array): JsonValue {
  try {
    return JSON.parse(new TextDecoder().decode(frame.subarray(4)));
  } catch {
    return new TextDecoder().decode(frame.subarray(0, 100));
  }
}

function show(request: JsonValue): string {
  return Deno.inspect(request, { strAbbreviateSize: 300, depth: 5 });
}
