// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * One session that is played: what happens, what the agent's hooks are given, and what the driver
 * remembers.
 * @module
 */
import type {
  Fields,
  PlayedAgent,
  PlayedCall,
  PlayedOutcome,
  PlayedSession,
  Stage,
} from "./played.ts";

/** The abilities of an agent. */
export type Act =
  | { kind: "start"; how: string }
  | { kind: "prompt"; text: string }
  | { kind: "call"; call: PlayedCall }
  | {
    kind: "done";
    call: PlayedCall;
    output: string;
    agent: PlayedAgent | null;
  }
  | { kind: "failed"; call: PlayedCall; code: number; output: string }
  | { kind: "interrupted"; call: PlayedCall }
  | { kind: "denied"; call: PlayedCall; reason: string }
  | { kind: "permission"; call: PlayedCall }
  | { kind: "notice"; type: string; message: string }
  | { kind: "elicitation" }
  | { kind: "elicited" }
  | { kind: "agent"; agent: PlayedAgent }
  | { kind: "agentStop"; agent: PlayedAgent }
  | { kind: "stop"; background: PlayedAgent[] }
  | { kind: "stopFailure"; reason: string }
  | { kind: "interrupt" }
  | { kind: "compact"; isAfter: boolean }
  | { kind: "end"; reason: string };

/** One event of an agent, in its own words. */
export interface Spoken {
  fields: Fields;
  /** Milliseconds after the act; 0 when left out. */
  afterMs?: number;
  /** The configuration of another agent that runs the hook, too: what it delivers is a copy. */
  copyFor?: string;
}

/** How an agent spells what it does. */
export interface Dialect {
  /** The word for `--source`. */
  source: string;
  /** The name that lists show. */
  agent: string;
  /** Whether a call's events tell which subagent made it. */
  tellsCaller: boolean;
  /** Whether its calls have ids. */
  hasIds: boolean;
  /** Whether it says how long a call took. */
  tellsLatency: boolean;
  /** Names of its tools for what the driver wants done. */
  tools: Readonly<Record<Want, string>>;
  /** Whether the event of a finished call tells that it went well. */
  tellsSuccess(call: PlayedCall): boolean;
  /** Spells an act; an empty list: no hook is run for it. */
  speak(act: Act, actor: Actor): Spoken[];
  /** The words that it reports for a call that the user stopped. */
  interruptedLine: string | null;
  /** The line that tells why a command failed, with its exit code. */
  errorLine(code: number, output: string, call: PlayedCall): string;
}

/** An instruction of the driver. */
export type Want = "shell" | "read" | "edit" | "search" | "ask" | "agent";

/** The subject of a call. */
export interface Errand {
  want: Want;
  /** Command, path, pattern, question or task. */
  about: string;
  by?: PlayedAgent | null;
  type?: string;
  inBackground?: boolean;
}

/** How a session is begun. */
export interface ActorOptions {
  id: string;
  folder: string;
  model?: string | null;
  parent?: string | null;
}

/** Plays one session. */
export class Actor {
  readonly played: PlayedSession;
  promptNumber = 0;

  constructor(
    readonly stage: Stage,
    readonly dialect: Dialect,
    options: ActorOptions,
  ) {
    this.played = {
      id: options.id,
      agent: dialect.agent,
      folder: options.folder,
      model: options.model ?? null,
      startedMs: stage.nowMs,
      lastMs: stage.nowMs,
      endedMs: null,
      title: null,
      parent: options.parent ?? null,
      events: 0,
      calls: [],
      agents: [],
      state: "working",
      tool: null,
    };
  }

  /** Calls that go on. */
  get open(): PlayedCall[] {
    return this.played.calls.filter(({ outcome }) => outcome === "open");
  }

  /** Subagents that go on. */
  get running(): PlayedAgent[] {
    return this.played.agents.filter(({ stoppedMs }) => stoppedMs === null);
  }

