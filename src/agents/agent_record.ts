// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The facts about one agent that kaizen needs to record its events.
 * @module
 */
import type { HookSource } from "../proto/mod.ts";
import type { Fields } from "./fields.ts";
import { type Meaning, WIRE_MEANINGS, type WireName } from "./wire_names.ts";

/** The meaning of an event, and its tool if the event stands for a call of one fixed tool. */
export interface OwnMeaning {
  meaning: Meaning;
  tool: string | null;
}

/** The part of an agent's record that a hook needs to recognize and translate a payload. */
export interface AgentHooks<Source extends string = string> {
  /** The word for `--source`, and the agent's name in answers. */
  source: Source;
  /** The source under which its events are sent. */
  wire: HookSource;
  /** Returns true if only this agent sends such a payload. `detectAgent` asks agents in order. */
  marks(fields: Fields): boolean;
  /** The wire's names of events that the agent names differently. */
  wireNames: Readonly<Record<string, WireName>>;
  /** Keys that may hold the session id. The first one that does is used. */
  sessionKeys: readonly string[];
  /** The environment variable in which the agent passes the project directory to its hooks. */
  directoryVariable: string | null;
  /** The agent's keys by the wire's keys: a value is copied if the payload lacks the wire's key. */
  copies: Readonly<Record<string, string>>;
}

/** All facts about an agent. */
export interface AgentRecord<Source extends string = string>
  extends AgentHooks<Source> {
  /** The meanings of its event names, except names that several agents share. */
  events: Readonly<Record<string, Meaning | OwnMeaning>>;
  /** Tools whose calls start a subagent. */
  subagentTools: readonly string[];
  /** Tools whose calls ask the user a question. */
  questionTools: readonly string[];
  /** Other agents whose hook configuration it also loads. */
  runsHooksOf: readonly string[];
  /** False: its events do not say whether a call failed. */
  tellsFailure: boolean;
  /** A member that only the result of a failed call has; null if there is none. */
  failureMember: string | null;
}

/** Names that differ from the wire's only in the case of their first letter. */
export const CAMEL_CASE_NAMES = {
  sessionStart: "SessionStart",
  preToolUse: "PreToolUse",
  postToolUse: "PostToolUse",
  subagentStart: "SubagentStart",
  subagentStop: "SubagentStop",
} as const;

/** Makes the part of a record that a hook needs. Members that are left out get a default. */
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
 * Makes a whole record.
 *
 * Only literals may be passed, or the bundler keeps the record in the bundle of hooks, which does
 * not need it.
 *
 * @param hooks The part that a hook needs.
 * @param rest The other members. Its `events` are the events that the wire has no name for.
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
    failureMember: null,
    ...rest,
  };
}

/** Returns true if a payload's transcript is in a folder, such as `/.codex/`. */
export function hasTranscriptIn(fields: Fields, folder: string): boolean {
  return (fields.text("transcript_path") ?? "").replaceAll("\\", "/")
    .includes(folder);
}

/**
 * Returns the payload's `hook_event_name` if it is PascalCase, else an empty string. A name
 * that completion has put in the place of a camelCase one, which is in `agent_event`, is none.
 */
export function pascalName(fields: Fields): string {
  const name = fields.text("hook_event_name") ?? "";
  return /^[A-Z]/.test(name) && !/^[a-z]/.test(fields.text("agent_event") ?? "")
    ? name
    : "";
}
