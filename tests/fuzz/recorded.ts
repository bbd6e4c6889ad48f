// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The payloads that agents really send, from the fixtures.
 * @module
 */
const FIXTURES = new URL("../fixtures/", import.meta.url);

/** One line of the fixture. */
interface RecordedHook {
  agent: string;
  event: string;
  payload: object;
}

/** Reads the hooks that were recorded. */
export async function recordedHooks(): Promise<RecordedHook[]> {
  const text = await Deno.readTextFile(new URL("agent_hooks.jsonl", FIXTURES));
  return text.trimEnd().split("\n").map((line): RecordedHook =>
    JSON.parse(line)
  );
}

/** Returns the payloads of an agent, or of all agents, as JSON texts. */
export async function recordedPayloads(agent = ""): Promise<string[]> {
  return (await recordedHooks())
    .filter((hook) => hook.agent.startsWith(agent))
    .map(({ event, payload }) =>
      JSON.stringify({ hook_event_name: event, session_id: "s1", ...payload })
    );
}
