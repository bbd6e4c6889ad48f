// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Renders the findings as text: a mark, the check, the message, and what repairs it below.
 * @module
 */
import {
  escapeLine,
  formatNumberOf,
  makePaint,
  wrapWords,
} from "../../output/mod.ts";
import type { Run } from "../shell/cli.ts";
import { CHECKS, type Finding } from "./finding.ts";

const MARKS = { ok: "✓", note: "•", fault: "✗" } as const;
const NAME_WIDTH = Math.max(...CHECKS.map(({ length }) => length));
/** Room before each message: the mark, a space, the name, two spaces. */
const INDENT = " ".repeat(NAME_WIDTH + 4);

/** Renders all findings and how many need repair. */
export function renderDoctor(
  findings: readonly Finding[],
  { context, settings }: Run,
): string[] {
  const paint = makePaint(settings.color);
  const brushes = { ok: paint.green, note: paint.yellow, fault: paint.red };
  const width = context.stdout.columns();
  const lines = findings.flatMap(({ check, level, message, repair }) => {
    const [first = "", ...rest] = wrapWords(
      escapeLine(message),
      width === null ? null : Math.max(20, width - INDENT.length),
    );
    const name = check.padEnd(NAME_WIDTH);
    return [
      `${brushes[level](MARKS[level])} ${paint.dim(name)}  ${first}`,
      ...rest.map((line) => INDENT + line),
      ...repair === null ? [] : [`${INDENT}→ ${escapeLine(repair)}`],
    ];
  });
  const faults = findings.filter(({ level }) => level === "fault").length;
  return [
    ...lines,
    "",
    faults === 0
      ? "Nothing needs repair."
      : `${formatNumberOf(faults, "fault")} to repair.`,
  ];
}
