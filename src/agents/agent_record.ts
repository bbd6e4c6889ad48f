// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The facts about one agent that kaizen needs to record its events.
 * @module
 */
import type { HookSource } from "../proto/mod.ts";
import type { Fields } from "./fields.ts";
import { type Meaning, WIRE_MEANINGS, type WireName } from "./wire_names.ts";

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
  /** The wire's names for events that the agent spells in another way. */
  wireNames: Readonly<Record<string, WireName>>;
  /** Members that may hold the session's id; the first that does counts. */
  sessionKeys: readonly string[];
  /** The environment variable in which it passes the project's directory to its hooks. */
  directoryVariable: string | null;
  /** Members that are copied where the payload lacks those that the wire knows: from its key to the agent's. */
  copies: Readonly<Record<string, string>>;
}

/** What is known of an agent. */
export interface AgentRecord<Source extends string = string>
  extends AgentHooks<Source> {
  /** The meanings of its events, beside those that several agents have. */
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
    wireNames: {},
    sessionKeys: ["session_id"],
    directoryVariable: null,
    copies: {},
    ...hooks,
  };
}

/**
 * Makes the whole record; `events` are those that the wire has no name for.
 *
 * Called with literals only, it is left out of a hook's bundle.
 */
export function makeAgent<Source extends string>(
  hooks: AgentHooks<Source>,
  { events, ...rest }: Partial<Omit<AgentRecord, keyof AgentHooks>> & {
    events?: Readonly<Record<string, Meaning | OwnMeaning>>;
  } = {},
): AgentRecord<Source> {
  const renamed = Object.fromEntries(
    Object.entries(hooks.wireNames).map(([own, name]) => [
      own,
      WIRE_MEANINGS[name],
    ]),
  );
  return {
    ...hooks,
    events: { ...renamed, ...events },
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
