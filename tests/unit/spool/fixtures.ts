// SPDX-License-Identifier: AGPL-3.0-or-later
import { encodeRequest } from "../../../src/proto/mod.ts";
import { pause } from "../../../src/context/mod.ts";
import {
  type DeliverOptions,
  type DeliverReport,
  type Delivery,
  type Sender,
  type SendOutcome,
  Spool,
} from "../../../src/spool/mod.ts";

/** A folder that is removed at the end of the test. */
export class TempFolder implements Disposable {
  readonly path = Deno.makeTempDirSync({ prefix: "kz-spool" });
  /** Path of the spool. */
  readonly spool = `${this.path}/home/spool`;

  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }

  /** Names in the spool's folder, or in one inside it. */
  names(inside = ""): string[] {
    return [...Deno.readDirSync(`${this.spool}/${inside}`)]
      .map(({ name }) => name).filter((name) => !name.startsWith(".lock"))
      .sort();
  }
}

/** A clock that tests set. */
export class Clock {
  ms = 1_800_000_000_000;
  readonly now = () => this.ms;
}

/** Longer than it takes to start a program, in attempts a millisecond apart. */
const MAX_TRIES = 1000;

/**
 * Waits for the lock. A program that another test of this process is starting holds a copy of each
 * descriptor until it has become that program.
 */
class PatientSpool extends Spool {
  override async deliver(
    sender: Sender,
    options?: DeliverOptions,
  ): Promise<DeliverReport> {
    let report = await super.deliver(sender, options);
    for (let i = 0; i < MAX_TRIES && report.stopped === "busy"; i++) {
      await pause(1);
      report = await super.deliver(sender, options);
    }
    return report;
  }
}

/** Opens a spool in `folder` with an environment of its own. */
export function openSpool(
  folder: TempFolder,
  env: Record<string, string> = {},
  clock = new Clock(),
): Spool {
  return new PatientSpool({
    folder: folder.spool,
    env: (name) => env[name],
    now: clock.now,
  });
}

/** The request body of an event called `id`. */
export function eventBody(id: string, padding = ""): Uint8Array {
  return encodeRequest({
    type: "ingest_hook",
    source: "claude",
    payload: JSON.stringify({
      hook_event_name: "Notification",
      session_id: "s",
      kaizen_id: id,
      padding,
    }),
    workspace: "/w",
  });
}

/** The id of an event. */
export function eventId(body: Uint8Array): string {
  const request = JSON.parse(new TextDecoder().decode(body));
  return JSON.parse(request.payload).kaizen_id;
}

/** Acknowledges every event and remembers its id. */
export class Receiver implements Sender {
  readonly ids: string[] = [];

  send(body: Uint8Array): Promise<SendOutcome> {
    this.ids.push(eventId(body));
    return Promise.resolve({ delivery: "acked", reason: "" });
  }
}

/**
 * Makes a sender whose result `decide` chooses. If it chooses a delivery alone, that is the reason
 * too.
 */
export function senderOf(
  decide: (
    body: Uint8Array,
  ) => Delivery | SendOutcome | Promise<Delivery | SendOutcome>,
): Sender {
  return {
    send: async (body) => {
      const outcome = await decide(body);
      return typeof outcome === "string"
        ? { delivery: outcome, reason: outcome }
        : outcome;
    },
  };
}

/** Whether strace works here. */
export async function hasStrace(): Promise<boolean> {
  try {
    const command = new Deno.Command("strace", {
      args: ["-e", "trace=none", "true"],
      stdout: "null",
      stderr: "null",
    });
    return (await command.output()).success;
  } catch {
    return false;
  }
}