  start(how = "startup"): this {
    return this.#rest(
      { kind: "start", how },
      how === "compact" ? "working" : "idle",
    );
  }

  prompt(text: string): this {
    this.promptNumber++;
    this.#endTurn("orphaned");
    if (this.#say({ kind: "prompt", text })) {
      this.played.title ??= text.split("\n")[0] ?? null;
    }
    return this.#look("working");
  }

  /** Begins a call. */
  call(
    { want, about, by: caller = null, type = "general-purpose", inBackground }:
      Errand,
  ): PlayedCall {
    const { dialect, stage } = this;
    const by = dialect.tellsCaller ? caller : null;
    const call: PlayedCall = {
      id: dialect.hasIds
        ? `toolu_${this.played.id}_${stage.nextNumber()}`
        : null,
      tool: dialect.tools[want],
      ...inputFor(
        { want, about, type, inBackground: inBackground === true },
        dialect,
      ),
      by,
      startedMs: stage.nowMs,
      endedMs: null,
      outcome: "open",
      error: null,
      latencyMs: null,
      waitMs: null,
      askedMs: null,
    };
    this.played.calls.push(call);
    this.#say({ kind: "call", call });
    this.#look();
    return call;
  }

  /** Ends a call well. */
  done(
    call: PlayedCall,
    { output = "ok", agent = null }: {
      output?: string;
      agent?: PlayedAgent | null;
    } = {},
  ): this {
    const outcome = this.dialect.tellsSuccess(call) ? "done" : "unknown";
    this.#close(call, outcome, { kind: "done", call, output, agent });
    if (agent !== null) agent.isTold = true;
    return this.#look("working");
  }

  /** Ends a call with an exit code. */
  fail(call: PlayedCall, code = 1, output = "1 failing"): this {
    call.error = this.dialect.errorLine(code, output, call);
    this.#close(call, "failed", { kind: "failed", call, code, output });
    return this.#look("working");
  }

  /** The user stops a call. */
  interruptCall(call: PlayedCall): this {
    call.error = this.dialect.interruptedLine;
    this.#close(call, "interrupted", { kind: "interrupted", call });
    return this.#look(call.by === null ? "idle" : undefined);
  }

  /** A call may not be made. */
  deny(call: PlayedCall, reason = "Blocked by policy"): this {
    call.error = reason;
    this.#close(call, "denied", { kind: "denied", call, reason });
    return this.#look("working");
  }

  /** The user is asked whether a call may be made. */
  ask(call: PlayedCall): this {
    call.askedMs ??= this.stage.nowMs;
    this.#say({ kind: "permission", call });
    return this.#look();
  }

  /** A server that the agent uses asks the user, or has its answer. */
  elicit(isAsking: boolean): this {
    this.#say({ kind: isAsking ? "elicitation" : "elicited" });
    return this;
  }

  /** The agent tells the user something. */
  notice(type: string, message: string): this {
    this.#say({ kind: "notice", type, message });
    return this;
  }

  /** A subagent begins, by a call or by nothing that is known. */
  beginAgent(
    call: PlayedCall | null,
    type = "Explore",
    isBackground = false,
  ): PlayedAgent {
    const agent: PlayedAgent = {
      id: `a${this.stage.nextNumber()}`,
      type,
      call,
      isTold: false,
      startedMs: this.stage.nowMs,
      stoppedMs: null,
      isBackground,
    };
    this.played.agents.push(agent);
    this.#say({ kind: "agent", agent });
    this.#look();
    return agent;
  }

  stopAgent(agent: PlayedAgent): this {
    agent.stoppedMs = this.stage.nowMs;
    for (const call of this.open) {
      if (call.by === agent) call.outcome = "orphaned";
    }
    this.#say({ kind: "agentStop", agent });
    return this.#look();
  }

  stop(): this {
    const background = this.running.filter(({ isBackground }) => isBackground);
    this.#endTurn("orphaned");
    return this.#rest({ kind: "stop", background }, "idle");
  }

  stopFailure(reason: string): this {
    this.#endTurn("orphaned");
    return this.#rest({ kind: "stopFailure", reason }, "failed");
  }

  interrupt(): this {
    this.#endTurn("interrupted");
    return this.#rest({ kind: "interrupt" }, "idle");
  }

  compact(): this {
    this.#say({ kind: "compact", isAfter: false });
    this.stage.pass(800);
    this.#say({ kind: "compact", isAfter: true });
    return this.#look("working");
  }

  end(reason = "prompt_input_exit"): this {
    for (const call of this.open) call.outcome = "orphaned";
    for (const agent of this.running) agent.stoppedMs = this.stage.nowMs;
    this.#say({ kind: "end", reason });
    this.played.endedMs = this.stage.nowMs;
    this.played.state = "ended";
    return this;
  }

  #resting = "working";

  #rest(act: Act, resting: string): this {
    this.#say(act);
    return this.#look(resting);
  }

  /** The turn of the session's own agent is over. */
  #endTurn(outcome: PlayedOutcome): void {
    for (const call of this.open) {
      if (call.by !== null) continue;
      call.outcome = outcome;
      if (outcome === "interrupted") call.endedMs = this.stage.nowMs;
    }
  }

  #close(call: PlayedCall, outcome: PlayedOutcome, act: Act): void {
    const { nowMs } = this.stage;
    const runMs = nowMs - call.startedMs;
    call.outcome = outcome;
    call.endedMs = nowMs;
    const askedForMs = call.askedMs === null ? null : nowMs - call.askedMs;
    if (outcome === "denied") call.waitMs = askedForMs;
    else if (this.dialect.tellsLatency) {
      // The user answers when half of the time has passed; the other half is the call's own.
      call.waitMs = askedForMs === null ? null : Math.floor(askedForMs / 2);
      call.latencyMs = askedForMs === null
        ? runMs
        : askedForMs - (call.waitMs ?? 0);
    }
    if (call.by === null) this.#resting = "working";
    this.#say(act);
  }

  /** Writes down what the session does now. */
  #look(resting?: string): this {
    this.#resting = resting ?? this.#resting;
    const asked = this.open.find(({ askedMs }) => askedMs !== null);
    const question = this.open.find(({ tool }) =>
      tool === this.dialect.tools.ask
    );
    const [first] = this.open;
    const isBusy = this.running.length > 0 && this.#resting !== "working";
    this.played.state = question !== undefined
      ? "needs_answer"
      : asked !== undefined
      ? "needs_permission"
      : first !== undefined
      ? "tool"
      : isBusy
      ? "working"
      : this.#resting;
    this.played.tool = (question ?? asked ?? first)?.tool ?? null;
    return this;
  }

  #say(act: Act): boolean {
    const all = this.dialect.speak(act, this);
    for (const { fields, afterMs = 0, copyFor } of all) {
      this.stage.pass(afterMs);
      this.stage.run({
        source: copyFor ?? this.dialect.source,
        isCopy: copyFor !== undefined,
        fields,
        folder: this.played.folder,
      });
      if (copyFor === undefined) this.played.events++;
      this.played.lastMs = this.stage.nowMs;
      if (!this.stage.sessions.includes(this.played)) {
        this.played.startedMs = this.stage.nowMs;
        this.stage.sessions.push(this.played);
      }
    }
    return all.length > 0;
  }
}

