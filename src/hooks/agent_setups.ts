// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The file in which each agent keeps its hooks, their shape, and the events that are worth a hook.
 *
 * No event is listed that an agent sends for each piece of an answer, that must print something, or
 * whose failed hook denies a call: Claude Code's `MessageDisplay` and `WorktreeCreate`, Gemini's
 * `BeforeModel` and `AfterModel`, Copilot's `preToolUse` and `permissionRequest`.
 * @module
 */
import type { AgentName } from "../agents/mod.ts";

/** How the file of an agent is written. */
export type HookFormat = "json" | "toml" | "folder";

/** An event that gets a hook. */
export interface HookedEvent {
  name: string;
  /** The agent stops the hook after this time, in seconds. */
  timeoutS: number;
  /** The agent goes on without waiting for the hook. */
  isAsync: boolean;
}

/** How hooks are set up for an agent. */
export interface AgentSetup {
  title: string;
  /** The environment variable that moves the agent's folder. */
  variable: string | null;
  /** The agent's folder in HOME. */
  folder: string;
  /** The rest of the folder's path, after the value of the variable. */
  below: string;
  /** The file in the agent's folder. */
  file: string;
  /** The file in a repository; null if the agent reads none. */
  projectFile: string | null;
  format: HookFormat;
  events: readonly HookedEvent[];
  /** Makes the element of the event's list. */
  entry(event: HookedEvent, command: string): unknown;
  /** Members that the file must have. */
  head: Readonly<Record<string, unknown>>;
  /** The next step of the user after an installation. */
  next: string;
  /** Why the agent may not run its hooks, and what changes that; null if its files never say. */
  untrusted: { reason: string; step: string } | null;
}

/** A hook is back within a quarter of a second; under load it may take this long to start. */
const TIMEOUT_S = 5;
/** Most that Codex allows at the end of a session; Claude Code's default is 1.5 seconds. */
const END_TIMEOUT_S = 3;

function each(
  names: readonly string[],
  own: Readonly<Record<string, Partial<HookedEvent>>> = {},
): HookedEvent[] {
  return names.map((name) => ({
    name,
    timeoutS: TIMEOUT_S,
    isAsync: false,
    ...own[name],
  }));
}

function group(event: HookedEvent, command: string): unknown {
  const { timeoutS, isAsync } = event;
  const hook = { type: "command", command, timeout: timeoutS };
  return { hooks: [isAsync ? { ...hook, async: true } : hook] };
}

const ASYNC = { isAsync: true };
const AT_THE_END = { timeoutS: END_TIMEOUT_S };

