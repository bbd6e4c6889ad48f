// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The reference program, as `KAIZEN_REFERENCE` names it, with a home of its own.
 * @module
 */

/** A daemon starts in a fraction of a second, also on a busy machine. */
const START_PATIENCE_MS = 30_000;
const RUN_PATIENCE_MS = 60_000;

/** The reference's program, or null: then nothing here can be tested. */
export const reference: string | null = Deno.env.get("KAIZEN_REFERENCE") ||
  null;

/** A 0.1.15, or null: few have one, as only its source can be had. */
export const oldReference: string | null =
  Deno.env.get("KAIZEN_REFERENCE_OLD") || null;

/** Registers a test that is skipped where there is no reference. */
export function interopTest(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, ignore: reference === null, fn });
}

/** Registers a test that is skipped where there is no 0.1.15. */
export function oldInteropTest(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, ignore: oldReference === null, fn });
}

/** The folders in which the reference keeps its files and runs. */
export interface ReferenceOptions {
  /** The program; `KAIZEN_REFERENCE` when left out. */
  program?: string | null;
  /** `KAIZEN_HOME`; must lie outside `cwd`. */
  home: string;
  cwd: string;
}

/** The outcome of a run of the reference. */
export interface ReferenceRun {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs the reference to its end. */
export async function runReference(
  args: readonly string[],
  options: ReferenceOptions,
  stdin = "",
): Promise<ReferenceRun> {
  const child = new Deno.Command(programOf(options), {
    ...commandOptions(args, options),
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
    signal: AbortSignal.timeout(RUN_PATIENCE_MS),
  }).spawn();
  const writer = child.stdin.getWriter();
  try {
    await writer.write(new TextEncoder().encode(stdin));
    await writer.close();
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
  const { code, stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  return {
    code,
    stdout: decoder.decode(stdout),
    stderr: decoder.decode(stderr),
  };
}

/** The reference's daemon in the foreground, as a child of the test. */
export class ReferenceDaemon implements AsyncDisposable {
  readonly socket: string;
  readonly #child: Deno.ChildProcess;

  private constructor(child: Deno.ChildProcess, socket: string) {
    this.#child = child;
    this.socket = socket;
  }

  /** Starts it and waits until clients can connect. */
  static async start(options: ReferenceOptions): Promise<ReferenceDaemon> {
    const child = new Deno.Command(programOf(options), {
      ...commandOptions(["daemon", "start"], options),
      stdin: "null",
      stdout: "null",
      stderr: "inherit",
    }).spawn();
    const daemon = new ReferenceDaemon(child, `${options.home}/daemon.sock`);
    const deadline = Date.now() + START_PATIENCE_MS;
    let code: number | null = null;
    child.status.then((status) => code = status.code);
    // It says nothing when it is ready, and leaves its socket when it ends: only trying tells.
    while (!await canConnect(daemon.socket)) {
      if (code !== null || Date.now() > deadline) {
        await daemon[Symbol.asyncDispose]();
        const how = code === null ? "is not ready" : `ended with exit ${code}`;
        throw new Error(`Cannot start the reference daemon: it ${how}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return daemon;
  }

  get pid(): number {
    return this.#child.pid;
  }

  signal(signal: Deno.Signal): void {
    this.#child.kill(signal);
  }

  /** Resolves with its exit code. */
  async ended(): Promise<number> {
    return (await this.#child.status).code;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // it has ended
    }
    await this.#child.status;
  }
}

async function canConnect(path: string): Promise<boolean> {
  try {
    using _ = await Deno.connect({ transport: "unix", path });
    return true;
  } catch (error) {
    if (
      error instanceof Deno.errors.NotFound ||
      error instanceof Deno.errors.ConnectionRefused
    ) return false;
    throw error;
  }
}

function programOf({ program = reference }: ReferenceOptions): string {
  if (program === null) throw new Error("There is no reference to run");
  return program;
}

function commandOptions(
  args: readonly string[],
  { home, cwd }: ReferenceOptions,
): Deno.CommandOptions {
  return {
    args: [...args],
    cwd,
    clearEnv: true,
    env: {
      PATH: Deno.env.get("PATH") ?? "",
      HOME: `${home}/user`,
      KAIZEN_HOME: home,
    },
  };
}
