// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * What all declared commands share: the surroundings, and the choice that parsing makes among them.
 * @module
 */
import { type Context, UsageError } from "../../context/mod.ts";
import {
  type Format,
  type GlobalFlags,
  readSettings,
  type Settings,
} from "./settings.ts";

/** What a command runs with. */
export interface Run {
  readonly context: Context;
  readonly settings: Settings;
}

/** A command's work, with its implementation loaded only now; resolves to the exit code, nothing meaning 0. */
export type Work = (run: Run) => Promise<number | void>;

/** How a command differs from the rest in what its words may be. */
export interface ChoiceOptions {
  /** True: words behind `--` mean something. */
  takesLiterals?: boolean;
  /** True: the command speaks text unless another format is given in words, whatever stdout is. */
  textByDefault?: boolean;
  /** True: the command can print a trace. */
  speaksTrace?: boolean;
  /** True: the command may start a program: git, or this one in the background. */
  starts?: boolean;
}

/** Collects what the words of a command line ask for; running it comes after parsing, and outside of the parser's reach. */
export class Cli {
  #work: Work | null = null;
  #flags: GlobalFlags = {};
  #options: ChoiceOptions = {};
  #settings: Settings | null = null;

  constructor(readonly context: Context) {}

  /** Called by the action of the command that was named. */
  choose(flags: GlobalFlags, work: Work, options: ChoiceOptions = {}): void {
    this.#flags = flags;
    this.#work = work;
    this.#options = options;
  }

  get takesLiterals(): boolean {
    return this.#options.takesLiterals ?? false;
  }

  /** The format that is spoken, or null as long as that is not known. */
  get format(): Format | null {
    return this.#settings?.format ?? null;
  }

  /**
   * Runs what was chosen.
   *
   * @returns The exit code.
   * @throws {UsageError} If a flag or the environment holds a wrong value.
   */
  async run(): Promise<number> {
    if (this.#work === null) return 0;
    const settings = readSettings(this.context, this.#flags, this.#options);
    this.#settings = settings;
    if (settings.format === "trace" && !this.#options.speaksTrace) {
      throw new UsageError("A trace is of one session: see kaizen help detail");
    }
    if (!this.#options.starts) this.context.giveUpRun();
    return await this.#work({ context: this.context, settings }) ?? 0;
  }
}
