// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Plans to install and to remove the hooks of one agent.
 * @module
 */
import { parentOf } from "../context/mod.ts";
import type { AgentName } from "../agents/mod.ts";
import { explainFault, readAgentFile } from "./agent_file.ts";
import { hookFile, type PlaceOptions } from "./agent_place.ts";
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
  handlerOf,
  isOtherHandler,
  makeOpenclawFiles,
  readOpenclawProgram,
  theirHandler,
} from "./openclaw_files.ts";
import { type FileChange, type HookPlan, planUndo } from "./plan.ts";
import { undoText } from "./undo_text.ts";
import { listTomlHooks, putTomlHooks } from "./vibe_hooks.ts";

/** How to install hooks. */
export interface InstallOptions extends PlaceOptions, HookProgram {
  /** Leave hooks that run kaizen in another way than ours. */
  keepsOthers: boolean;
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
  const after = undoText(file.text, {
    entry: null,
    owner: agent,
    kept,
    head,
  });
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
