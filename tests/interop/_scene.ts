// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The reference's daemon alone, for recordings.
 * @module
 */
import { type Case, hideFolder } from "./_case.ts";
import { ask, type Outcome } from "./_exchange.ts";
import { withoutProcess } from "./_recording.ts";
import { ReferenceDaemon, type ReferenceOptions } from "./_reference.ts";
import { makeFolders, sendStep, writeStep } from "./_run_case.ts";

/** The daemon with a home and folders that are used once. */
export class Scene implements AsyncDisposable {
  readonly #folder: string;
  readonly #options: ReferenceOptions;
  #daemon: ReferenceDaemon;

  private constructor(
    folder: string,
    options: ReferenceOptions,
    daemon: ReferenceDaemon,
  ) {
    this.#folder = folder;
    this.#options = options;
    this.#daemon = daemon;
  }

  /** Makes `folder` and starts the daemon with its home beside it. */
  static async start(
    folder: string,
    from: Pick<ReferenceOptions, "cwd" | "program">,
  ): Promise<Scene> {
    const options = {
      cwd: from.cwd,
      program: from.program ?? null,
      home: `${folder}.home`,
    };
    await Deno.mkdir(options.home);
    await makeFolders(folder);
    return new Scene(folder, options, await ReferenceDaemon.start(options));
  }

  /** Plays a case to its end. @returns What the daemon did, an entry a step. */
  async play({ steps }: Case): Promise<(Outcome | null)[]> {
    const outcomes: (Outcome | null)[] = [];
    for (const step of steps) {
      if (step.do === "restart") await this.#restart();
      await writeStep(step, this.#folder);
      const outcome = await sendStep(step, this.#daemon.socket, this.#folder);
      outcomes.push(outcome && this.#tidy(outcome));
    }
    return outcomes;
  }

  #tidy({ end, answer }: Outcome): Outcome {
    return { end, answer: withoutProcess(hideFolder(answer, this.#folder)) };
  }

  async #restart(): Promise<void> {
    await ask(this.#daemon.socket, { type: "stop" });
    await this.#daemon.ended();
    this.#daemon = await ReferenceDaemon.start(this.#options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#daemon[Symbol.asyncDispose]();
  }
}
