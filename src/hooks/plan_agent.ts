// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Plans the hooks of one agent, and tells what is there.
 * @module
 */
import { parentOf } from "../context/mod.ts";
import type { AgentName } from "../agents/mod.ts";
import { explainFault, readAgentFile } from "./agent_file.ts";
import { agentFolder, hookFile, type PlaceOptions } from "./agent_place.ts";
import { type HookedEvent, hookWords, setupOf } from "./agent_setups.ts";
import { canRun } from "./can_run.ts";
import {
  type HookProgram,
  isOtherCommand,
  readCommand,
  writeCommand,
} from "./hook_command.ts";
import type { Journal } from "./journal.ts";
import {
  addJsonHooks,
  listJsonHooks,
  removeJsonHooks,
} from "./json_settings.ts";
import {
  isOtherHandler,
  makeOpenclawFiles,
  readOpenclawProgram,
} from "./openclaw_files.ts";
import { type FileChange, type HookPlan, planUndo } from "./plan.ts";
import { undoText } from "./undo.ts";
import { listTomlHooks, putTomlHooks } from "./vibe_hooks.ts";

/** How to install hooks. */
export interface InstallOptions extends PlaceOptions, HookProgram {
  /** Leave hooks that run kaizen in another way than ours. */
  keepsOthers: boolean;
}

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
 * Plans to install the hooks of an agent. A hook that works stays as it is, because some agents
 * trust a command only until it changes.
 *
 * @throws {AgentFileError | UnsupportedHooksError} If its file cannot be changed.
 */
export function planInstall(
  agent: AgentName,
  options: InstallOptions,
): HookPlan {
  const path = hookFile(agent, options);
  try {
    return setupOf(agent).format === "folder"
      ? planFolder(agent, path, options)
      : planFile(agent, path, options);
  } catch (error) {
    throw explainFault(path, error);
  }
}

/**
 * Plans to remove the hooks of an agent.
 *
 * @throws {AgentFileError} If its file cannot be changed.
 */
