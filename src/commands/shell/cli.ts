// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The state that all declared commands share: the context, and the command that parsing chose.
 * @module
 */
import { type Context, UsageError } from "../../context/mod.ts";
import {
  type Format,
  formatsOf,
  type GlobalFlags,
  readSettings,
  type Settings,
} from "./settings.ts";

/** The context and settings that a command runs with. */
export interface Run {
  readonly context: Context;
  readonly settings: Settings;
  /** True: columns have their secrets replaced, even if `config.toml` turns that off. */
  readonly redacts?: boolean;
}

/**
 * The work of a command, which loads its implementation first. Resolves to the exit code; nothing
 * means 0.
 */
export type Work = (run: Run) => Promise<number | void>;

/** How a command differs from most commands. */
export interface ChoiceOptions {
  /** True: the default output format is text, even if stdout is not a terminal. */
  textByDefault?: boolean;
  /** True: the command may start a process (git, or a daemon), or end one. */
  starts?: boolean;
}

/**
 * Keeps the command that parsing chose. It runs after parsing, so that the command library does not
 * see its errors.
 */
export class Cli {
  #work: Work | null = null;
  #flags: GlobalFlags = {};
  #options: ChoiceOptions = {};
  #settings: Settings | null = null;

  constructor(readonly context: Context) {}

  /** Chooses the work to run. The action of the parsed command calls this. */
  choose(flags: GlobalFlags, work: Work, options: ChoiceOptions = {}): void {
    this.#flags = flags;
    this.#work = work;
    this.#options = options;
  }

  /** The output format, or null before it is known. */
  get format(): Format | null {
    return this.#settings?.format ?? null;
  }

  /**
   * Runs the chosen work.
   *
   * @param command The full name of the command, such as `kaizen sessions`.
   * @returns The exit code.
   * @throws {UsageError} If a flag or an environment variable has a wrong value.
   */
  async run(command: string): Promise<number> {
    if (this.#work === null) return 0;
    const settings = readSettings(this.context, this.#flags, this.#options);
    this.#settings = settings;
    if (!formatsOf(command).includes(settings.format)) {
      throw new UsageError(
        settings.format === "trace"
          ? "Only detail can print a trace: see kaizen help detail"
          : `Only events, sessions, usage and commits can print ${settings.format}: see kaizen help json`,
      );
    }
    if (!this.#options.starts) this.context.giveUpRun();
    return await this.#work({ context: this.context, settings }) ?? 0;
  }
}
