// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Asks git which commit each line of a file is from.
 * @module
 */
import { parentOf } from "../../context/mod.ts";
import { askGit } from "../../git/mod.ts";
import type { Run } from "../shell/cli.ts";
import { NotFoundError } from "../shell/errors.ts";

/** Timeout of git in milliseconds; a file with a long history takes seconds. */
const BLAME_MS = 30_000;
/** Says git in a repository without a commit. */
const NO_COMMIT = "no such ref: HEAD";
const NO_FILE = /^no such path .* in HEAD$/;
const SHORT_FILE = /^file .* has only (\d+ lines?)$/;
/** The id of lines that are not committed. */
const NOT_COMMITTED = /^0+$/;

/** Lines in a row that are of one commit. */
export interface BlamedLines {
  first_line: number;
  last_line: number;
  /** Null: not committed yet. */
  commit: string | null;
  author: string;
  subject: string;
}

/**
 * Runs `git blame`.
 *
 * @param range First and last line, counted from 1; null: all lines.
 * @throws {NotFoundError} If git does not know the file or the line.
 */
export async function blameFile(
  file: string,
  range: readonly [number, number] | null,
  { context }: Run,
): Promise<BlamedLines[]> {
  const { folder, name } = placeOf(file);
  const attributes = await askGit(
    [...folder, "check-attr", "-z", "filter", "--", name],
    context,
    BLAME_MS,
  );
  const words = [
    ...folder,
    "blame",
    "--line-porcelain",
    "--no-textconv",
    ...range === null ? [] : ["-L", `${range[0]},${range[1]}`],
    ...hasFilter(attributes.stdout) ? ["HEAD"] : [],
    "--",
    name,
  ];
  const { stdout, stderr } = attributes.isLate
    ? attributes
    : await askGit(words, context, BLAME_MS);
  if (stdout !== null) return readPorcelain(stdout);
  const reason = stderr.trim().split("\n")[0]?.replace(/^fatal: /, "") ?? "";
  throw new NotFoundError(
    `Cannot find the commits of "${file}": ${explainReason(reason)}`,
    "blame --help",
  );
}

/** Returns a reason of git's without the file, which our message names as the user did. */
function explainReason(reason: string): string {
  if (reason === NO_COMMIT) return "the repository has no commit yet";
  if (NO_FILE.test(reason)) return "the last commit has no such file";
  const [, lines] = SHORT_FILE.exec(reason) ?? [];
  return lines === undefined ? reason : `it has only ${lines}`;
}

/**
 * Returns the option that names the folder to run git in, and the name of the file in it. A path
 * that leads out of the current directory may lead to another repository.
 */
function placeOf(file: string): { folder: string[]; name: string } {
  if (!/^(?:\/|\.\.\/)/.test(file)) return { folder: [], name: file };
  const name = file.slice(file.lastIndexOf("/") + 1);
  return { folder: ["-C", parentOf(file)], name };
}

/**
 * Tells whether the repository names a filter for the file. Git runs it on the file as it is on
 * disk, and not on what is committed: a filter is a program that came with the repository.
 */
function hasFilter(stdout: string | null): boolean {
  return stdout !== null && !/\0(?:unspecified|unset)\0$/.test(stdout);
}

/**
 * Reads the format of `git blame --line-porcelain`: a head line with the id and the number of the
 * line, its facts, then the line itself after a tab.
 */
function readPorcelain(text: string): BlamedLines[] {
  const found: BlamedLines[] = [];
  let line: BlamedLines | null = null;
  for (const row of text.split("\n")) {
    const head = /^([0-9a-f]{40,64}) \d+ (\d+)/.exec(row);
    if (line === null && head !== null) {
      const [, commit = "", number = ""] = head;
      line = {
        first_line: Number(number),
        last_line: Number(number),
        commit: NOT_COMMITTED.test(commit) ? null : commit,
        author: "",
        subject: "",
      };
    } else if (line !== null && row.startsWith("\t")) {
      const last = found.at(-1);
      if (
        last?.commit === line.commit &&
        last.last_line === line.first_line - 1
      ) last.last_line = line.last_line;
      else found.push(line);
      line = null;
    } else if (line !== null) {
      if (row.startsWith("author ")) line.author = row.slice(7);
      if (row.startsWith("summary ")) line.subject = row.slice(8);
    }
  }
  return found;
}
