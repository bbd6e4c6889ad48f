// SPDX-License-Identifier: AGPL-3.0-or-later
// deno-lint-ignore-file no-console
/**
 * Fills a store with the daemon's own writer, in large transactions, as if the events had come in.
 * Prints one JSON object.
 *
 *     deno run -A bench/fill_store.ts '{"path":…,"sessions":100,"eventsEach":100,…}'
 * @module
 */
import type { Arrival } from "../src/daemon/intake.ts";
import { SessionStates } from "../src/daemon/session_states.ts";
import { Writer } from "../src/daemon/writer.ts";
import { readHookEvent } from "../src/events/mod.ts";
import type { RequestOf } from "../src/proto/mod.ts";
import { Store } from "../src/store/mod.ts";

const BATCH = 1000;
const START_MS = 1_700_000_000_000;

/** The contents of the store. */
export interface FillOptions {
  /** Path of the store; its folder must exist. */
  path: string;
  sessions: number;
  eventsEach: number;
  /** Length of the agent's JSON. */
  payloadBytes: number;
  workspace: string;
  /** Prefix of the session ids. */
  prefix: string;
  /** A file whose text the commands have, each another part of it; else they have one letter. */
  textFile?: string;
}

/** Makes the events of one session after another. */
export function* makeRequests(
  options: Omit<FillOptions, "path">,
): Generator<RequestOf<"ingest_hook">> {
  const { sessions, eventsEach, payloadBytes, workspace, prefix } = options;
  const { textFile } = options;
  const text = textFile === undefined ? "x" : Deno.readTextFileSync(textFile);
  const long = text.repeat(1 + Math.ceil(payloadBytes / text.length));
  for (let session = 0; session < sessions; session++) {
    for (let n = 0; n < eventsEach; n++) {
      const event = {
        session_id: `${prefix}-${session}`,
        hook_event_name: n % 2 === 0 ? "PreToolUse" : "PostToolUse",
        tool_name: "Bash",
        tool_use_id: `call-${n >> 1}`,
        timestamp_ms: START_MS + session * 1000 + n,
        kaizen_id: `${prefix}-${session}-${n}`.padEnd(36, "0"),
        cwd: workspace,
        tool_input: { command: "" },
      };
      const bare = JSON.stringify(event).length;
      const at = (n * 7919) % text.length;
      event.tool_input.command = long.slice(
        at,
        at + Math.max(0, payloadBytes - bare),
      );
      yield {
        type: "ingest_hook",
        source: "claude",
        payload: JSON.stringify(event),
        workspace,
      };
    }
  }
}

/**
 * Fills a store. Returns the number of events and the time it took.
 *
 * @throws {Error} If an event is refused.
 */
export function fillStore(
  options: FillOptions,
): { events: number; seconds: number } {
  const start = performance.now();
  using store = Store.open(options.path);
  const writer = new Writer({
    store,
    states: new SessionStates(store),
    workspaceOf: () => options.workspace,
  });
  let events = 0;
  let batch: Arrival[] = [];
  const flush = () => {
    const refused = writer.ingest(batch).find((outcome) => outcome !== null);
    if (refused !== undefined) throw refused;
    events += batch.length;
    batch = [];
  };
  for (const request of makeRequests(options)) {
    const { source, payload } = request;
    batch.push({
      source,
      workspace: options.workspace,
      chars: payload.length,
      read: { event: readHookEvent(source, payload, Date.now()) },
    });
    if (batch.length === BATCH) flush();
  }
  flush();
  return { events, seconds: (performance.now() - start) / 1000 };
}

if (import.meta.main) {
  const options: FillOptions = JSON.parse(Deno.args[0] ?? "{}");
  console.log(JSON.stringify(fillStore(options)));
}