/** All agents. */
const SETUPS = {
  claude: {
    title: "Claude Code",
    variable: "CLAUDE_CONFIG_DIR",
    folder: ".claude",
    below: "",
    file: "settings.json",
    // Not `settings.json`, which a repository shares: the command has a path of this machine.
    projectFile: ".claude/settings.local.json",
    format: "json",
    events: each([
      "SessionStart",
      "UserPromptSubmit",
      "PreToolUse",
      "PermissionRequest",
      "PermissionDenied",
      "PostToolUse",
      "PostToolUseFailure",
      "Notification",
      "Elicitation",
      "ElicitationResult",
      "SubagentStart",
      "SubagentStop",
      "PreCompact",
      "Stop",
      "StopFailure",
      "SessionEnd",
    ], {
      // An answer of the model or of the user comes next, so that the order of events stays right.
      Notification: ASYNC,
      SubagentStart: ASYNC,
      PreCompact: ASYNC,
      SessionEnd: AT_THE_END,
    }),
    entry: group,
    head: {},
    next: "new sessions use the hooks",
    untrusted: {
      reason:
        'switched off by "disableAllHooks" in the settings of Claude Code',
      step: 'remove "disableAllHooks"',
    },
  },
  codex: {
    title: "Codex",
    variable: "CODEX_HOME",
    folder: ".codex",
    below: "",
    file: "hooks.json",
    projectFile: ".codex/hooks.json",
    format: "json",
    events: each([
      "SessionStart",
      "UserPromptSubmit",
      "PreToolUse",
      "PermissionRequest",
      "PostToolUse",
      "PreCompact",
      "SubagentStart",
      "SubagentStop",
      "Stop",
      "Interrupt",
      "SessionEnd",
    ], { Interrupt: AT_THE_END, SessionEnd: AT_THE_END }),
    entry: group,
    head: {},
    next:
      "type /hooks in Codex and trust the hooks: until then Codex does not run them",
    untrusted: { reason: "not trusted yet", step: "type /hooks in Codex" },
  },
  copilot: {
    title: "Copilot CLI",
    variable: "COPILOT_HOME",
    folder: ".copilot",
    below: "",
    file: "hooks/kaizen.json",
    projectFile: ".github/hooks/kaizen.json",
    format: "json",
    events: each([
      "sessionStart",
      "userPromptSubmitted",
      "postToolUse",
      "postToolUseFailure",
      "notification",
      "subagentStart",
      "subagentStop",
      "preCompact",
      "errorOccurred",
      "agentStop",
      "sessionEnd",
    ]),
    entry: ({ timeoutS }, command) => ({
      type: "command",
      bash: command,
      timeoutSec: timeoutS,
    }),
    head: { version: 1 },
    next: "new sessions use the hooks",
    untrusted: null,
  },
  cursor: {
    title: "Cursor",
    variable: null,
    folder: ".cursor",
    below: "",
    file: "hooks.json",
    projectFile: ".cursor/hooks.json",
    format: "json",
    events: each([
      "sessionStart",
      "beforeSubmitPrompt",
      "preToolUse",
      "postToolUse",
      "postToolUseFailure",
      "subagentStart",
      "subagentStop",
      "preCompact",
      "stop",
      "sessionEnd",
    ]),
    entry: ({ timeoutS }, command) => ({ command, timeout: timeoutS }),
    head: { version: 1 },
    next: "open windows use the hooks, too",
    untrusted: null,
  },
  gemini: {
    title: "Gemini CLI",
    variable: "GEMINI_CLI_HOME",
    folder: ".gemini",
    below: "/.gemini",
    file: "settings.json",
    projectFile: ".gemini/settings.json",
    format: "json",
    events: each([
      "SessionStart",
      "BeforeAgent",
      "BeforeTool",
      "AfterTool",
      "AfterAgent",
      "Notification",
      "PreCompress",
      "SessionEnd",
    ]),
    entry: ({ timeoutS }, command) => ({
      hooks: [{
        name: "kaizen",
        type: "command",
        command,
        timeout: timeoutS * 1000,
      }],
    }),
    head: {},
    next: "new sessions use the hooks",
    untrusted: null,
  },
  openclaw: {
    title: "OpenClaw",
    variable: "OPENCLAW_STATE_DIR",
    folder: ".openclaw",
    below: "",
    file: "hooks/kaizen/HOOK.md",
    projectFile: null,
    format: "folder",
    events: each(["command", "message", "session"]),
    entry: ({ name }) => name,
    head: {},
    next:
      "run openclaw hooks enable kaizen: until then OpenClaw does not run the hook",
    untrusted: {
      reason: "not enabled yet",
      step: "openclaw hooks enable kaizen",
    },
  },
  vibe: {
    title: "Vibe",
    variable: "VIBE_HOME",
    folder: ".vibe",
    below: "",
    file: "hooks.toml",
    projectFile: ".vibe/hooks.toml",
    format: "toml",
    events: each(["pre_tool", "post_tool", "post_agent"]),
    entry: ({ name, timeoutS }, command) => ({
      name: `kaizen-${name.replaceAll("_", "-")}`,
      type: name,
      command,
      timeout: timeoutS,
    }),
    head: {},
    next: "new sessions use the hooks, with Vibe 2.21 or newer",
    untrusted: null,
  },
} satisfies Record<AgentName, AgentSetup>;

/** Returns the setup of an agent. */
export function setupOf(agent: AgentName): AgentSetup {
  return SETUPS[agent];
}

/** The words after `ingest` of an agent's hook. */
export function hookWords(agent: AgentName, event: string): string {
  // Copilot's payloads do not name the event.
  const more = agent === "copilot" ? ` --event ${event}` : "";
  return `hook --source ${agent}${more}`;
}
