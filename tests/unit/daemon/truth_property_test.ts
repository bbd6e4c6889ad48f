// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The daemon says of any conversation what the model says, in every way that its events come, and
 * however often the daemon is restarted or killed.
 */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { anyConversation, type Conversation } from "../../driver/mod.ts";
import { toDelivered, toRequest } from "../../driver/deliver.ts";
import {
  compareSession,
  compareSpans,
  type Difference,
  modelSessions,
} from "../../model/mod.ts";
import type { ServiceOptions } from "../../../src/daemon/service.ts";
import { asList, asObject, list, NOW, TestService } from "./_service.ts";

const RUNS = Number(Deno.env.get("KAIZEN_TRUTH_RUNS") || 100);
/** A store that has seen enough conversations is put away. */
const RUNS_A_STORE = 250;

/** Delivers a conversation, and asks what it was. */
async function differences(
  daemon: TestService,
  { arrivals, restarts }: Conversation,
): Promise<Difference[]> {
  for (const [i, hook] of arrivals.entries()) {
    if (restarts.includes(i)) {
      await (i % 2 === 0 ? daemon.crash() : daemon.restart());
    }
    const answer = await daemon.ask(toRequest(hook));
    assertEquals(answer, { type: "ack", message: "ingested" });
  }
  const found: Difference[] = [];
  for (const model of modelSessions(arrivals.map(toDelivered), NOW)) {
    const { workspace } = model;
    const { session, events, spans } = await daemon.detail(model.id, workspace);
    found.push(
      ...compareSession(asObject(session), model),
      ...compareSpans(asList(spans), model.spans, model.id),
    );
    assertEquals(asList(events).length, model.totals.events);
    const { rows } = await daemon.ask(list({ workspace }));
    const row = asList(rows).map(asObject).find(({ id }) => id === model.id);
    found.push(...compareSession(row ?? {}, model));
  }
  return found;
}

/** Draws conversations, and compares the daemon with the model. */
async function checkDaemon(
  options: Partial<ServiceOptions>,
  numRuns: number,
): Promise<void> {
  let daemon = new TestService(options);
  let runs = 0;
  let drawn = 0;
  try {
    await fc.assert(
      fc.asyncProperty(
        anyConversation(() => ({
          folder: `/w/${++drawn}`,
          nowMs: NOW,
          prefix: `r${drawn}-`,
        })),
        async (conversation) => {
          if (++runs % RUNS_A_STORE === 0) {
            await daemon[Symbol.asyncDispose]();
            daemon = new TestService(options);
          }
          assertEquals(await differences(daemon, conversation), []);
        },
      ),
      { numRuns },
    );
  } finally {
    await daemon[Symbol.asyncDispose]();
  }
}

Deno.test("the daemon says of any conversation what is true, in any order of arrival and across restarts and crashes", async () => {
  await checkDaemon({}, RUNS);
});

Deno.test("the daemon says of any conversation what is true if it rebuilds a session after each late event", async () => {
  await checkDaemon({ maxLateCalls: 0 }, Math.ceil(RUNS / 2));
});
