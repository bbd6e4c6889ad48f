// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Finding the transcripts on this machine.
 * @module
 */
import { type AgentName, listAgents } from "../agents/mod.ts";
import { isTranscriptPath } from "./open_transcript.ts";

/** A transcript that was found. */
export interface FoundTranscript {
  agent: AgentName;
  path: string;
  bytes: number;
  /** When it was last written, in epoch milliseconds. */
  changedMs: number;
}

/** What was found in a folder. */
export interface ListedTranscripts {
  files: FoundTranscript[];
  /** Folders in which the system does not let this user look. */
  closed: string[];
}

/** The folder of an agent's transcripts, which a variable may name. */
interface DataFolder {
  variable: string | null;
  /** Below the user's home. */
  folder: string;
  transcripts: string;
}

const FOLDERS: Readonly<Partial<Record<AgentName, readonly DataFolder[]>>> = {
  claude: [
    {
      variable: "CLAUDE_CONFIG_DIR",
      folder: ".claude",
      transcripts: "projects",
    },
    { variable: null, folder: ".config/claude", transcripts: "projects" },
  ],
  codex: [
    { variable: "CODEX_HOME", folder: ".codex", transcripts: "sessions" },
    {
      variable: "CODEX_HOME",
      folder: ".codex",
      transcripts: "archived_sessions",
    },
  ],
};

/** Folders are not searched deeper than this below the first one. */
const MAX_DEPTH = 8;

/** Returns the agents whose transcripts can be read, sorted. */
export function listReadableAgents(): AgentName[] {
  return listAgents().filter((agent) => FOLDERS[agent] !== undefined);
}

/** Returns the folders in which an agent keeps its transcripts, whether they exist or not. */
export function transcriptFolders(
  agent: AgentName,
  env: (name: string) => string | undefined,
): string[] {
  const home = env("HOME");
  const paths = (FOLDERS[agent] ?? []).flatMap(
    ({ variable, folder, transcripts }) => {
      const named = variable === null ? undefined : env(variable);
      const base = named ?? (home === undefined ? null : `${home}/${folder}`);
      return base?.startsWith("/") ? [`${base}/${transcripts}`] : [];
    },
  );
  return [...new Set(paths)];
}

/**
 * Lists the transcripts in a folder and in the folders below it. Links are not followed.
 */
export function listTranscripts(
  folder: string,
  agents: readonly AgentName[],
): ListedTranscripts {
  const found: ListedTranscripts = { files: [], closed: [] };
  addFolder(folder, { agents, found, depth: 0 });
  return found;
}

/**
 * Returns what a path is as a transcript.
 *
 * @returns Null if it is none of these agents', or cannot be looked at.
 */
export function findTranscript(
  path: string,
  agents: readonly AgentName[],
): FoundTranscript | null {
  const agent = agents.find((one) => isTranscriptPath(one, path));
  if (agent === undefined) return null;
  try {
    const { size, mtime, isFile } = Deno.lstatSync(path);
    const changedMs = mtime?.getTime() ?? 0;
    return isFile ? { agent, path, bytes: size, changedMs } : null;
  } catch {
    return null;
  }
}

interface Search {
  agents: readonly AgentName[];
  found: ListedTranscripts;
  depth: number;
}

function addFolder(folder: string, { agents, found, depth }: Search): void {
  if (depth > MAX_DEPTH) return;
  const entries = listEntries(folder);
  if (entries === null) found.closed.push(folder);
  for (const { name, isDirectory, isFile } of entries ?? []) {
    const path = `${folder}/${name}`;
    if (isDirectory) addFolder(path, { agents, found, depth: depth + 1 });
    else if (isFile) {
      const transcript = findTranscript(path, agents);
      if (transcript !== null) found.files.push(transcript);
    }
  }
}

/** @returns Null if this user may not look into the folder. */
function listEntries(folder: string): Deno.DirEntry[] | null {
  let entries: Deno.DirEntry[] = [];
  try {
    entries = [...Deno.readDirSync(folder)].sort((a, b) =>
      a.name < b.name ? -1 : 1
    );
    const [first] = entries;
    // A folder may be listed that may not be entered.
    if (first !== undefined) Deno.lstatSync(`${folder}/${first.name}`);
  } catch (error) {
    if (error instanceof Deno.errors.PermissionDenied) return null;
    // It is gone, or was never there, or what was in it is gone.
  }
  return entries;
}
