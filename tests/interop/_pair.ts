// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Our daemon and the reference's side by side: the same folders, the same working directory, a home each.
 * @module
 */
import type { JsonValue } from "../../src/proto/mod.ts";
import { type Home, type RunningDaemon, tempHome } from "../e2e/harness.ts";
import {
  ask,
  exchange,
  type ExchangeOptions,
  type Outcome,
} from "./_exchange.ts";
import { ReferenceDaemon, type ReferenceOptions } from "./_reference.ts";

/** What both did. */
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

  /** Makes a folder for events, as both see it. */
  async folder(name: string): Promise<string> {
    const path = `${this.home.root}/${name}`;
    await Deno.mkdir(path, { recursive: true });
    return path;
  }

  /** Sends one request to both. */
  async ask(request: JsonValue): Promise<Outcomes> {
    return await both(this, (socket) => ask(socket, request));
  }

  /** Sends raw bytes to both. */
  async exchange(
    bytes: Uint8Array,
    options?: ExchangeOptions,
  ): Promise<Outcomes> {
    return await both(this, (socket) => exchange(socket, bytes, options));
  }

  get sockets(): { ours: string; theirs: string } {
    return { ours: this.home.socket, theirs: this.#theirs.socket };
  }

  /** Stops both by request and starts them again over what they have stored. */
  async restart(): Promise<void> {
    await Promise.all([this.#restartOurs(), this.restartTheirs()]);
  }

  /** The reference holds eight databases at most, and an evicted one has forgotten its open spans (divergence 10). */
  async restartTheirs(options: { clean?: boolean } = {}): Promise<void> {
    await ask(this.#theirs.socket, { type: "stop" });
    await this.#theirs[Symbol.asyncDispose]();
    if (options.clean) {
      await Deno.remove(`${this.reference.home}/projects`, { recursive: true });
    }
    this.#theirs = await ReferenceDaemon.start(this.reference);
  }

  async #restartOurs(): Promise<void> {
    await ask(this.home.socket, { type: "stop" });
    await this.#ours.ended;
    this.#ours = await this.home.startDaemon();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#theirs[Symbol.asyncDispose]();
    await this.#ours[Symbol.asyncDispose]();
    await this.home[Symbol.asyncDispose]();
  }
}

async function both(
  { sockets }: Pair,
  send: (socket: string) => Promise<Outcome>,
): Promise<Outcomes> {
  const [ours, theirs] = await Promise.all([
    send(sockets.ours),
    send(sockets.theirs),
  ]);
  return { ours, theirs };
}
