// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * A process that spawns "a daemon" in the background and prints its stdout. The arguments are the
 * home, then the program.
 * @module
 */
import { spawnDaemon } from "../../../src/launch/spawn_daemon.ts";

const [home = "", program = "", ...args] = Deno.args;
const child = spawnDaemon({
  paths: { home, socket: `${home}/s` },
  stdout: "piped",
  command: { program, args },
});
await child.stdout.pipeTo(Deno.stdout.writable);
