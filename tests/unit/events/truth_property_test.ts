// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { toDelivered, toRequest } from "../../driver/deliver.ts";
import { anyConversation } from "../../driver/mod.ts";
import {
  compareSession,
  compareSpans,
  type Difference,
  modelSessions,
} from "../../model/mod.ts";
import { Fold } from "./_fold.ts";

const NOW = 1_800_000_000_000;
const RUNS = Number(Deno.env.get("KAIZEN_TRUTH_RUNS") || 600);

/** Facts that only a store knows: other sessions, and commits beside them. */
const STORED = /\.(?:branch|start_commit|end_commit): /;

Deno.test("applyFacts() makes of any events, in any order, the session that they are", () => {
  const options = { folder: "/w/app", nowMs: NOW, prefix: "" };
  fc.assert(
    fc.property(anyConversation(() => options), ({ arrivals }) => {
      const fold = new Fold(NOW);
      for (const hook of arrivals) fold.ingest(toRequest(hook));
      const found: Difference[] = [];
      for (const model of modelSessions(arrivals.map(toDelivered), NOW)) {
        found.push(
          ...compareSession(fold.record(model.id, model.workspace), model),
          ...compareSpans(fold.spans(model.id), model.spans, model.id),
        );
      }
      assertEquals(found.filter((line) => !STORED.test(line)), []);
    }),
    { numRuns: RUNS },
  );
});
