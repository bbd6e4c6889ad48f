// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The stored form of hook events, by source and name.
 * @module
 */
import type { EventKind, HookSource } from "../proto/mod.ts";

/** The kinds of stored hook events. */
export type StoredKind = Extract<
  EventKind,
  "ToolCall" | "ToolResult" | "Lifecycle" | "Hook"
>;

/** The stored form of one kind of hook. */
export interface StoredForm {
  readonly kind: StoredKind;
  /** New value of the payload's top-level `type`; null to leave it. */
  readonly type: string | null;
}

function lifecycle(type: string): StoredForm {
  return { kind: "Lifecycle", type };
}

const PRE: StoredForm = { kind: "ToolCall", type: null };
const POST: StoredForm = { kind: "ToolResult", type: null };
const START = lifecycle("session_start");
const STOP = lifecycle("session_stop");
const UNKNOWN: StoredForm = { kind: "Hook", type: null };

/** Names that all agents use, in Pascal case. In snake case they mean the same. */
const GENERIC = new Map<string, StoredForm>();
for (
  const [name, form] of [
    ["PreToolUse", PRE],
    ["PostToolUse", POST],
    ["SessionStart", START],
    ["Stop", STOP],
    ["PermissionRequest", null],
    ["UserPromptSubmit", null],
    ["Notification", null],
    ["SubagentStart", null],
    ["SubagentStop", null],
    ["Interrupt", null],
    ["ModeTransition", null],
  ] as const
) {
  const snake = name.replaceAll(/\B[A-Z]/g, "_$&").toLowerCase();
  const stored = form ?? lifecycle(snake);
  GENERIC.set(name, stored).set(snake, stored);
}

/** Names of one agent. They win over the generic names. */
const OWN: Readonly<Record<HookSource, ReadonlyMap<string, StoredForm>>> = {
  cursor: new Map(),
  claude: new Map(),
  openclaw: new Map([
    ["command:new", START],
    ["message:received", START],
    ["command:stop", STOP],
    ["message:sent", PRE],
    ["command:reset", PRE],
  ]),
  vibe: new Map([
    ["session_end", STOP],
    ["tool_start", PRE],
    ["function_call_start", PRE],
    ["tool_end", POST],
    ["function_call_end", POST],
  ]),
};

/** Looks up an event name by its exact spelling. An unknown name gives the kind Hook. */
export function lookUpHook(source: HookSource, name: string): StoredForm {
  return OWN[source].get(name) ?? GENERIC.get(name) ?? UNKNOWN;
}

/**
 * Returns the kind with which an event stored as Hook is read: that of its payload's
 * `hook_event_name` if that is a tool call, a tool result, a start or a stop. It matters if an
 * agent's two names disagree. (Without that key the reference looks at `event`, which cannot be
 * such a name, because the event would not be stored as Hook.)
 */
export function relabelHook(name: string | null): StoredKind {
  const meaning = name === null ? UNKNOWN : GENERIC.get(name) ?? UNKNOWN;
  const known = meaning === PRE || meaning === POST || meaning === START ||
    meaning === STOP;
  return known ? meaning.kind : "Hook";
}
