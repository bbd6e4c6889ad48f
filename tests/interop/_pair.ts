// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Our daemon and the reference's side by side: the same folders, the same working directory, a home
 * each.
 * @module
 */
import { type Home, type RunningDaemon, tempHome } from "../e2e/harness.ts";
import { ask, type Outcome } from "./_exchange.ts";
import type { Case, Step } from "./_case.ts";
import type { Judge } from "./_judge.ts";
import { makeFolders, runCase, sendStep, writeStep } from "./_run_case.ts";
import { ReferenceDaemon, type ReferenceOptions } from "./_reference.ts";

/** The outcome of both. */
export interface Outcomes {
  ours: Outcome;
  theirs: Outcome;
}

/** Two daemons that are asked the same. */
export class Pair implements AsyncDisposable {
  readonly home: Home;
  readonly reference: ReferenceOptions;
  #ours: RunningDaemon;
  #theirs: ReferenceDaemon;

  private constructor(
    home: Home,
    reference: ReferenceOptions,
    ours: RunningDaemon,
    theirs: ReferenceDaemon,
  ) {
    this.home = home;
    this.reference = reference;
    this.#ours = ours;
    this.#theirs = theirs;
  }

  /** Starts both. */
  static async start(): Promise<Pair> {
    const home = await tempHome();
    try {
      const reference = { home: `${home.root}/r`, cwd: home.workspace };
      await Deno.mkdir(reference.home);
      const theirs = await ReferenceDaemon.start(reference);
      return new Pair(home, reference, await home.startDaemon(), theirs);
    } catch (error) {
      await home[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Makes a folder of that name with what cases need in it, as both see it. */
  async folder(name: string): Promise<string> {
    const path = `${this.home.root}/${name}`;
    await makeFolders(path);
    return path;
  }

  /** Plays a case to both and compares; see `runCase`. */
  async run(one: Case, judge: Judge, folder: string): Promise<string[]> {
    const play = async (step: Step) => {
      if (step.do === "restart") await this.restart(step);
      await writeStep(step, folder);
      const { ours, theirs } = this.sockets;
      const outcomes = await Promise.all([
        sendStep(step, ours, folder),
        sendStep(step, theirs, folder),
      ]);
      return bothOf(...outcomes);
    };
    return await runCase(one, play, judge, folder);
  }

  get sockets(): { ours: string; theirs: string } {
    return { ours: this.home.socket, theirs: this.#theirs.socket };
  }

  /** Ends both, by request or by force, and starts them again over what they have stored. */
  async restart(options: { kill?: boolean } = {}): Promise<void> {
    await Promise.all([
      this.#restartOurs(options),
      this.restartTheirs(options),
    ]);
  }

  /**
   * The reference holds eight databases at most, and an evicted one has forgotten its open spans
   * (divergence 10).
   */
  async restartTheirs(
    { clean, kill }: { clean?: boolean; kill?: boolean } = {},
  ): Promise<void> {
    if (!kill) await ask(this.#theirs.socket, { type: "stop" });
    await this.#theirs[Symbol.asyncDispose]();
    if (clean) await removeAll(`${this.reference.home}/projects`);
    this.#theirs = await ReferenceDaemon.start(this.reference);
  }

  async #restartOurs({ kill }: { kill?: boolean }): Promise<void> {
    if (kill) this.#ours.signal("SIGKILL");
    else await ask(this.home.socket, { type: "stop" });
    await this.#ours.ended;
    this.#ours = await this.home.startDaemon();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#theirs[Symbol.asyncDispose]();
    await this.#ours[Symbol.asyncDispose]();
    await this.home[Symbol.asyncDispose]();
  }
}

function bothOf(
  ours: Outcome | null,
  theirs: Outcome | null,
): Outcomes | null {
  return ours === null || theirs === null ? null : { ours, theirs };
}

async function removeAll(path: string): Promise<void> {
  try {
    await Deno.remove(path, { recursive: true });
  } catch (error) {
    // It makes the folder with the first event.
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