export function planUninstall(
  agent: AgentName,
  options: PlaceOptions,
  journal: Journal,
): HookPlan {
  const path = hookFile(agent, options);
  try {
    const changes = planUndo(agent, options.project, journal);
    if (journal.find(path) === null) {
      changes.push(...planCut(agent, path, options.project));
    }
    const notes = changes.flatMap(({ kept, file, after }) =>
      kept === "whole" && after !== null && after === file.text
        ? [`"${file.path}" was changed after it was written, and stays.`]
        : []
    );
    return { changes, notes };
  } catch (error) {
    throw explainFault(path, error);
  }
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

function planFile(
  agent: AgentName,
  path: string,
  options: InstallOptions,
): HookPlan {
  const { format, events, head } = setupOf(agent);
  const file = readAgentFile(path);
  const text = file.text ?? "";
  const { kept, after, notes } = format === "json"
    ? planJson(agent, text, options)
    : planToml(agent, text, options);
  const change: FileChange = {
    owner: agent,
    project: options.project,
    file,
    kept,
    after,
    mode: file.mode,
    head,
  };
  const isSame = after === file.text || after === "" && file.text === null;
  return { changes: isSame || events.length === 0 ? [] : [change], notes };
}

interface PlannedText {
  kept: "json" | "part";
  after: string;
  notes: string[];
}

function planJson(
  agent: AgentName,
  text: string,
  options: InstallOptions,
): PlannedText {
  const { keepsOthers } = options;
  const { events, entry, head } = setupOf(agent);
  const others = listJsonHooks(text)
    .filter(({ command }) => isOtherCommand(command));
  const cleared = keepsOthers ? text : removeJsonHooks(text, isOtherCommand);
  const alive = removeJsonHooks(cleared, isDead, cleared);
  const present = new Set(
    listJsonHooks(alive)
      .filter(({ command }) =>
        readCommand(command) !== null || isOtherCommand(command)
      )
      .map(({ event }) => event),
  );
  const wanted = events.filter(({ name }) => !present.has(name))
    .map((event) => ({
      event: event.name,
      entry: entry(event, commandOf(agent, event, options)),
    }));
  return {
    kept: "json",
    after: addJsonHooks(alive, wanted, head),
    notes: others.length === 0 ? [] : [tellOthers(others.length, keepsOthers)],
  };
}

function planToml(
  agent: AgentName,
  text: string,
  options: InstallOptions,
): PlannedText {
  const { events, entry } = setupOf(agent);
  const listed = listTomlHooks(text);
  const others = listed.filter(({ command }) => isOtherCommand(command));
  const alive = listed.filter(({ command }) =>
    readCommand(command) !== null && !isDead(command)
  );
  const taken = new Set([...others, ...alive].map(({ event }) => event));
  const isComplete = events.every(({ name }) => taken.has(name));
  const wanted = events.filter(({ name }) =>
    !others.some(({ event }) => event === name)
  ).map((event) => entry(event, commandOf(agent, event, options)));
  return {
    kept: "part",
    after: isComplete ? text : putTomlHooks(text, wanted),
    notes: others.length === 0 ? [] : [tellOthers(others.length, true)],
  };
}

function planFolder(
  agent: AgentName,
  path: string,
  { program, keepsOthers, project }: InstallOptions,
): HookPlan {
  const files = makeOpenclawFiles(
    program,
    setupOf(agent).events.map(({ name }) => name),
  );
  const notes: string[] = [];
  const changes: FileChange[] = [];
  const add = (at: string, after: string | null) => {
    const file = readAgentFile(at);
    if (file.text === after) return;
    changes.push({
      owner: agent,
      project,
      file,
      kept: "whole",
      after,
      mode: file.mode,
    });
  };
  const handler = readAgentFile(handlerOf(path)).text;
  const written = handler === null ? null : readOpenclawProgram(handler);
  const isThere = written !== null && canRun(written) &&
    readAgentFile(path).text !== null;
  const theirs = theirHandler(path);
  const other = readAgentFile(theirs).text;
  const hasOther = other !== null && isOtherHandler(other);
  if (hasOther) notes.push(tellOthers(1, keepsOthers));
  if (hasOther && keepsOthers) return { changes: [], notes };
  if (hasOther) {
    add(theirs, null);
    add(`${parentOf(theirs)}/HOOK.md`, null);
  }
  if (!isThere) {
    add(path, files["HOOK.md"]);
    add(handlerOf(path), files["handler.ts"]);
  }
  return { changes, notes };
}

/** Plans to cut our hooks out of a file that the journal does not know. */
function planCut(
  agent: AgentName,
  path: string,
  project: string | null,
): FileChange[] {
  const { format, head } = setupOf(agent);
  if (format === "folder") {
    const handler = readAgentFile(handlerOf(path));
    if (handler.text === null || readOpenclawProgram(handler.text) === null) {
      return [];
    }
    return [handler, readAgentFile(path)].filter(({ text }) => text !== null)
      .map((file) => ({
        owner: agent,
        project,
        file,
        kept: "whole",
        after: null,
        mode: file.mode,
      }));
  }
  const kept = format === "json" ? "json" : "part";
  const file = readAgentFile(path);
  const after = undoText(file.text, { entry: null, kept, head });
  return after === file.text
    ? []
    : [{ owner: agent, project, file, kept, after, mode: file.mode }];
}

function commandOf(
  agent: AgentName,
  event: HookedEvent,
  program: HookProgram,
): string {
  return writeCommand(program, hookWords(agent, event.name));
}

/** Whether a command is ours and its program is gone. */
function isDead(command: string): boolean {
  const written = readCommand(command);
  return written !== null && !canRun(written.program);
}

function tellOthers(count: number, isKept: boolean): string {
  const [what, verb] = count === 1
    ? ["1 hook that runs", "is"]
    : [`${count} hooks that run`, "are"];
  return isKept
    ? `${what} kaizen in another way ${verb} kept, and not added again.`
    : `${what} kaizen in another way ${verb} replaced; --keep prevents that.`;
}

function handlerOf(path: string): string {
  return `${parentOf(path)}/handler.ts`;
}

/** The handler that kaizen-cli installs. */
function theirHandler(path: string): string {
  return `${parentOf(parentOf(path))}/kaizen-events/handler.ts`;
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
  if (agent === "claude") {
    const text = readAgentFile(`${folder}/settings.json`).text ?? "";
    if (/"disableAllHooks"\s*:\s*true/.test(text)) return false;
  }
  return null;
}

/** Codex keeps the hash of each hook that it trusts, by the position of the hook. */
function isTrustedByCodex(config: string, path: string): boolean | null {
  const text = readAgentFile(config).text ?? "";
  const trusted = new Set<string>();
  const table = /^\[hooks\.state\.(?:"((?:[^"\\]|\\.)*)"|'([^']*)')\]\s*$/gm;
  for (const { 0: head, 1: quoted, 2: plain, index } of text.matchAll(table)) {
    const [body = ""] = text.slice(index + head.length).split(/^\[/m);
    const isOn = /^\s*trusted_hash\s*=/m.test(body) &&
      !/^\s*enabled\s*=\s*false/m.test(body);
    if (isOn) trusted.add(plain ?? (quoted ?? "").replaceAll(/\\(.)/g, "$1"));
  }
  const hooks = listJsonHooks(readAgentFile(path).text ?? "");
  return hooks.filter(({ command }) => readCommand(command) !== null)
    .every(({ event, group, index }) => {
      const name = event.replaceAll(/(?<=.)(?=[A-Z])/g, "_").toLowerCase();
      return trusted.has(`${path}:${name}:${group}:${index}`);
    });
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
