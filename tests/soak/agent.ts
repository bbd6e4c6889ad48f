// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * An agent that works all day, one session after the other.
 * @module
 */
import {
  Actor,
  CLAUDE,
  CODEX,
  GEMINI,
  type Hook,
  Stage,
} from "../driver/mod.ts";

const DIALECTS = [CLAUDE, CODEX, GEMINI];
const CALLS = 20;
const HOUR_MS = 3_600_000;
const YEAR_MS = 365 * 24 * HOUR_MS;

/** One of the agents, and what it has told. */
export class Agent {
  /** The sessions, and how many events of each were told. */
  readonly told = new Map<string, number>();
  /** Whether its clock is a year behind. */
  readonly isOld: boolean;
  readonly #number: number;
  readonly #folder: string;
  #sessions = 0;
  #session = "";

  constructor(number: number, folder: string) {
    this.#number = number;
    this.#folder = folder;
    this.isOld = number === 1;
  }

  /** Plays a session: prompts, calls that overlap, a clock that steps, and an end. */
  playSession(): readonly Hook[] {
    const n = this.#sessions++;
    const id = `agent${this.#number}-${n}`;
    this.#session = id;
    const stage = new Stage(Date.now() - (this.isOld ? YEAR_MS : 0));
    const dialect = DIALECTS[n % DIALECTS.length] ?? CLAUDE;
    const actor = new Actor(stage, dialect, { id, folder: this.#folder });
    actor.start();
    actor.prompt(`work on part ${n}`);
    for (let call = 0; call < CALLS; call++) {
      stage.pass(40);
      // The agent's clock is set back, and put right again.
      if (call === CALLS / 2) stage.pass(-HOUR_MS);
      if (call === CALLS / 2 + 2) stage.pass(HOUR_MS);
      const shell = actor.call({ want: "shell", about: `make part-${call}` });
      stage.pass(15);
      if (call % 5 === 4) actor.fail(shell);
      else actor.done(shell);
    }
    actor.stop();
    stage.pass(100);
    actor.end();
    // Ids of events are unique in a run.
    return stage.hooks.map((hook) => ({ ...hook, id: `${id}-${hook.id}` }));
  }

  /** Notes that an event of the session was taken. */
  tell(_hook: Hook): void {
    this.told.set(this.#session, (this.told.get(this.#session) ?? 0) + 1);
  }
}
