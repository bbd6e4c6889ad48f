// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The readers of hook events: the client's completion, then the daemon's parser.
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { type AgentName, hooksOf } from "../../src/agents/mod.ts";
import { completeEvent } from "../../src/complete/mod.ts";
import {
  printEventHead,
  readHookEvent,
  readStoredEvent,
} from "../../src/events/mod.ts";
import { NotAnEventError, trimPayload } from "../../src/proto/mod.ts";
import { recordedPayloads } from "./recorded.ts";
import {
  attempt,
  beginsKeyWithEscape,
  type FuzzTarget,
  makeTarget,
  print,
} from "./target.ts";

const NOW_MS = 1_800_000_000_000;
const encoder = new TextEncoder();

/** The keys that completion sets. The members with all other keys keep their values. */
const SET_KEYS = new Set([
  ...["kaizen_id", "timestamp_ms", "event", "hook_event_name", "agent_event"],
  ...["session_id", "kaizen_agent", "kaizen_source", "turn_id", "latency_ms"],
]);

/** The options of all runs, for an agent's hook. */
export function completeOptions(source: AgentName): {
  source: AgentName;
  startedAtMs: number;
  kaizenId: string;
} {
  return { source, startedAtMs: NOW_MS, kaizenId: "0123456789abcdef" };
}

/**
 * An event that the client accepts means the same afterwards, is the same when it is completed
 * again, and is accepted by the daemon, which reads the same facts from its store.
 */
export function hookTarget(agent: AgentName): FuzzTarget {
  return makeTarget(
    async () =>
      [...await recordedPayloads(agent), ...await recordedPayloads("claude")]
        .map((payload) => encoder.encode(payload)),
    (input) => {
      const options = completeOptions(agent);
      const result = attempt(() => completeEvent(input, options), [
        NotAnEventError,
      ]);
      if ("refusal" in result) return result.refusal;
      const done = result.value;
      const again = completeEvent(encoder.encode(done.payload), options);
      assertEquals(print(again), print(done), "completed again");
      assertSameMembers(input, done.payload, done.agent);
      const event = readHookEvent(done.source, done.payload, NOW_MS);
      assertEquals(event.sessionId, done.sessionId);
      const head = printEventHead(event, 7);
      const record: unknown = JSON.parse(
        `${new TextDecoder().decode(head)}${
          new TextDecoder().decode(event.payload)
        }}`,
      );
      assert(typeof record === "object" && record !== null);
      const facts = readStoredEvent(done.source, head, event.payload);
      assertEquals(print(facts), print(event.facts), "facts of the store");
      return `${done.agent} ${event.kind} ${facts.meaning} ${
        Object.entries(event).filter(([, value]) => value === null)
          .map(([key]) => key).join()
      }`;
    },
  );
}

function assertSameMembers(
  input: Uint8Array,
  payload: string,
  agent: AgentName,
): void {
  const text = new TextDecoder().decode(trimPayload(withoutMark(input)));
  // Halves of surrogate pairs are replaced.
  if (/\\u[dD]/.test(text) || beginsKeyWithEscape(text)) return;
  const before = membersOf(text);
  const after = membersOf(payload);
  const copied = hooksOf(agent).copies;
  for (const [key, value] of before) {
    if (SET_KEYS.has(key)) continue;
    assertEquals(print(after.get(key)), print(value), key);
  }
  for (const key of after.keys()) {
    const isKnown = before.has(key) || SET_KEYS.has(key) || key in copied;
    assert(isKnown, `${key} was added`);
  }
}

function membersOf(text: string): Map<string, unknown> {
  const value: unknown = JSON.parse(text);
  return new Map(Object.entries(value ?? {}));
}

function withoutMark(bytes: Uint8Array): Uint8Array {
  const isMarked = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  return isMarked ? bytes.subarray(3) : bytes;
}
