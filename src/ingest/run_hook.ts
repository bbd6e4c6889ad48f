// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Runs `ingest hook` and `ingest git`: silently in every case, and within the deadline.
 * @module
 */
import {
  type Completed,
  type CompleteOptions,
  completePlain,
} from "../complete/mod.ts";
import { isOn, type Paths, type SilentContext } from "../context/mod.ts";
import { TooLargeError } from "./errors.ts";
import type { MadeBody } from "./exact.ts";
import { hookDeadline } from "./hook_deadline.ts";
import { HookInput, type HookText } from "./hook_input.ts";
import { hasConfig } from "./has_config.ts";
import { findHookPaths } from "./hook_paths.ts";
import { type HookWords, modeAt, readPlainWords } from "./hook_words.ts";
import { openAhead } from "./open_ahead.ts";
import { eventRequest, newEventId } from "./request_body.ts";
import { sendOrSpool } from "./send_or_spool.ts";
import { hasEventWords } from "./words.ts";
import { eventWorkspace } from "./workspace.ts";

/** Time to wait for stdin, from the start of the process, in milliseconds. */
const STDIN_MS = 1000;

/**
 * Runs a hook from the arguments alone. Prints nothing, and counts events that it could not record.
 *
 * @throws {HomeError} If there is no home, or none that can be written: `kaizen status` tells why.
 * @throws {TypeError} If a part of the program cannot be loaded.
 */
export async function runHook(context: SilentContext): Promise<void> {
  // The input comes first, so that other work is done while it arrives.
  const input = new HookInput(context.stdin);
  const { args } = context;
  const isGit = args[modeAt(args) + 1] === "git";
  if (isGit) input.takeAll();
  let isRead = isGit;
  try {
    if (!isOn(context, "KAIZEN_OFF")) {
      const words = readPlainWords(args) ?? await readWords(context);
      await run(words, input, context);
      isRead = true;
    }
  } finally {
    // The caller writes to this process, and should be able to, even if there is no home.
    if (!isRead) await input.first(waitMs(context));
    await input.drain();
  }
}

async function readWords(context: SilentContext): Promise<HookWords> {
  context.meanwhile?.();
  const { readHookWords } = await import("./hook_options.ts");
  return readHookWords(context.args);
}

/** Returns the time left to wait for stdin, in milliseconds. */
function waitMs(context: Pick<SilentContext, "startedAtMs" | "now">): number {
  return context.startedAtMs + STDIN_MS - context.now();
}

async function run(
  words: HookWords,
  input: HookInput,
  context: SilentContext,
): Promise<void> {
  const { paths, faults } = await findHookPaths({ words, context });
  // Connects while the input arrives.
  const ahead = openAhead(paths.socket, context);
  const hook = new Hook({
    words,
    paths,
    context: { ...context, connect: ahead.connect },
  });
  try {
    await hook.record(input, ahead.opened);
  } catch (error) {
    await hook.count(error);
  }
  ahead.close();
  for (const word of words.ignored) await hook.count(`ignored ${word}`);
  for (const fault of faults) await hook.count(fault);
  await input.drain();
  if (input.hasMore) await hook.count("more than one JSON value on stdin");
}

/** The event of a hook, as it was read. */
interface HookReading {
  text: HookText;
  /** For a git hook the top of its repository, and nothing else. */
  findWorkspace: (completed: Completed) => string;
  /** As {@linkcode hookDeadline} returns it when the input is complete. */
  deadlineMs: number;
}

interface HookOptions {
  words: HookWords;
  paths: Paths;
  context: SilentContext;
}

class Hook {
  readonly #words: HookWords;
  readonly #paths: Paths;
  readonly #context: SilentContext;

  constructor({ words, paths, context }: HookOptions) {
    this.#words = words;
    this.#paths = paths;
    this.#context = context;
  }

  /** @param turn As in {@linkcode HookInput.first}. */
  async record(input: HookInput, turn: Promise<unknown>): Promise<void> {
    const event = await this.#read((waitMs) => input.first(waitMs, turn));
    const { text } = event;
    if (text.fault !== null || isBlank(text)) {
      return await this.#refuse(text, text.fault ?? "nothing on stdin");
    }
    const made = this.#makePlainBody(event) ?? await this.#makeBody(event);
    if ("refusal" in made) return await this.#refuse(text, made.refusal);
    const body = await this.#allowed(made.body);
    if (body === null) return;
    await sendOrSpool(body, {
      context: this.#context,
      paths: this.#paths,
      deadlineMs: event.deadlineMs,
      mayStart: !this.#words.noStart && !isOn(this.#context, "KAIZEN_NO_START"),
    });
  }

