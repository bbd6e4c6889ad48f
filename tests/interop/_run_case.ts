// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Plays a case, and compares what came of it step by step.
 * @module
 */
import type { JsonValue } from "../../src/proto/mod.ts";
import { type Case, decodeBase64, placeFolder, type Step } from "./_case.ts";
import { ask, exchange, type Outcome } from "./_exchange.ts";
import type { Judge } from "./_judge.ts";
import type { Outcomes } from "./_pair.ts";

/** Does one step with both daemons; null if there is nothing to compare. */
export type Play = (step: Step, index: number) => Promise<Outcomes | null>;

/**
 * Plays a case and compares after each step.
 *
 * @param folder Stands where the case says `$W`.
 * @returns One line for each difference that nothing explains.
 */
export async function runCase(
  { steps }: Case,
  play: Play,
  judge: Judge,
  folder: string,
): Promise<string[]> {
  const lines: string[] = [];
  for (const [index, step] of steps.entries()) {
    const outcomes = await play(step, index);
    if (step.do === "restart") judge.restarted();
    if (outcomes === null) continue;
    const request = requestOf(step, folder);
    for (const line of judge.compare(request, outcomes)) {
      lines.push(`step ${index} ${show(request)}: ${line}`);
    }
  }
  if (!judge.isShown) lines.push("the divergence that it is about is gone");
  return lines;
}

/** Sends a step to one daemon. @returns `null` for a step that sends nothing. */
export async function sendStep(
  step: Step,
  socket: string,
  folder: string,
): Promise<Outcome | null> {
  if (step.do === "ask") {
    return await ask(socket, placeFolder(step.request, folder));
  }
  if (step.do !== "bytes") return null;
  const { base64, halfClose = false } = step;
  return await exchange(socket, decodeBase64(base64), { halfClose });
}

/** Does what a step does to the file system. */
export async function writeStep(step: Step, folder: string): Promise<void> {
  if (step.do === "write") {
    await Deno.writeTextFile(`${folder}/${step.file}`, step.text);
  } else if (step.do === "link") {
    const made = `${folder}/.link`;
    await Deno.symlink(`${folder}/${step.to}`, made);
    await Deno.rename(made, `${folder}/${step.file}`);
  }
}

/** Makes the folders that cases name: `app`, `other`, and `link` to the first. */
export async function makeFolders(folder: string): Promise<void> {
  await Deno.mkdir(`${folder}/app`, { recursive: true });
  await Deno.mkdir(`${folder}/other`);
  await Deno.symlink(`${folder}/app`, `${folder}/link`);
}

/** The request of a step, if it can be told: divergences are tied to requests. */
function requestOf(step: Step, folder: string): JsonValue {
  if (step.do === "ask") return placeFolder(step.request, folder);
  if (step.do !== "bytes") return null;
  const text = new TextDecoder().decode(decodeBase64(step.base64).subarray(4));
  try {
    return JSON.parse(text);
  } catch {
    return text.slice(0, 100);
  }
}

function show(request: JsonValue): string {
  return Deno.inspect(request, { strAbbreviateSize: 300, depth: 5 });
}
