// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The stored events of a session, to import only missing ones.
 * @module
 */
import type { ImportedEvent } from "../../transcripts/mod.ts";

/**
 * A hook tells a prompt or the end of a turn within this time of the transcript's line. A prompt
 * that waited for its turn gets its line when the turn begins.
 */
const NEAR_MS = 60_000;
const CALL_ENDS: ReadonlySet<string> = new Set([
  "PostToolUse",
  "PostToolUseFailure",
  "PermissionDenied",
]);
const TURN_ENDS: ReadonlySet<string> = new Set([
  "Stop",
  "StopFailure",
  "Interrupt",
]);

/** The events of one session. */
export class KnownEvents {
  readonly #ids = new Set<string>();
  /** Calls whose beginning, and whose end, hooks have told. */
  readonly #begun = new Set<string>();
  readonly #ended = new Set<string>();
  readonly #prompts: { text: string; tsMs: number }[] = [];
  readonly #turnEnds: number[] = [];
  readonly #agentEnds: { text: string; tsMs: number }[] = [];

  /** Adds an event of the store: the text of its record. */
  add(record: string): void {
    const event: unknown = JSON.parse(record);
    const payload = memberOf(event, "payload");
    const text = (key: string) => {
      const value = memberOf(payload, key);
      return typeof value === "string" ? value : null;
    };
    const id = text("kaizen_id");
    if (id !== null) this.#ids.add(id);
    if (memberOf(event, "source") === "Tail") return;
    const name = text("hook_event_name") ?? "";
    const callId = text("tool_use_id");
    const tsMs = Number(memberOf(event, "ts_ms"));
    if (name === "PreToolUse" && callId !== null) this.#begun.add(callId);
    if (CALL_ENDS.has(name) && callId !== null) this.#ended.add(callId);
    if (TURN_ENDS.has(name)) this.#turnEnds.push(tsMs);
    if (name === "SubagentStop") {
      this.#agentEnds.push({ text: text("agent_id") ?? "", tsMs });
    }
    if (name === "UserPromptSubmit") {
      this.#prompts.push({ text: (text("prompt") ?? "").trim(), tsMs });
    }
  }

  /**
   * Tells whether the store has an event. A prompt or an end of a turn that a hook has told stands
   * for one event only.
   *
   * @returns `twice` if this was asked before.
   */
  find(event: ImportedEvent): "new" | "known" | "twice" {
    if (this.#asked.has(event.id)) return "twice";
    this.#asked.add(event.id);
    return this.#ids.has(event.id) || this.#isTold(event) ? "known" : "new";
  }

  readonly #asked = new Set<string>();

  #isTold(
    { event, call_id, agent_id, prompt, ts_ms }: ImportedEvent,
  ): boolean {
    if (event === "PreToolUse") {
      return call_id !== null && this.#begun.has(call_id);
    }
    if (CALL_ENDS.has(event)) {
      return call_id !== null && this.#ended.has(call_id);
    }
    if (event === "UserPromptSubmit" || event === "SubagentStop") {
      const isPrompt = event === "UserPromptSubmit";
      const text = isPrompt ? (prompt ?? "").trim() : agent_id ?? "";
      return takeFirst(
        isPrompt ? this.#prompts : this.#agentEnds,
        (told) => told.text === text && isNear(told.tsMs, ts_ms),
      );
    }
    return takeFirst(this.#turnEnds, (tsMs) => isNear(tsMs, ts_ms));
  }
}

function memberOf(value: unknown, key: string): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  return Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;
}

function isNear(a: number, b: number): boolean {
  return Math.abs(a - b) <= NEAR_MS;
}

/** Takes the first element that fits out of a list. */
function takeFirst<T>(list: T[], fits: (element: T) => boolean): boolean {
  const index = list.findIndex(fits);
  if (index < 0) return false;
  list.splice(index, 1);
  return true;
}
