// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Finds the hooks of one agent in its files, and whether the agent runs them.
 * @module
 */
import type { AgentName } from "../agents/mod.ts";
import { findMember, parseDocument } from "./_json_edit.ts";
import { explainFault, readAgentFile } from "./agent_file.ts";
import { agentFolder, hookFile, type PlaceOptions } from "./agent_place.ts";
import { hookWords, setupOf } from "./agent_setups.ts";
import { canRun } from "./can_run.ts";
import { AgentFileError } from "./errors.ts";
import { isOtherCommand, readCommand, writeCommand } from "./hook_command.ts";
import { listJsonHooks } from "./json_settings.ts";
import {
  handlerOf,
  isOtherHandler,
  readOpenclawProgram,
  theirHandler,
} from "./openclaw_files.ts";
import { parseToml } from "./parse_toml.ts";
import { listTomlHooks } from "./vibe_hooks.ts";

/** The hooks of an agent as its files have them. */
export interface FoundHooks {
  /** The file that has the hooks, or would have them. */
  path: string;
  /** The program that our hooks run; null if there is none of ours. */
  program: string | null;
  /** Whether that program can be run. */
  isProgramThere: boolean;
  /** Events with a hook of ours. */
  events: string[];
  /** Events worth a hook that have none of ours. */
  missing: string[];
  /** Events with a hook that runs kaizen in another way. */
  others: string[];
  /** Whether the agent runs our hooks; null if its files do not say. */
  isTrusted: boolean | null;
}

/**
 * Reads which hooks an agent has.
 *
 * @throws {AgentFileError} If its file cannot be read.
 */
export function findHooks(agent: AgentName, options: PlaceOptions): FoundHooks {
  const path = hookFile(agent, options);
  try {
    const hooks = listHooks(agent, path);
    const ours = hooks.flatMap(({ event, command }) => {
      const written = readCommand(command);
      return written === null ? [] : [{ event, program: written.program }];
    });
    const events = [...new Set(ours.map(({ event }) => event))];
    const program = ours[0]?.program ?? null;
    return {
      path,
      program,
      isProgramThere: program !== null && canRun(program),
      events,
      missing: setupOf(agent).events.map(({ name }) => name)
        .filter((name) => !events.includes(name)),
      others: hooks.filter(({ command }) => isOtherCommand(command))
        .map(({ event }) => event),
      isTrusted: events.length === 0 ? null : isTrusted(agent, path, options),
    };
  } catch (error) {
    throw explainFault(path, error);
  }
}

interface Listed {
  event: string;
  command: string;
}

function listHooks(agent: AgentName, path: string): Listed[] {
  const { format, events } = setupOf(agent);
  if (format === "folder") {
    const handler = readAgentFile(handlerOf(path)).text;
    const program = handler === null ? null : readOpenclawProgram(handler);
    if (program !== null && readAgentFile(path).text !== null) {
      const command = writeCommand(
        { program, isBare: false },
        hookWords(agent, ""),
      );
      return events.map(({ name }) => ({ event: name, command }));
    }
    return [handler, readAgentFile(theirHandler(path)).text]
      .filter((text) => text !== null && isOtherHandler(text))
      .map(() => ({ event: "handler.ts", command: "kaizen ingest hook" }));
  }
  const { text } = readAgentFile(path);
  if (text === null) return [];
  return format === "json" ? listJsonHooks(text) : listTomlHooks(text);
}

/** Reads whether the agent runs our hooks from what the agent itself has written. */
function isTrusted(
  agent: AgentName,
  path: string,
  { context }: PlaceOptions,
): boolean | null {
  const folder = agentFolder(agent, context);
  if (agent === "codex") return isTrustedByCodex(`${folder}/config.toml`, path);
  if (agent === "openclaw") return isEnabledIn(`${folder}/openclaw.json`);
  if (agent === "claude") return isLeftOn(`${folder}/settings.json`);
  return null;
}

/** Claude Code has one switch for all hooks; null if it is not off. */
function isLeftOn(settings: string): boolean | null {
  const switched = orNull(() =>
    findMember(
      parseDocument(readAgentFile(settings).text ?? "{}"),
      "disableAllHooks",
    )
  );
  return switched?.value === true ? false : null;
}

/** Codex keeps the hash of each hook that it trusts, by the position of the hook. */
function isTrustedByCodex(config: string, path: string): boolean | null {
  const settings = orNull(() =>
    parseToml(readAgentFile(config).text ?? "", "hooks")
  );
  if (settings === null) return null;
  const state = Object(Object(settings.hooks).state);
  const hooks = listJsonHooks(readAgentFile(path).text ?? "");
  return hooks.filter(({ command }) => readCommand(command) !== null)
    .every(({ event, group, index }) => {
      const name = event.replaceAll(/(?<=.)(?=[A-Z])/g, "_").toLowerCase();
      const { trusted_hash, enabled } = Object(
        state[`${path}:${name}:${group}:${index}`],
      );
      return trusted_hash !== undefined && enabled !== false;
    });
}

/** Returns null if a file of the agent's own cannot be read. */
function orNull<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof AgentFileError) return null;
    throw error;
  }
}

/** OpenClaw lists the hooks that are enabled; its file may be JSON5, which is not read. */
function isEnabledIn(config: string): boolean | null {
  try {
    const settings: unknown = JSON.parse(readAgentFile(config).text ?? "{}");
    const entry = Object(settings).hooks?.internal?.entries?.kaizen;
    return Object(entry).enabled === true;
  } catch {
    return null;
  }
}
