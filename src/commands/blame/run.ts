// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Shows which session wrote the lines of a file.
 * @module
 */
import { UsageError } from "../../context/mod.ts";
import type { CommitRecord } from "../../proto/mod.ts";
import { listCommits } from "../ask/list_commits.ts";
import type { Run } from "../shell/cli.ts";
import { printJson, printLines, printRows } from "../shell/print.ts";
import { type BlamedLines, blameFile } from "./git_blame.ts";
import { type BlameRow, renderBlame } from "./print.ts";

/** The prompts of at most this many commits are asked for, each of which is one request. */
const MAX_PROMPTS = 20;

/**
 * Prints the sessions that wrote the lines of a file.
 *
 * @param word A path, or `PATH:LINE`, or `PATH:FIRST-LAST`.
 * @throws {UsageError} If the lines are no range, or the path is that of a folder.
 * @throws {NotFoundError} If git does not know the file or the line.
 */
export async function runBlame(word: string, run: Run): Promise<void> {
  const { file, range } = await readTarget(word);
  const lines = await blameFile(file, range, run);
  const commits = await findCommits(lines, run);
  const rows = lines.map((line): BlameRow => {
    const found = line.commit === null ? undefined : commits.get(line.commit);
    return {
      ...line,
      session_id: found?.session_id ?? null,
      agent: found?.agent ?? null,
      sureness: found?.sureness ?? null,
      title: found?.title ?? null,
      prompt: found?.prompt ?? null,
      cost_usd_e6: found?.cost_usd_e6 ?? null,
    };
  });
  switch (run.settings.format) {
    case "json":
      return await printJson(run, { type: "blame", path: file, rows });
    case "ndjson":
      return await printRows(run, rows);
  }
  await printLines(run, renderBlame(rows, run));
}

async function readTarget(
  word: string,
): Promise<{ file: string; range: [number, number] | null }> {
  if (await isFile(word)) return { file: word, range: null };
  const [, file = word, lines] = /^([^]+):([^:]*)$/.exec(word) ?? [];
  if (await isFolder(file)) {
    throw new UsageError(`Cannot blame "${file}" as it is a folder`);
  }
  const [, first, last] = /^(\d+)(?:-(\d+))?$/.exec(lines ?? "") ?? [];
  const range: [number, number] = [Number(first), Number(last ?? first)];
  if (range[0] >= 1 && range[0] <= range[1]) return { file, range };
  // Without a file of that name, git says what is wrong.
  if (lines === undefined || first === undefined && !await isFile(file)) {
    return { file: word, range: null };
  }
  throw new UsageError(
    `Cannot read "${word}": write FILE:LINE or FILE:FIRST-LAST, counted from 1`,
  );
}

async function isFile(path: string): Promise<boolean> {
  return (await look(path))?.isFile ?? false;
}

async function isFolder(path: string): Promise<boolean> {
  return (await look(path))?.isDirectory ?? false;
}

async function look(path: string): Promise<Deno.FileInfo | null> {
  try {
    return await Deno.stat(path);
  } catch {
    return null; // git says what is wrong
  }
}

async function findCommits(
  lines: readonly BlamedLines[],
  run: Run,
): Promise<ReadonlyMap<string, CommitRecord>> {
  const ids = new Set(lines.flatMap(({ commit }) => commit ?? []));
  const found = new Map<string, CommitRecord>();
  if (ids.size <= MAX_PROMPTS) {
    for (const ref of ids) {
      const { rows: [row] } = await listCommits({ ref }, 1, run);
      if (row !== undefined) found.set(ref, row);
    }
    return found;
  }
  const { rows } = await listCommits({}, 0, run);
  for (const row of rows) if (ids.has(row.commit)) found.set(row.commit, row);
  return found;
}
