// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The renderers of text.
 * @module
 */
import { assert } from "@std/assert";
import {
  escapeLine,
  escapeText,
  flattenSpans,
  makePaint,
  renderEvents,
  renderFacts,
  renderHeader,
  renderSessions,
  renderSpanTree,
  sumEvents,
  wrapWords,
} from "../../src/output/mod.ts";
import { type DaemonAnswer, decodeAnswer } from "../../src/proto/mod.ts";
import { event, node, session } from "../unit/output/_samples.ts";
import { exampleAnswers, tryDecode } from "./answer_target.ts";
import { Random } from "./random.ts";
import { makeTarget } from "./target.ts";

const EXAMPLES = exampleAnswers().map((bytes) => decodeAnswer(bytes));
const NOW_MS = 1_714_000_100_000;
const WIDTHS = [null, 1, 20, 40, 80, 133];
// deno-lint-ignore no-control-regex
const COLORS = /\x1b\[(?:1|2|22|31|32|33|36|39)m/g;
/** All that a terminal acts on or does not show, but for a selector of emoji. */
const UNSAFE =
  /(?![\ufe0e\ufe0f])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}]/u;

/** No text of a daemon or an agent reaches a terminal with a control character. */
export const textTarget = makeTarget(exampleAnswers, (input) => {
  const random = Random.of(input);
  const text = random.once(2)
    ? new TextDecoder().decode(input)
    : String.fromCharCode(...toUnits(input));
  const { answer, words } = tryDecode(input);
  const width = random.pick(WIDTHS);
  const hasColor = random.once(2);
  const lines = [
    escapeLine(text),
    escapeText(text.slice(0, 4096)),
    ...wrapWords(escapeText(text.slice(0, 4096)), width),
    ...renderAnswer(answer ?? hostileAnswer(text, random), width, hasColor),
  ];
  for (const line of lines) {
    const shown = hasColor ? line.replace(COLORS, "") : line;
    const at = shown.search(UNSAFE);
    assert(at < 0, `"${escapeText(shown.slice(Math.max(0, at - 9), at + 9))}"`);
  }
  return `${words} ${Math.min(lines.length, 20)} ${width}`;
});

function toUnits(bytes: Uint8Array): number[] {
  const units: number[] = [];
  for (let i = 0; i + 1 < Math.min(bytes.length, 2048); i += 2) {
    units.push((bytes[i] ?? 0) << 8 | (bytes[i + 1] ?? 0));
  }
  return units;
}

/** An answer in which every text is this one. */
function hostileAnswer(text: string, random: Random): DaemonAnswer {
  const answer = random.pick(EXAMPLES);
  if (answer.type === "sessions") {
    const all = session({ id: text, agent: text, model: text, title: text });
    return { ...answer, rows: [{ ...all, workspace: text, branch: text }] };
  }
  if (answer.type !== "detail") return answer;
  return {
    ...answer,
    session: session({ id: text, parent_session_id: text, os: text }),
    events: [
      event({ tool: text, tool_call_id: text, payload: { [text]: text } }),
      event({ kind: "Hook", payload: { hook_event_name: text } }),
      event({ kind: "Error", stop_reason: text, payload: text }),
    ],
    spans: [node({ tool: text, paths: [text], summary: text, error: text })],
  };
}

function renderAnswer(
  answer: DaemonAnswer,
  width: number | null,
  hasColor: boolean,
): string[] {
  const paint = makePaint(hasColor);
  const common = { paint, width, nowMs: NOW_MS };
  switch (answer.type) {
    case "sessions":
      return renderSessions(answer.rows, {
        ...common,
        several: true,
        gone: new Set(),
      });
    case "detail": {
      const { session, events, spans } = answer;
      const header = session
        ? renderHeader({
          ...session,
          totals: session.totals ?? sumEvents(events),
        }, { ...common, isGone: true, coverage: null })
        : [];
      return [
        ...header,
        ...renderEvents(events, {
          ...common,
          startMs: session?.started_at_ms ?? 0,
          full: true,
          titles: true,
          calls: flattenSpans(spans),
        }).flatMap((line) => line.split("\n")),
        ...renderSpanTree(spans, { ...common, full: true }),
      ];
    }
    default: {
      const facts = Object.entries(answer).map(([key, value]): [
        string,
        string,
      ] => [key.slice(0, 9), String(value)]);
      const safe = facts.map(([key, value]): [string, string] => [
        escapeText(key),
        value,
      ]);
      return renderFacts(safe, { paint, width, labelCells: 12 });
    }
  }
}
