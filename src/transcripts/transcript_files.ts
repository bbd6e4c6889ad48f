// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The transcripts that a payload or a session's own transcript leads to.
 * @module
 */
import type { AgentName, Fields } from "../agents/mod.ts";
import { isTranscriptPath } from "./open_transcript.ts";

/** More files of one session are not looked for. */
const MAX_FILES = 4096;

/** Returns the paths in a payload that have the form of the agent's transcripts. */
export function transcriptPaths(
  agent: AgentName,
  fields: Pick<Fields, "text">,
): string[] {
  const named = ["transcript_path", "transcriptPath", "agent_transcript_path"]
    .map((key) => fields.text(key));
  return [...new Set(named)].filter((path) => path !== null)
    .filter((path) => isTranscriptPath(agent, path));
}

/**
 * Lists a session's transcripts: its own, and those of its subagents. Of older versions of Claude
 * Code, whose subagents write next to all sessions of a project, the list has the subagents of
 * these, too; their lines tell the session.
 *
 * @param path The session's own transcript. It may be missing.
 * @returns Paths that have the form of a transcript. Nothing else is known of them.
 */
export function listSessionFiles(agent: AgentName, path: string): string[] {
  if (!isTranscriptPath(agent, path)) return [];
  const files = [path];
  if (agent !== "claude") return files;
  const folder = path.slice(0, path.lastIndexOf("/"));
  const own = path.replace(/\.jsonl$/, "");
  for (const place of [`${own}/subagents`, folder]) {
    for (const name of listNames(place)) {
      if (files.length >= MAX_FILES) return files;
      const file = `${place}/${name}`;
      if (
        /^agent-[\w-]+\.jsonl$/.test(name) && file !== path
      ) files.push(file);
    }
  }
  return files;
}

function listNames(folder: string): string[] {
  try {
    return [...Deno.readDirSync(folder)]
      .flatMap(({ name, isFile }) => isFile ? [name] : []).sort();
  } catch {
    // There is none, or it may not be read: then there is nothing to be had from it.
    return [];
  }
}
