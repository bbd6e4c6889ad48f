// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * One run of a path with a fault in it, in a home of its own.
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { ask } from "../e2e/_socket.ts";
import type { Finished, Home, Spawned } from "../e2e/harness.ts";
import { encodeRequest, type RequestOf } from "../../src/proto/mod.ts";
import { Spool } from "../../src/spool/mod.ts";
import { faulty, type Point } from "./inject.ts";

/** A process that takes longer hangs, in milliseconds. */
const PATIENCE_MS = 20_000;
const CHATTER = "x".repeat(3000);
const START_MS = 1_714_000_000_000;

/** A home for one fault, and the program in it. */
export class Scene {
  readonly folder: string;
  readonly session: string;
  readonly trace: string;
  /**
   * @param home The home of the run, whose daemon takes what other homes deliver to it.
   * @param name A word that no other scene of the run has.
   * @param point Null: nothing fails.
   */
  constructor(
    readonly home: Home,
    readonly name: string,
    readonly point: Point | null,
  ) {
    this.folder = `${home.root}/${name}`;
    this.session = name;
    this.trace = `${home.root}/${name}.trace`;
    Deno.mkdirSync(this.folder, { mode: 0o700 });
  }

  /** The socket of this scene's daemon. */
  get socket(): string {
    return `${this.folder}/daemon.sock`;
  }

  /** Whether a process of the scene was killed, and not only refused something. */
  get isKill(): boolean {
    return this.point?.fault === "KILL";
  }

