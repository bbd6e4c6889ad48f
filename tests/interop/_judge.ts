// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Compares what two daemons did, and knows which differences are meant.
 * @module
 */
import type { JsonValue } from "../../src/proto/mod.ts";
import { findDifferences } from "./_differences.ts";
import {
  explain,
  isLuckyEnd,
  nameFields,
  objectOrEmpty,
} from "./_divergences.ts";
import {
  byId,
  haveSameRows,
  idsOf,
  withoutClock,
  withoutPromptChanges,
} from "./_normal_form.ts";
import type { Outcomes } from "./_pair.ts";

/** How to compare. */
export interface JudgeOptions {
  /** Events carry no time, so each daemon's clock gives one. */
  clock?: boolean;
  /** A difference that nothing else explains is this divergence. */
  about?: number;
}

/** The verdict over a run of requests. */
export class Judge {
  /** How often each divergence was met, by number. */
  readonly met = new Map<number, number>();
  /** How often the reference did what. */
  readonly ends = new Map<string, number>();
  readonly #options: JudgeOptions;
  #restarted = false;

  constructor(options: JudgeOptions = {}) {
    this.#options = options;
  }

  /** Both daemons were restarted. */
  restarted(): void {
    this.#restarted = true;
  }

  /** Whether the divergence that this is about was met, if it is about one. */
  get isShown(): boolean {
    const { about } = this.#options;
    return about === undefined || this.met.has(about);
  }

  /** Returns a line for each difference that nothing explains. */
  compare(request: JsonValue, { ours, theirs }: Outcomes): string[] {
    const lines: string[] = [];
    const end = `${
      theirs.answer === null ? "nothing" : "answer"
    }, ${theirs.end}`;
    this.ends.set(end, (this.ends.get(end) ?? 0) + 1);
    if (isLuckyEnd(ours.end, theirs.end)) this.#count(28);
    else if (ours.end !== theirs.end) {
      lines.push(`end: ours ${ours.end}, theirs ${theirs.end}`);
    }
    const answers = this.#normalize(ours.answer, theirs.answer);
    const situation = {
      request: nameFields(request),
      ours: objectOrEmpty(ours.answer),
      theirs: objectOrEmpty(theirs.answer),
      restarted: this.#restarted,
    };
    for (const difference of findDifferences(answers.ours, answers.theirs)) {
      const number = explain(difference, situation) ??
        this.#options.about ?? null;
      if (number !== null) this.#count(number);
      else lines.push(describe(difference));
    }
    return lines;
  }

  #normalize(
    ours: JsonValue,
    theirs: JsonValue,
  ): { ours: JsonValue; theirs: JsonValue } {
    let [a, b] = [objectOrEmpty(ours), objectOrEmpty(theirs)];
    if (a["type"] === undefined || b["type"] === undefined) {
      return { ours, theirs };
    }
    const plain = withoutPromptChanges(b);
    if (plain !== b) this.#count(9);
    b = plain;
    if (this.#options.clock) [a, b] = [withoutClock(a), withoutClock(b)];
    if (a["type"] === "sessions" && haveSameRows(a, b)) {
      if (findDifferences(idsOf(a), idsOf(b)).length > 0) this.#count(43);
      [a, b] = [byId(a), byId(b)];
    }
    return { ours: a, theirs: b };
  }

  #count(number: number): void {
    this.met.set(number, (this.met.get(number) ?? 0) + 1);
  }
}

function describe(
  { path, ours, theirs }: ReturnType<typeof findDifferences>[number],
): string {
  const show = (value: JsonValue | undefined) =>
    Deno.inspect(value, { depth: 9, strAbbreviateSize: 400 });
  return `${path || "answer"}: ours ${show(ours)}, theirs ${show(theirs)}`;
}
