// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The words of `kaizen import`: names of agents, and paths.
 * @module
 */
import { type AgentName, isAgentName } from "../../agents/mod.ts";
import { type Context, UsageError } from "../../context/mod.ts";
import { listReadableAgents } from "../../transcripts/mod.ts";
import type { ImportOptions } from "./options.ts";

/**
 * Reads the words. A path has a slash, a dot or a tilde in it, unlike the name of an agent.
 *
 * @throws {UsageError} If a word is neither, or names an agent whose transcripts cannot be read.
 */
export function readWords(
  words: readonly string[],
  context: Pick<Context, "cwd">,
): Pick<ImportOptions, "agents" | "paths"> {
  const readable = listReadableAgents();
  const agents = new Set<AgentName>();
  const paths: string[] = [];
  for (const word of words) {
    if (isAgentName(word)) {
      if (!readable.includes(word)) throw notReadable(word, readable);
      agents.add(word);
    } else if (/[/.~]/.test(word)) {
      paths.push(word.startsWith("/") ? word : `${context.cwd()}/${word}`);
    } else {
      throw new UsageError(
        `"${word}" is neither an agent nor a path: write a path in the current directory as ./${word}`,
      );
    }
  }
  return { agents: agents.size > 0 ? [...agents] : readable, paths };
}

function notReadable(
  agent: AgentName,
  readable: readonly AgentName[],
): UsageError {
  return new UsageError(
    `Cannot import ${agent}: the transcripts of this agent cannot be read, only those of ${
      readable.join(", ")
    }`,
  );
}