  #env(socket: string | undefined): Record<string, string> {
    return {
      KAIZEN_HOME: this.folder,
      KAIZEN_NO_START: "1",
      ...socket === undefined ? {} : { KAIZEN_SOCK: socket },
    };
  }

  /** The payload of an event, with a text whose end shows that it is whole. */
  payload(n: number): string {
    return JSON.stringify({
      hook_event_name: "Notification",
      session_id: this.session,
      transcript_path: `/nowhere/${this.session}.jsonl`,
      permission_mode: "default",
      message: `${CHATTER}${n}`,
      timestamp_ms: START_MS + n,
      n,
    });
  }

  /** The request that a hook makes of an event. */
  request(n: number): RequestOf<"ingest_hook"> {
    const payload = JSON.stringify({
      ...JSON.parse(this.payload(n)),
      kaizen_id: `${this.session}-${n}`,
    });
    const workspace = this.home.workspace;
    return { type: "ingest_hook", source: "claude", payload, workspace };
  }

  /** Lays events into the spool, without a process. */
  spool(count: number): void {
    const spool = new Spool({
      folder: `${this.folder}/spool`,
      env: () => undefined,
    });
    for (let n = 0; n < count; n++) {
      spool.append(encodeRequest(this.request(n)));
    }
  }

  /** Runs the program to its end, without a fault. */
  async run(
    args: readonly string[],
    options: { stdin?: string; socket?: string } = {},
  ): Promise<Finished> {
    return await this.#bound(
      this.home.spawn(args, {
        stdin: options.stdin ?? "",
        env: this.#env(options.socket),
      }),
      args.join(" "),
    );
  }

  /** Runs the program to its end, with the fault, and checks what is so of every end. */
  async runFaulty(
    args: readonly string[],
    options: { stdin?: string; socket?: string } = {},
  ): Promise<Finished> {
    const ended = await this.#bound(
      this.spawnFaulty(args, options),
      args.join(" "),
    );
    this.checkEnd(ended);
    return ended;
  }

  /** Starts the program with the fault. */
  spawnFaulty(
    args: readonly string[],
    options: { stdin?: string; socket?: string } = {},
  ): Spawned {
    return this.home.spawn(args, {
      stdin: options.stdin ?? "",
      env: this.#env(options.socket),
      program: faulty(this.trace, this.point),
    });
  }

  /** Waits for an end, and fails if there is none. */
  async #bound(process: Spawned, name: string): Promise<Finished> {
    return await within(process.ended, `${name} ends`, () => {
      process.signal("SIGKILL");
    });
  }

  /** No end is that of a bug, nor one that an agent takes for a refusal. */
  checkEnd({ code, stderr, stdout }: Finished): void {
    assert(code !== 2, "it exits with 2");
    const words = `${stdout}\n${stderr}`;
    if (!this.isKill) assert(code !== 70, `it exits with 70: ${words}`);
    assert(!/^ {4}at /m.test(stderr), `a stack trace: ${stderr}`);
  }

  /** Starts a daemon, with the fault or without; null if it ends before it is ready. */
  async startDaemon(isFaulty: boolean): Promise<Spawned | null> {
    const args = ["daemon", "run"];
    const daemon = isFaulty
      ? this.spawnFaulty(args)
      : this.home.spawn(args, { stdin: "", env: this.#env(undefined) });
    const line = await within(daemon.nextLine(), "a daemon is ready", () => {
      daemon.signal("SIGKILL");
    });
    if (line === null) {
      const ended = await daemon.ended;
      this.checkEnd(ended);
      if (!isFaulty) throw new Error(`the next daemon fails: ${ended.stderr}`);
      return null;
    }
    return daemon;
  }

  /** Ends a daemon, which must do so in time. */
  async stop(daemon: Spawned): Promise<void> {
    daemon.signal("SIGTERM");
    this.checkEnd(await this.#bound(daemon, "a daemon that is stopped"));
  }

  /** Runs a daemon without a fault for a task. */
  async withDaemon<T>(task: () => Promise<T>): Promise<T> {
    const daemon = await this.startDaemon(false);
    if (daemon === null) throw new Error("no daemon");
    try {
      return await task();
    } finally {
      await this.stop(daemon);
    }
  }

  /** Delivers what the spool holds, all of which must be accepted. */
  async flush(socket = this.socket): Promise<void> {
    const { code, stderr } = await this.run(["spool", "flush"], { socket });
    assertEquals([code, stderr], [0, ""], "the next delivery works");
    const { stdout } = await this.run(["spool", "status", "--json"]);
    const { pending, rejected } = JSON.parse(stdout);
    assertEquals({ pending, rejected }, { pending: 0, rejected: 0 });
  }

  /** How many events hooks say that they could not record. */
  async countFailures(): Promise<number> {
    const { stdout } = await this.run(["spool", "status", "--json"]);
    return JSON.parse(stdout).failures;
  }

  /**
   * Asks a daemon for the numbers of the events that it has; each must be whole, and none there
   * twice.
   */
  async stored(socket = this.socket, id = this.session): Promise<number[]> {
    const { text } = await ask(socket, {
      type: "get_session_detail",
      id,
      workspace: this.home.workspace,
    });
    const { type, events, code } = JSON.parse(text);
    if (type === "error") {
      assertEquals(code, "not_found", text);
      return [];
    }
    const numbers: number[] = [];
    for (const { payload } of events ?? []) {
      assertEquals(payload.message, `${CHATTER}${payload.n}`, "half an event");
      numbers.push(payload.n);
    }
    assertEquals(new Set(numbers).size, numbers.length, "an event twice");
    return numbers.sort((a, b) => a - b);
  }

  /** Sends an event. Returns whether it was acknowledged. */
  async send(n: number): Promise<boolean> {
    try {
      const { text } = await within(
        ask(this.socket, this.request(n)),
        "a request ends",
      );
      return text !== "" && JSON.parse(text).type === "ack";
    } catch (error) {
      if (error instanceof HangError) throw error;
      return false; // it died, or listens no more
    }
  }

  /** Returns the trace, as far as it is written. */
  async readTrace(): Promise<string> {
    try {
      return await Deno.readTextFile(this.trace);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return ""; // nothing was traced yet
      throw error;
    }
  }

  /** Removes the home of a run that went well. */
  async remove(): Promise<void> {
    await Deno.remove(this.folder, { recursive: true });
    await Deno.remove(this.trace);
  }
}

/** A process that does not come to its end. */
class HangError extends Error {
  override get name(): string {
    return "HangError";
  }
}

async function within<T>(
  promise: Promise<T>,
  what: string,
  onHang = () => {},
): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      onHang();
      reject(new HangError(`it hangs: not so within a time: ${what}`));
    }, PATIENCE_MS);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
