// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The entry that lets an agent start `kaizen mcp`, in the file in which it lists such servers.
 * @module
 */
import { stringify } from "smol-toml";
import type { AgentName } from "../agents/mod.ts";
import {
  explainFault,
  MAX_SERVER_FILE_BYTES,
  readAgentFile,
} from "./agent_file.ts";
import { agentFolder, type PlaceOptions, userHome } from "./agent_place.ts";
import { canRun } from "./can_run.ts";
import { AgentFileError } from "./errors.ts";
import type { HookProgram } from "./hook_command.ts";
import {
  type AgentServer,
  putJsonServer,
  readJsonServer,
} from "./json_servers.ts";
import { putMarkedPart, readMarkedPart } from "./marked_part.ts";
import { parseToml } from "./parse_toml.ts";
import type { HookPlan } from "./plan.ts";

/** The server of an agent as its file has it. */
export interface FoundServer {
  /** The file that lists it. */
  path: string;
  /** The program that it runs. */
  program: string;
  /** Whether that program can be run. */
  isProgramThere: boolean;
}

/** How an agent lists servers. */
interface McpPlace {
  format: "json" | "toml";
  /** The user's file. */
  file(context: PlaceOptions["context"]): string;
  /** The file in a repository; null if there is none. */
  projectFile: string | null;
  /** Members that the agent's own command writes, too. */
  more: Readonly<Record<string, string>>;
}

const PLACES: Partial<Record<AgentName, McpPlace>> = {
  claude: {
    format: "json",
    // Not in its folder, unless the folder was moved.
    file: (context) => {
      const moved = context.env("CLAUDE_CONFIG_DIR") !== undefined;
      const folder = moved ? agentFolder("claude", context) : userHome(context);
      return `${folder}/.claude.json`;
    },
    projectFile: ".mcp.json",
    more: { type: "stdio" },
  },
  codex: {
    format: "toml",
    file: (context) => `${agentFolder("codex", context)}/config.toml`,
    projectFile: null,
    more: {},
  },
  cursor: {
    format: "json",
    file: (context) => `${agentFolder("cursor", context)}/mcp.json`,
    projectFile: ".cursor/mcp.json",
    more: {},
  },
};

const ARGS = ["mcp"] as const;

/** Whether kaizen knows where an agent lists its servers. */
export function hasMcpPlace(agent: AgentName, project: string | null): boolean {
  const place = PLACES[agent];
  return place !== undefined &&
    (project === null || place.projectFile !== null);
}

/**
 * Plans to add the server. One that works stays as it is.
 *
 * @throws {AgentFileError} If the file cannot be changed.
 */
export function planMcpInstall(
  agent: AgentName,
  { context, project, program }: PlaceOptions & HookProgram,
): HookPlan {
  const place = PLACES[agent];
  if (place === undefined) return { changes: [], notes: [] };
  const path = serverFile(place, { context, project });
  try {
    const file = readAgentFile(path, { maxBytes: MAX_SERVER_FILE_BYTES });
    const text = file.text ?? "";
    const isJson = place.format === "json";
    const found = readServer(place, text);
    if (found !== null && !isKaizen(found)) {
      const notes = [`"${path}" has another server "kaizen", which stays.`];
      return { changes: [], notes };
    }
    if (found !== null && canRun(found.command)) {
      return { changes: [], notes: [] };
    }
    const server = { ...place.more, command: program, args: [...ARGS] };
    const after = isJson
      ? putJsonServer(text, server)
      : putTomlServer(text, server);
    const kept = isJson ? "json" : "part";
    return {
      changes: [{ owner: agent, project, file, kept, after, mode: file.mode }],
      notes: [],
    };
  } catch (error) {
    throw explainFault(path, error);
  }
}

/**
 * Finds the server that an agent starts.
 *
 * @returns Null if there is none, or the agent lists no servers there.
 * @throws {AgentFileError} If the file cannot be read.
 */
export function findMcpServer(
  agent: AgentName,
  options: PlaceOptions,
): FoundServer | null {
  const place = PLACES[agent];
  if (place === undefined || !hasMcpPlace(agent, options.project)) return null;
  const path = serverFile(place, options);
  try {
    const found = readServer(
      place,
      readAgentFile(path, { maxBytes: MAX_SERVER_FILE_BYTES }).text ?? "",
    );
    if (found === null || !isKaizen(found)) return null;
    const program = found.command;
    return { path, program, isProgramThere: canRun(program) };
  } catch (error) {
    throw explainFault(path, error);
  }
}

function serverFile(
  place: McpPlace,
  { context, project }: PlaceOptions,
): string {
  return project === null
    ? place.file(context)
    : `${project}/${place.projectFile}`;
}

function readServer({ format }: McpPlace, text: string): AgentServer | null {
  return format === "json" ? readJsonServer(text) : readTomlServer(text);
}

function isKaizen({ args }: AgentServer): boolean {
  return args.length === 1 && args[0] === ARGS[0];
}

function readTomlServer(text: string): AgentServer | null {
  const { mcp_servers }: { mcp_servers?: unknown } = parseToml(
    text,
    "a server",
  );
  const server: unknown = Object(mcp_servers).kaizen;
  if (server === undefined) return null;
  const { command, args } = Object(server);
  return {
    command: String(command),
    args: Array.isArray(args) ? args.map(String) : [],
  };
}

function putTomlServer(text: string, server: AgentServer): string {
  if (readMarkedPart(text, "toml") === null && readTomlServer(text) !== null) {
    throw new AgentFileError(
      "its server kaizen runs a program that is not there: remove it first",
    );
  }
  const part = stringify({ mcp_servers: { kaizen: server } }).trim();
  const grown = putMarkedPart(text, `${part}\n`, "toml");
  parseToml(grown, "a server");
  return grown;
}