  /** Applies the user's `config.toml`, if there is one. */
  async #allowed(body: Uint8Array): Promise<Uint8Array | null> {
    const { home } = this.#paths;
    if (!hasConfig(home)) return body;
    this.#context.meanwhile?.();
    const { allowedBody } = await import("./allowed_body.ts");
    const allowed = await allowedBody(body, home, this.#context);
    if (allowed.fault !== null) await this.count(allowed.fault);
    return allowed.body;
  }

  /**
   * Counts an event that was not recorded, if the count can be written.
   *
   * @param failure The reason, or the error that is the reason.
   */
  async count(failure: unknown): Promise<void> {
    this.#context.meanwhile?.();
    const { countFailure } = await import("./spool_event.ts");
    countFailure(failure, { paths: this.#paths, context: this.#context });
  }

  async #read(
    waitFor: (ms: number) => Promise<HookText>,
  ): Promise<HookReading> {
    const words = this.#words;
    const wait = () => waitFor(waitMs(this.#context));
    if (words.mode === "git") {
      this.#context.meanwhile?.();
      const { gitEvent } = await import("./git_event.ts");
      const { bytes, workspace, deadlineMs } = await gitEvent(
        words,
        wait,
        this.#context,
      );
      const text = { bytes, fault: null, object: null };
      return { text, findWorkspace: () => workspace, deadlineMs };
    }
    const text = hasEventWords(words) ? await this.#wordedText() : await wait();
    const deadlineMs = hookDeadline();
    const workspace = words.workspace ?? await this.#findProject(deadlineMs);
    const findWorkspace = (completed: Completed) =>
      eventWorkspace({ workspace, ...completed }, this.#context);
    return { text, findWorkspace, deadlineMs };
  }

  /** Returns the text of an event that the command line describes. */
  async #wordedText(): Promise<HookText> {
    this.#context.meanwhile?.();
    const { wordedEvent } = await import("./exact.ts");
    return { bytes: wordedEvent(this.#words), fault: null, object: null };
  }

  /** Makes the request of an event that leaves no doubt. */
  #makePlainBody({ text, findWorkspace }: HookReading): MadeBody | null {
    if (text.object === null) return null;
    const completed = completePlain(text.object, this.#options());
    if (completed === null) return null;
    try {
      return { body: eventRequest(completed, findWorkspace(completed)) };
    } catch (error) {
      if (error instanceof TooLargeError) return { refusal: error.message };
      throw error;
    }
  }

  async #makeBody({ text, findWorkspace }: HookReading): Promise<MadeBody> {
    this.#context.meanwhile?.();
    const { makeBody } = await import("./exact.ts");
    return makeBody(text.bytes, this.#options(), findWorkspace);
  }

  #options(): CompleteOptions {
    return {
      source: this.#words.source,
      event: this.#words.event,
      startedAtMs: this.#context.startedAtMs,
      kaizenId: newEventId(),
      raw: this.#words.raw,
    };
  }

  /**
   * Keeps an input that is no event, so that a person can look at it; an empty one is only counted.
   */
  async #refuse(text: HookText, reason: string): Promise<void> {
    if (isBlank(text) || hasConfig(this.#paths.home)) {
      return await this.count(reason);
    }
    this.#context.meanwhile?.();
    const { rejectInput } = await import("./spool_event.ts");
    rejectInput({ text, reason, source: this.#words.source }, {
      paths: this.#paths,
      context: this.#context,
    });
  }

  /** Finds the known workspace whose path ends with the name of a project. */
  async #findProject(deadlineMs: number): Promise<string | undefined> {
    const { project } = this.#words;
    if (project === undefined) return undefined;
    this.#context.meanwhile?.();
    const { findProject } = await import("./find_project.ts");
    const context = this.#context;
    const paths = this.#paths;
    return await findProject(project, {
      route: { context, paths, deadlineMs },
      onFailure: (reason) => this.count(reason),
    });
  }
}

function isBlank({ bytes, object }: HookText): boolean {
  return object === null && !bytes.some((byte) => byte > 0x20);
}
