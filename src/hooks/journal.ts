// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The journal of changed files: what each was before, so that it can be so again. It is in `hooks/`
 * of the home, beside a copy of each file that was changed.
 * @module
 */
import {
  HomeError,
  makeOwnFolder,
  parentOf,
  readOwnFile,
  systemReason,
  whyForeign,
  whyNoOwnFolder,
  whyUnmade,
} from "../context/mod.ts";
import {
  type AgentFile,
  readAgentFile,
  removeEmptyFolders,
  writeAgentFile,
} from "./agent_file.ts";

/** How the rest of a file is kept if it was changed after us. */
export type KeptKind = "json" | "part" | "whole";

/** A changed file. */
export interface JournalEntry {
  /** The agent, or `git`. */
  owner: string;
  /** The repository whose hooks these are; null means the user's. */
  project: string | null;
  path: string;
  kept: KeptKind;
  /** The text before; null if there was no file. */
  before: string | null;
  /** The text that was written; null if the file was removed. */
  after: string | null;
  /** Permission bits before. */
  mode: number;
  /** Folders that were made for the file, outermost first. */
  folders: string[];
}

const MAX_BYTES = 64 * 1024 * 1024;
const OWN_MODE = 0o600;

/** The journal of a home. */
export class Journal implements Disposable {
  readonly #home: string;
  readonly #folder: string;
  readonly #lock: Deno.FsFile | null;
  #entries: JournalEntry[];

  private constructor(
    home: string,
    lock: Deno.FsFile | null,
    entries: JournalEntry[],
  ) {
    this.#home = home;
    this.#folder = folderOf(home);
    this.#lock = lock;
    this.#entries = entries;
  }

  /** Reads the journal without changing it. */
  static read(home: string): Journal {
    return new Journal(home, null, readEntries(home));
  }

  /**
   * Opens the journal for changes, which another process cannot make at the same time.
   *
   * @throws {HomeError} If it is in use, or the home cannot be used.
   */
  static open(home: string): Journal {
    const foreign = whyForeign(home);
    if (foreign !== null) {
      throw new HomeError(`Cannot use "${home}" as ${foreign}`);
    }
    makeFolders(home);
    const lock = openFolder(folderOf(home));
    if (!lock.tryLockSync(true)) {
      lock.close();
      throw new HomeError(
        "Cannot change hooks: another kaizen hooks command is running",
      );
    }
    return new Journal(home, lock, readEntries(home));
  }

  /** Returns the entry of a file, or null. */
  find(path: string): JournalEntry | null {
    return this.#entries.find((entry) => entry.path === path) ?? null;
  }

  /** Returns the entries of an agent, or of git, in a repository or for the user. */
  of(owner: string, project: string | null): JournalEntry[] {
    return this.#entries.filter((entry) =>
      entry.owner === owner && entry.project === project
    );
  }

  /** Returns the repositories in which hooks of an agent or of git were changed. */
  repositories(): string[] {
    const all = this.#entries.map(({ project }) => project);
    return [...new Set(all)].filter((project) => project !== null);
  }

  /** Notes a change before it is made, and copies what was there. */
  note(entry: JournalEntry): void {
    this.#entries = this.#entries.filter(({ path }) => path !== entry.path);
    this.#entries.push(entry);
    if (entry.before !== null) this.#write(copyName(entry), entry.before);
    this.#save();
  }

  /** Forgets a change that was undone; the last one takes the folder with it. */
  drop(path: string): void {
    const entry = this.find(path);
    if (entry === null) return;
    this.#entries = this.#entries.filter((one) => one !== entry);
    this.#remove(copyName(entry));
    if (this.#entries.length > 0) return this.#save();
    this.#remove("journal.json");
    removeEmptyFolders([this.#home, this.#folder]);
  }

  [Symbol.dispose](): void {
    this.#lock?.close();
    if (this.#entries.length === 0 && this.#lock !== null) {
      removeEmptyFolders([this.#home, this.#folder]);
    }
  }

  #save(): void {
    const text = JSON.stringify(
      { version: 1, files: this.#entries },
      null,
      2,
    );
    this.#write("journal.json", `${text}\n`);
  }

  #read(name: string): AgentFile {
    const path = `${this.#folder}/${name}`;
    return readAgentFile(path, { maxBytes: MAX_BYTES });
  }

  #write(name: string, text: string): void {
    writeAgentFile(this.#read(name), text, OWN_MODE);
  }

  #remove(name: string): void {
    const file = this.#read(name);
    if (file.text !== null) writeAgentFile(file, null);
  }
}

function makeFolders(home: string): void {
  try {
    const above = parentOf(home);
    Deno.mkdirSync(above, { recursive: true });
    makeOwnFolder(home);
    makeOwnFolder(folderOf(home));
  } catch (error) {
    if (error instanceof HomeError) throw error;
    throw new HomeError(
      `Cannot make "${folderOf(home)}": ${whyUnmade(folderOf(home), error)}`,
      { cause: error },
    );
  }
}

function openFolder(path: string): Deno.FsFile {
  try {
    return Deno.openSync(path);
  } catch (error) {
    throw new HomeError(`Cannot open "${path}": ${systemReason(error)}`, {
      cause: error,
    });
  }
}

function folderOf(home: string): string {
  return `${home}/hooks`;
}

/** The name of a copy says where the file was. */
function copyName({ path }: JournalEntry): string {
  return `before${path.replaceAll(/[^\w.-]+/g, "-")}`;
}

function readEntries(home: string): JournalEntry[] {
  const folder = folderOf(home);
  const odd = whyNoOwnFolder(folder);
  if (odd) {
    throw new HomeError(`Cannot use "${folder}" as ${odd}: move it away`);
  }
  const path = `${folder}/journal.json`;
  const bytes = readOwnFile(path, MAX_BYTES);
  if (bytes === null) return [];
  try {
    const journal: unknown = JSON.parse(new TextDecoder().decode(bytes));
    const files: unknown = Object(journal).files;
    if (Array.isArray(files) && files.every(isEntry)) return files;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new HomeError(`Cannot use "${path}" as it is damaged: move it away`);
}

function isEntry(value: unknown): value is JournalEntry {
  const entry = Object(value);
  const isText = (it: unknown) => it === null || typeof it === "string";
  return typeof entry.owner === "string" && isText(entry.project) &&
    typeof entry.path === "string" &&
    /^(json|part|whole)$/.test(entry.kept) && isText(entry.before) &&
    isText(entry.after) && typeof entry.mode === "number" &&
    Array.isArray(entry.folders) &&
    entry.folders.every((it: unknown) => typeof it === "string");
}
