// SPDX-License-Identifier: AGPL-3.0-or-later
// Uses a spool until KAIZEN_FAULT kills it. "deliver" prints each id it was sent; every action
// prints "done" at its end.
import { Spool } from "../../../src/spool/mod.ts";
import { eventBody, eventId, senderOf } from "./fixtures.ts";

const [folder = "", action, ...ids] = Deno.args;
const say = (text: string) =>
  Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
const spool = new Spool({ folder, env: (name) => Deno.env.get(name) });
switch (action) {
  case "append":
    for (const id of ids) {
      spool.append(eventBody(id));
      say(id);
    }
    break;
  case "deliver":
    await spool.deliver(senderOf((body) => {
      say(eventId(body));
      return "acked";
    }));
    break;
  case "set aside":
    await spool.deliver(senderOf(() => "invalid"));
    break;
  case "reject":
    spool.reject(eventBody("rejected"), { kind: "request", reason: "test" });
    break;
  case "count":
    for (const id of ids) spool.countFailure(id);
    break;
}
say("done");
