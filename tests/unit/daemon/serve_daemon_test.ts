// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals } from "@std/assert";
import { realPath, resolvePaths } from "../../../src/context/mod.ts";
import { serveDaemon } from "../../../src/daemon/mod.ts";
import type { ServeOptions } from "../../../src/daemon/serve_daemon.ts";
import type { ReadyInfo } from "../../../src/launch/mod.ts";
import { tempFolder } from "./_folder.ts";
import { LogLines } from "./_server.ts";

function optionsFor(folder: string): ServeOptions & { log: LogLines["log"] } {
  const env = () => undefined;
  return {
    paths: resolvePaths({ env }, { home: `${folder}/h` }),
    context: {
      env,
      cwd: () => folder,
      now: Date.now,
      giveUpRun: () => {},
    },
    log: () => {},
    ready: () => {},
  };
}

Deno.test("serveDaemon() calls ready once it can be reached and has made its files, and ends with its signal", async () => {
  using folder = tempFolder();
  const stop = new AbortController();
  const said: ReadyInfo[] = [];
  const options = optionsFor(folder.path);
  let mayRun = true;
  await serveDaemon({
    ...options,
    context: { ...options.context, giveUpRun: () => mayRun = false },
    signal: stop.signal,
    ready: (info) => {
      assert(!mayRun);
      said.push(info);
      assert(Deno.lstatSync(info.socket).isSocket);
      const { machine, spool } = options.paths;
      for (const path of [machine, `${spool}/.news`]) Deno.lstatSync(path);
      stop.abort();
    },
  });
  const { socket, log } = options.paths;
  assertEquals(said, [{ pid: Deno.pid, socket, log }]);
});

Deno.test("serveDaemon() ends when its home is deleted, and does not make it again", async () => {
  using folder = tempFolder();
  const lines = new LogLines();
  const options = optionsFor(folder.path);
  await serveDaemon({
    ...options,
    log: lines.log,
    homeCheckMs: 1,
    ready: () => Deno.removeSync(options.paths.home, { recursive: true }),
  });
  assertEquals(
    lines.lines.map(({ message }) => message).at(-1),
    "daemon stopped",
  );
  assert(lines.lines.some(({ reason }) => reason.includes("was removed")));
  assertEquals(realPath(options.paths.home), null);
});

Deno.test("serveDaemon() ends when its store is removed", async () => {
  using folder = tempFolder();
  const lines = new LogLines();
  const options = optionsFor(folder.path);
  await serveDaemon({
    ...options,
    log: lines.log,
    homeCheckMs: 1,
    ready: () => Deno.removeSync(options.paths.store),
  });
  assert(lines.lines.some(({ reason }) => reason.includes("its store was")));
});

Deno.test("serveDaemon() leaves a home alone that another daemon has made in its place", async () => {
  using folder = tempFolder();
  const options = optionsFor(folder.path);
  const stop = new AbortController();
  const second = Promise.withResolvers<ReadyInfo>();
  let running: Promise<void> | undefined;
  await serveDaemon({
    ...options,
    homeCheckMs: 1,
    ready: () => {
      Deno.renameSync(options.paths.home, `${folder.path}/old`);
      running = serveDaemon({
        ...options,
        ready: second.resolve,
        signal: stop.signal,
      });
    },
  });
  const { socket } = await second.promise;
  const conn = await Deno.connect({ transport: "unix", path: socket });
  conn.close();
  stop.abort();
  await running;
});
