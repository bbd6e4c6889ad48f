// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The outcomes of checks.
 * @module
 */

/** The outcome of one step, with a reason for each test or check that was skipped. */
export interface Outcome {
  passed: number;
  failed: number;
  reasons: string[];
  seconds?: number;
}

/** Adds outcomes up. */
export function addUp(
  outcomes: readonly Outcome[],
): { passed: number; failed: number; skipped: number } {
  const sum = { passed: 0, failed: 0, skipped: 0 };
  for (const { passed, failed, reasons } of outcomes) {
    sum.passed += passed;
    sum.failed += failed;
    sum.skipped += reasons.length;
  }
  return sum;
}

/**
 * Counts the cases of a JUnit report. A missing report counts as one failure, and so does a bad
 * exit code that no case explains.
 *
 * @param code The exit code of `deno test`.
 */
export function countTests(report: string, code: number): Outcome {
  const outcome: Outcome = { passed: 0, failed: 0, reasons: [] };
  const cases = report.matchAll(
    /<testcase\b([^>]*?)(?:\/>|>([\s\S]*?)<\/testcase>)/g,
  );
  for (const [, attributes = "", body = ""] of cases) {
    if (/<(?:failure|error)\b/.test(body)) outcome.failed++;
    else if (/<skipped\b/.test(body)) {
      outcome.reasons.push(readName(attributes));
    } else outcome.passed++;
  }
  const nothing =
    outcome.passed + outcome.failed + outcome.reasons.length === 0;
  if (outcome.failed === 0 && (code !== 0 || nothing)) outcome.failed = 1;
  return outcome;
}

function readName(attributes: string): string {
  const [, name = "a test"] = attributes.match(/\bname="([^"]*)"/) ?? [];
  return name.replaceAll("&quot;", '"').replaceAll("&apos;", "'")
    .replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

/** Returns the last line: the sums, and the names of the checks that were skipped as a whole. */
export function printSummary(
  outcomes: readonly [name: string, outcome: Outcome][],
): string {
  const { passed, failed, skipped } = addUp(outcomes.map(([, one]) => one));
  const idle = outcomes.filter(([, one]) =>
    one.passed + one.failed === 0 && one.reasons.length > 0
  ).map(([name]) => name);
  const names = idle.length === 0 ? "" : ` (nothing run: ${idle.join(", ")})`;
  return `${passed} passed, ${failed} failed, ${skipped} skipped${names}`;
}

/** Returns one line for each step, then the reasons of what was skipped. */
export function printTable(
  outcomes: readonly [name: string, outcome: Outcome][],
): string {
  const width = Math.max(...outcomes.map(([name]) => name.length));
  const lines: string[] = [];
  for (const [name, { passed, failed, reasons, seconds = 0 }] of outcomes) {
    lines.push(
      `${failed > 0 ? "FAILED" : "ok    "} ${name.padEnd(width)} ${
        String(passed).padStart(5)
      } passed ${String(failed).padStart(3)} failed ${
        String(reasons.length).padStart(3)
      } skipped ${seconds.toFixed(1).padStart(6)} s`,
    );
  }
  for (const [name, { reasons }] of outcomes) {
    for (const reason of reasons) lines.push(`skipped: ${name}: ${reason}`);
  }
  return lines.join("\n");
}
