// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Answers of the reference, written down: one file a group of cases, one JSON value a line. The
 * first line says where they come from; then each case has a line with its name, and one line a
 * step with what the reference did.
 * @module
 */
import {
  decodeJson,
  encodeJson,
  type JsonObject,
  type JsonValue,
} from "../../src/proto/mod.ts";
import type { Case, Step } from "./_case.ts";
import { encodeExactJson } from "./_exact_json.ts";
import { isObject } from "./_differences.ts";
import type { Outcome } from "./_exchange.ts";

/** The folder of the recordings. */
export const RECORDINGS = new URL("../fixtures/reference/", import.meta.url);

/** How answers came about. */
export interface Origin {
  /** The version that the reference prints. */
  version: string;
  recorded: string;
  how: string;
}

/** A case with what the reference did at each step; null where there is nothing to compare. */
export interface Recorded {
  case: Case;
  outcomes: (Outcome | null)[];
}

/** Prints a recording. */
export function printRecording(
  origin: Origin,
  all: readonly Recorded[],
): string {
  const lines: unknown[] = [origin];
  for (const { case: { steps, name, ...more }, outcomes } of all) {
    lines.push({ case: name, ...more });
    for (const [i, step] of steps.entries()) {
      lines.push({ ...step, ...outcomes[i] });
    }
  }
  return lines.map((line) => `${encodeExactJson(line)}\n`).join("");
}

/** Reads a recording. @throws {TypeError} If a line is not what it should be. */
export function readRecording(
  text: string,
): { origin: Origin; all: Recorded[] } {
  const [first, ...lines] = text.trimEnd().split("\n").map(readLine);
  const origin = {
    version: String(first?.["version"]),
    recorded: String(first?.["recorded"]),
    how: String(first?.["how"]),
  };
  const all: Recorded[] = [];
  for (const line of lines) {
    const { case: name, clock, together, about } = line;
    if (typeof name === "string") {
      all.push({
        case: {
          name,
          clock: clock === true,
          together: together === true,
          ...typeof about === "number" ? { about } : {},
          steps: [],
        },
        outcomes: [],
      });
      continue;
    }
    const current = all.at(-1);
    current?.case.steps.push(readStep(line));
    current?.outcomes.push(readOutcome(line));
  }
  return { origin, all };
}

/** Hides what is another one with each process, so that recording twice gives the same. */
export function withoutProcess(answer: JsonValue): JsonValue {
  if (!isObject(answer) || answer["type"] !== "status") return answer;
  const shared = { ...answer, pid: 1, uptime_ms: 1 };
  if (answer["web"] === undefined) return shared;
  const web = { listen: "127.0.0.1:7878", url: "***", token: "***" };
  return { ...shared, web };
}

function readLine(line: string): JsonObject {
  const value = decodeJson(new TextEncoder().encode(line), 10_000);
  if (isObject(value)) return value;
  throw new TypeError(`Cannot read recording: not an object: ${line}`);
}

function readStep(line: JsonObject): Step {
  const { do: kind, request, base64, halfClose, file, text, to } = line;
  if (kind === "restart") return { do: kind };
  if (kind === "ask" && isObject(request)) return { do: kind, request };
  if (kind === "bytes" && typeof base64 === "string") {
    return { do: kind, base64, halfClose: halfClose === true };
  }
  if (
    kind === "write" && typeof file === "string" && typeof text === "string"
  ) return { do: kind, file, text };
  if (kind === "link" && typeof file === "string" && typeof to === "string") {
    return { do: kind, file, to };
  }
  throw new TypeError(`Cannot read recording: no step: ${encodeJson(line)}`);
}

function readOutcome({ end, answer }: JsonObject): Outcome | null {
  if (end !== "eof" && end !== "reset") return null;
  return { end, answer: answer ?? null };
}