/** A tool's input for an errand, and what a reader recognizes the call by. */
function inputFor(
  { want, about, type, inBackground }: Required<Omit<Errand, "by">>,
  dialect: Dialect,
): Pick<PlayedCall, "input" | "summary" | "files"> {
  switch (want) {
    case "shell":
      return { input: { command: about }, summary: about, files: [] };
    case "read":
      return { input: { file_path: about }, summary: about, files: [about] };
    case "edit": {
      if (dialect.agent !== "codex") {
        const input = { file_path: about, old_string: "a", new_string: "b" };
        return { input, summary: about, files: [about] };
      }
      const lines = [
        "*** Begin Patch",
        `*** Update File: ${about}`,
        "@@",
        "-a",
        "+b",
        "*** End Patch",
        "",
      ];
      return {
        input: { command: lines.join("\n") },
        summary: about,
        files: [about],
      };
    }
    case "search":
      return { input: { pattern: about }, summary: about, files: [] };
    case "ask":
      return {
        input: { questions: [{ question: about, options: [] }] },
        summary: about,
        files: [],
      };
    case "agent":
      return {
        input: {
          description: about,
          prompt: `Please: ${about}`,
          subagent_type: type,
          ...inBackground ? { run_in_background: true } : {},
        },
        summary: about,
        files: [],
      };
  }
}
