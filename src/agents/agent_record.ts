// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The facts about one agent that kaizen needs to record its events.
 * @module
 */
import type { HookSource } from "../proto/mod.ts";
import type { Fields } from "./fields.ts";

/** The part that an event plays in a session. */
export type Meaning =
  | "session_start"
  | "session_end"
  | "prompt"
  | "call_start"
  | "call_end"
  | "call_failed"
  | "call_denied"
  /** The agent asks the user to allow a call. */
  | "permission"
  | "question"
  | "answer"
  /** The payload's `notification_type` decides what it asks for. */
  | "notification"
  | "subagent_start"
  | "subagent_stop"
  | "turn_end"
  | "turn_failed"
  | "interrupt"
  | "compaction"
  | "other";

/** The meaning of an event that keeps its own name on the wire, and the tool whose call it stands for, if that is fixed. */
export interface OwnMeaning {
  meaning: Meaning;
  tool: string | null;
}

/** The part of an agent's record that a hook needs: whose payload it is, and what becomes of it on the wire. */
export interface AgentHooks<Source extends string = string> {
  /** The word for `--source`, and the agent's name in answers. */
  source: Source;
  /** The source that its events travel as. */
  wire: HookSource;
  /** Whether only this agent sends such a payload. The agents are asked in the order of the table. */
  marks(fields: Fields): boolean;
  /** Its events that travel under the wire's name of their meaning, beside those that several agents have. */
  events: Readonly<Record<string, Meaning>>;
  /** Members that may hold the session's id; the first that does counts. */
  sessionKeys: readonly string[];
  /** The environment variable in which it passes the project's directory to its hooks. */
  directoryVariable: string | null;
}

/** What is known of an agent. */
export interface AgentRecord<Source extends string = string>
  extends Omit<AgentHooks<Source>, "events"> {
  /** All its events beside those that the generic table knows. */
  events: Readonly<Record<string, Meaning | OwnMeaning>>;
  /** Tools whose calls start a subagent. */
  subagentTools: readonly string[];
  /** Tools whose calls ask the user a question. */
  questionTools: readonly string[];
  /** Agents whose configured hooks it also runs. */
  runsHooksOf: readonly string[];
  /** Whether its events tell a failed call from one that succeeded. */
  tellsFailure: boolean;
}

/** Makes the part that a hook needs; a member that is left out has the value that holds for most agents. */
export function makeHooks<Source extends string>(
  hooks:
    & Pick<AgentHooks<Source>, "source" | "wire" | "marks">
    & Partial<AgentHooks<Source>>,
): AgentHooks<Source> {
  return {
    events: {},
    sessionKeys: ["session_id"],
    directoryVariable: null,
    ...hooks,
  };
}

/**
 * Makes the whole record; `events` are those that keep their names on the wire.
 *
 * Called with literals only, it is left out of a hook's bundle.
 */
export function makeAgent<Source extends string>(
  hooks: AgentHooks<Source>,
  { events, ...rest }: Partial<Omit<AgentRecord, keyof AgentHooks>> & {
    events?: Readonly<Record<string, OwnMeaning>>;
  } = {},
): AgentRecord<Source> {
  return {
    ...hooks,
    events: { ...hooks.events, ...events },
    subagentTools: [],
    questionTools: [],
    runsHooksOf: [],
    tellsFailure: true,
    ...rest,
  };
}

/** Whether a payload names a transcript in a folder, such as `/.codex/`, whichever way its separators lean. */
export function hasTranscriptIn(fields: Fields, folder: string): boolean {
  const path = fields.text("transcript_path") ?? "";
  return path.replaceAll("\\", "/").includes(folder);
}

/** The event's name where most agents put it, if it is spelled in PascalCase, else an empty text. */
export function pascalName(fields: Fields): string {
  const name = fields.text("hook_event_name") ?? "";
  return /^[A-Z]/.test(name) ? name : "";
}
