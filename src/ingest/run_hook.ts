// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * `ingest hook` and `ingest git`: silent whatever happens, and back in time.
 * @module
 */
import { askHello } from "../client/mod.ts";
import { type Completed, completeEvent } from "../complete/mod.ts";
import { type Context, type Paths, resolvePaths } from "../context/mod.ts";
import { NotAnEventError } from "../proto/mod.ts";
import { Spool, SpoolError } from "../spool/mod.ts";
import { Budget } from "./budget.ts";
import { TooLargeError } from "./errors.ts";
import { gitEvent } from "./git_event.ts";
import { HookInput, type HookText } from "./hook_input.ts";
import { type HookWords, readHookWords } from "./hook_words.ts";
import { recordEvent } from "./record.ts";
import { eventRequest, newEventId } from "./request_body.ts";
import { hasEventWords, isOn, wordedEvent } from "./words.ts";
import { eventWorkspace } from "./workspace.ts";

/** From the start of the process, how long stdin is waited for, in milliseconds. */
const STDIN_MS = 1000;
/** Of an input that is too long to be kept, this many bytes show what it was. */
const SAMPLE_BYTES = 1024 * 1024;

/** Runs a hook from the arguments alone. Prints nothing and never throws; what it could not record it counts. */
export async function runHook(context: Context): Promise<void> {
  const words = readHookWords(context.args);
  const isGit = words.mode === "git";
  const input = new HookInput(context.stdin, isGit ? "all" : "value");
  try {
    if (!isOn(context, "KAIZEN_OFF")) await run(words, input, context);
    // Whoever starts us writes to us, and should be able to.
    else if (!isGit) await input.first(waitMs(context));
  } catch {
    // There is nobody to tell: no home, or one that cannot be written, which `kaizen status` finds by looking.
  }
  await input.drain();
}

/** What is left of the time that stdin is waited for. */
function waitMs(context: Pick<Context, "startedAtMs" | "now">): number {
  return context.startedAtMs + STDIN_MS - context.now();
}

async function run(
  words: HookWords,
  input: HookInput,
  context: Context,
): Promise<void> {
  const paths = resolvePaths(context, words);
  const spool = new Spool({
    folder: paths.spool,
    env: context.env,
    now: context.now,
  });
  const hook = new Hook({ words, paths, spool, context });
  try {
    await hook.record(input);
  } catch (error) {
    hook.count(error instanceof Error ? error.message : String(error));
  }
  for (const word of words.ignored) hook.count(`ignored ${word}`);
  await input.drain();
  if (input.hasMore) hook.count("more than one JSON value on stdin");
}

/** What a hook is about. */
interface HookEvent {
  text: HookText;
  /** A git hook's is the top of its repository, and nothing else. */
  findWorkspace: (completed: Completed) => string;
  /** Counts from the moment when the input was there. */
  budget: Budget;
}

interface HookOptions {
  words: HookWords;
  paths: Paths;
  spool: Spool;
  context: Context;
}

class Hook {
  readonly #words: HookWords;
  readonly #paths: Paths;
  readonly #spool: Spool;
  readonly #context: Context;

  constructor({ words, paths, spool, context }: HookOptions) {
    this.#words = words;
    this.#paths = paths;
    this.#spool = spool;
    this.#context = context;
  }

  async record(input: HookInput): Promise<void> {
    const { text, findWorkspace, budget } = await this.#read(input);
    if (text.fault !== null || !text.bytes.some((byte) => byte > 0x20)) {
      return this.#refuse(text, text.fault ?? "nothing on stdin");
    }
    try {
      const completed = this.#complete(text.bytes);
      const body = eventRequest(completed, findWorkspace(completed));
      await recordEvent(body, {
        context: this.#context,
        paths: this.#paths,
        spool: this.#spool,
        budget,
        mayStart: !this.#words.noStart &&
          !isOn(this.#context, "KAIZEN_NO_START"),
      });
    } catch (error) {
      if (
        error instanceof NotAnEventError || error instanceof TooLargeError
      ) this.#refuse(text, error.message);
      else throw error;
    }
  }

  /** Counts what was not recorded, if that can be written. */
  count(reason: string): void {
    try {
      this.#spool.countFailure(reason);
    } catch (error) {
      if (!(error instanceof SpoolError)) throw error;
    }
  }

  async #read(input: HookInput): Promise<HookEvent> {
    const words = this.#words;
    const wait = () => input.first(waitMs(this.#context));
    if (words.mode === "git") {
      const { bytes, workspace, budget } = await gitEvent(
        words,
        wait,
        this.#context,
      );
      const text = { bytes, fault: null };
      return { text, findWorkspace: () => workspace, budget };
    }
    const text = hasEventWords(words)
      ? { bytes: wordedEvent(words), fault: null }
      : await wait();
    const budget = new Budget();
    const workspace = words.workspace ?? await this.#findProject(budget);
    const findWorkspace = ({ workspaceHint: hint }: Completed) =>
      eventWorkspace({ workspace, hint }, this.#context);
    return { text, findWorkspace, budget };
  }

  #complete(text: Uint8Array): Completed {
    return completeEvent(text, {
      source: this.#words.source,
      startedAtMs: this.#context.startedAtMs,
      kaizenId: newEventId(),
      raw: this.#words.raw,
    });
  }

  /** Keeps what is no event, so that somebody can look at it; of nothing at all there is nothing to keep. */
  #refuse({ bytes, fault }: HookText, reason: string): void {
    if (!bytes.some((byte) => byte > 0x20)) return this.count(reason);
    const isWhole = fault === null || bytes.length <= SAMPLE_BYTES;
    this.#spool.reject(isWhole ? bytes : bytes.subarray(0, SAMPLE_BYTES), {
      kind: "input",
      reason: isWhole ? reason : `${reason} (its beginning)`,
      source: this.#words.source,
    });
  }

  /** The known workspace whose last part is the name of a project. */
  async #findProject(budget: Budget): Promise<string | undefined> {
    const { project } = this.#words;
    const timeoutMs = budget.daemonMs();
    if (project === undefined || timeoutMs === null) return undefined;
    try {
      const { workspaces } = await askHello({
        socket: this.#paths.socket,
        connect: this.#context.connect,
        timeoutMs,
      });
      const found = workspaces.filter((path) => path.endsWith(`/${project}`));
      if (found.length === 1) return found[0];
      this.count(`no single project is called ${project}`);
    } catch (error) {
      this.count(`cannot find project ${project}: ${String(error)}`);
    }
    return undefined;
  }
}
