// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * All targets by their names.
 * @module
 */
import { listAgents } from "../../src/agents/mod.ts";
import { answerTarget } from "./answer_target.ts";
import { completeTarget } from "./complete_target.ts";
import { frameTarget } from "./frame_target.ts";
import { hookTarget } from "./hook_target.ts";
import { requestTarget } from "./request_target.ts";
import { spoolTarget } from "./spool_target.ts";
import type { FuzzTarget } from "./target.ts";
import { textTarget } from "./text_target.ts";
import { claudeExamples, codexExamples } from "./transcript_examples.ts";
import { transcriptTarget } from "./transcript_target.ts";

/** Everything that reads bytes which others wrote. */
export const TARGETS: ReadonlyMap<string, FuzzTarget> = new Map([
  ["frame", frameTarget],
  ["request", requestTarget],
  ["complete", completeTarget],
  ...listAgents().map((agent): [string, FuzzTarget] => [
    `hook-${agent}`,
    hookTarget(agent),
  ]),
  ["spool", spoolTarget],
  ["answer", answerTarget],
  ["text", textTarget],
  [
    "transcript-claude",
    transcriptTarget({
      agent: "claude",
      path: ".claude/projects/-w/5f0c2b1e-7d3a-4c0e-9a51-2f6d8b7c1a10.jsonl",
      examples: claudeExamples,
    }),
  ],
  [
    "transcript-codex",
    transcriptTarget({
      agent: "codex",
      path:
        ".codex/sessions/2026/11/03/rollout-2026-11-03T09-00-00-019e5b00-0000-7000-8000-000000000001.jsonl",
      examples: codexExamples,
    }),
  ],
]);
