// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Finds the transcripts to import.
 * @module
 */
import { type Context, lookAt } from "../../context/mod.ts";
import {
  findTranscript,
  type FoundTranscript,
  type ListedTranscripts,
  listTranscripts,
  transcriptFolders,
} from "../../transcripts/mod.ts";
import type { ImportOptions, UnreadTranscript } from "./options.ts";

/** The transcripts, and what is in the way of others. */
export interface FoundFiles {
  files: FoundTranscript[];
  /** Paths that were named but lead to no transcript. */
  missing: UnreadTranscript[];
  /** Folders in which the system does not let this user look. */
  closed: string[];
}

/**
 * Finds the transcripts, the sessions that ended first first, and each session before its
 * subagents.
 */
export function findFiles(
  { agents, paths, sinceMs }: ImportOptions,
  context: Pick<Context, "env">,
): FoundFiles {
  const found = new Map<string, FoundTranscript>();
  const missing: UnreadTranscript[] = [];
  const closed: string[] = [];
  const add = (listed: Partial<ListedTranscripts>) => {
    for (const file of listed.files ?? []) found.set(file.path, file);
    closed.push(...listed.closed ?? []);
  };
  if (paths.length === 0) {
    for (const agent of agents) {
      for (const folder of transcriptFolders(agent, context.env)) {
        add(listTranscripts(folder, [agent]));
      }
    }
  }
  for (const path of paths) {
    const trimmed = path.replace(/\/+$/, "") || "/";
    const info = lookAt(trimmed);
    if (info?.isDirectory) {
      add(listTranscripts(trimmed, agents));
      continue;
    }
    const file = findTranscript(trimmed, agents);
    if (file !== null) add({ files: [file] });
    else {
      missing.push({
        path,
        reason: info === null
          ? "no such file"
          : info.isFile
          ? "it is not a transcript of the agent"
          : "it is not a plain file",
      });
    }
  }
  const files = [...found.values()].filter(({ changedMs }) =>
    changedMs >= sinceMs
  );
  return { files: sortFiles(files), missing, closed };
}

/** The path of a session's transcript, for that of a subagent. */
function mainOf(path: string): string | null {
  const [, main] = path.match(/^(.*)\/subagents\/[^/]+$/) ?? [];
  return main === undefined ? null : `${main}.jsonl`;
}

function sortFiles(files: readonly FoundTranscript[]): FoundTranscript[] {
  const times = new Map(files.map(({ path, changedMs }) => [path, changedMs]));
  const keyed = files.map((file) => {
    const main = mainOf(file.path) ?? file.path;
    // In older versions a subagent's file does not tell its session in its path.
    const isLoose = main === file.path && /\/agent-[^/]+$/.test(main);
    const ms = isLoose ? Infinity : times.get(main) ?? file.changedMs;
    return { file, ms, main, rank: main === file.path ? 0 : 1 };
  });
  keyed.sort((a, b) =>
    compare(a.ms, b.ms) || compare(a.main, b.main) ||
    compare(a.rank, b.rank) || compare(a.file.path, b.file.path)
  );
  return keyed.map(({ file }) => file);
}

function compare<T extends number | string>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
