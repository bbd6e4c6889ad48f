// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The reference's daemon where our program looks for one.
 * @module
 */
import { type Home, tempHome } from "../e2e/harness.ts";
import { readToEnd } from "./_exchange.ts";
import {
  ReferenceDaemon,
  type ReferenceOptions,
  type ReferenceRun,
  runReference,
} from "./_reference.ts";
import { encodeFrame, writeAll } from "../../src/frame/mod.ts";

/** A home whose daemon is the reference's. */
export class TheirDaemon implements AsyncDisposable {
  readonly home: Home;
  readonly options: ReferenceOptions;
  #daemon: ReferenceDaemon;

  private constructor(
    home: Home,
    options: ReferenceOptions,
    daemon: ReferenceDaemon,
  ) {
    this.home = home;
    this.options = options;
    this.#daemon = daemon;
  }

  /** Starts it; `program` is `KAIZEN_REFERENCE` when left out. */
  static async start(program?: string | null): Promise<TheirDaemon> {
    const home = await tempHome();
    try {
      const options = theirOptions(home, program);
      const daemon = await ReferenceDaemon.start(options);
      return new TheirDaemon(home, options, daemon);
    } catch (error) {
      await home[Symbol.asyncDispose]();
      throw error;
    }
  }

  get pid(): number {
    return this.#daemon.pid;
  }

  signal(signal: Deno.Signal): void {
    this.#daemon.signal(signal);
  }

  /** Resolves once it has ended, however. */
  async ended(): Promise<void> {
    await this.#daemon.ended();
  }

  /** Starts another one in place of the one that has ended. */
  async startAgain(): Promise<void> {
    this.#daemon = await ReferenceDaemon.start(this.options);
  }

  /** Runs their command line. */
  async run(args: readonly string[], stdin = ""): Promise<ReferenceRun> {
    return await runReference(args, this.options, stdin);
  }

  /** The very bytes of its answer. */
  async bytes(request: unknown): Promise<Uint8Array> {
    using conn = await Deno.connect({
      transport: "unix",
      path: this.home.socket,
    });
    const body = new TextEncoder().encode(JSON.stringify(request));
    await writeAll(conn, encodeFrame(body));
    return (await readToEnd(conn)).received.subarray(4);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#daemon[Symbol.asyncDispose]();
    await this.home[Symbol.asyncDispose]();
  }
}

/** How to run the reference in a home that our program uses, too. */
export function theirOptions(
  home: Home,
  program?: string | null,
): ReferenceOptions {
  return {
    home: home.home,
    cwd: home.workspace,
    ...program === undefined ? {} : { program },
  };
}
