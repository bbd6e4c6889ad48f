// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The life of the daemon: claim the home, open the store, listen, work, and clean up.
 * @module
 */
import {
  type Context,
  currentDirectory,
  errorMessage,
  findFault,
  HomeError,
  type Paths,
  realPath,
} from "../context/mod.ts";
import { claimHome, type HomeLock, type ReadyInfo } from "../launch/mod.ts";
import { forgetDeleted } from "../privacy/mod.ts";
import { KAIZEN_VERSION } from "../proto/mod.ts";
import { Spool } from "../spool/mod.ts";
import { readMachineId } from "./machine_id.ts";
import { LIMITS } from "./limits.ts";
import type { Log } from "./log.ts";
import { nextTurn } from "./pace.ts";
import { Server, SPARE_DESCRIPTORS } from "./server.ts";
import { Service } from "./service.ts";
import { HeldSocket } from "./held_socket.ts";
import { SocketTurn } from "./socket_turn.ts";
import { SpoolDrain } from "./spool_drain.ts";

/** How long a daemon in the foreground waits for another one that is stopping, in milliseconds. */
const FOREGROUND_PATIENCE_MS = 2_500;
/**
 * How long the store may take to close, in milliseconds; acknowledged events are on disk before.
 */
const CLOSE_STORE_MS = 500;
/** How often to look whether home and store are still there, in milliseconds. */
const HOME_CHECK_MS = 30_000;

/** The home and surroundings of a daemon. */
export interface ServeOptions {
  paths: Paths;
  /** `cwd()` is the workspace of events without one. */
  context: Pick<
    Context,
    "cwd" | "env" | "now" | "giveUpRun"
  >;
  log: Log;
  /** Called once, when clients can connect. */
  ready: (info: ReadyInfo) => void;
  /** Stops the daemon as SIGTERM does. */
  signal?: AbortSignal;
  /** How often to look whether home and store are still there, in milliseconds. */
  homeCheckMs?: number;
}

/**
 * Serves until a client asks the daemon to stop, or SIGTERM or SIGINT arrives.
 *
 * @throws {HomeBusyError} If another daemon owns the home.
 * @throws {HomeError} If home, lock or socket cannot be used, or too few files may be open.
 * @throws {StoreError} If the store cannot be opened.
 */
export async function serveDaemon(options: ServeOptions): Promise<void> {
  using lock = await claimHome({
    paths: options.paths,
    patienceMs: FOREGROUND_PATIENCE_MS,
  });
  await serveHome(lock, options);
}

/**
 * Serves in a process that holds the home's lock already.
 *
 * @throws {HomeBusyError | HomeError | StoreError} As {@linkcode serveDaemon}.
 */
export async function serveHome(
  lock: HomeLock,
  options: ServeOptions,
): Promise<void> {
  const { context, paths, log } = options;
  using _bugs = reportBugs(log);
  using stop = stopSignals(options.signal);
  using turn = await openTurn(options);
  using acceptTurn = await openTurn(options);
  const service = openService(options, turn.wait);
  // Opening the store may start a program; nothing after that does.
  context.giveUpRun();
  let server: Server | undefined;
  try {
    const whyUseless = () => whyHomeless(lock, service);
    const acceptor = await HeldSocket.open(paths.socket, log, whyUseless);
    refuseFewFiles();
    using home = watchHome(
      paths.home,
      whyUseless,
      options.homeCheckMs ?? HOME_CHECK_MS,
    );
    server = new Server({
      acceptor,
      service,
      limits: LIMITS,
      log,
      turn: acceptTurn.wait,
    });
    // Before the ready line: a script that reads it may at once remove the home, or a file of it.
    makeMachineId(paths.machine);
    await using drain = new SpoolDrain({
      spool: new Spool({
        folder: paths.spool,
        env: context.env,
        now: context.now,
      }),
      folder: paths.spool,
      service,
      log,
    });
    acceptor.onAccept = () => drain.stir();
    const info = { pid: Deno.pid, socket: paths.socket, log: paths.log };
    log("info", "daemon ready", { ...info, version: KAIZEN_VERSION });
    options.ready(info);
    const asked = server.stopAsked.then(() => "a client asked");
    log("info", "daemon stops", {
      reason: await Promise.race([
        asked,
        stop.asked,
        home.lost,
        acceptor.lost,
      ]),
    });
  } finally {
    await server?.close();
    await closeService(service, log);
    log("info", "daemon stopped");
    // Last of all, so that a process that waits for the socket to go finds the home free.
    await server?.[Symbol.asyncDispose]();
  }
}

/**
 * Refuses to serve if few descriptors are left after all that stays open is open: each client
 * needs one, and each read of the store a few.
 */
function refuseFewFiles(): void {
  const files: Deno.FsFile[] = [];
  try {
    while (files.length < SPARE_DESCRIPTORS) {
      files.push(Deno.openSync("/dev/null"));
    }
  } catch (error) {
    if (findFault(error) !== "EMFILE") throw error;
    throw new HomeError(
      "Cannot run a daemon as too few files may be open at once: raise the limit to 64 or more with ulimit -n",
      { isAdvice: true, cause: error },
    );
  } finally {
    for (const file of files) file.close();
  }
}

/** Without the socket long work delays others more, but everything works. */
async function openTurn(
  { paths, log }: ServeOptions,
): Promise<Disposable & { wait: () => Promise<void> }> {
  const socket = await SocketTurn.open(`${paths.home}/turn.sock`)
    .catch((error) => {
      log("warn", "long reads may delay others", {
        reason: errorMessage(error),
      });
      return null;
    });
  return {
    wait: async () => await (socket?.wait() ?? nextTurn()),
    [Symbol.dispose]: () => socket?.[Symbol.dispose](),
  };
}

function openService(
  { context, paths, log }: ServeOptions,
  turn: () => Promise<void>,
): Service {
  return Service.open({
    storePath: paths.store,
    now: context.now,
    uptimeMs: () => performance.now(),
    daemonVersion: KAIZEN_VERSION,
    pid: Deno.pid,
    canonical: (path) => realPath(path) ?? path,
    cwd: currentDirectory(context) ?? "/",
    machine: () => readMachineId(paths.machine),
    log,
    turn,
  });
}

/** Makes the home's id, as a full disk may not allow it later: who asks for it is then told so. */
function makeMachineId(path: string): void {
  try {
    readMachineId(path);
  } catch (error) {
    if (!(error instanceof HomeError)) throw error;
  }
}

async function closeService(service: Service, log: Log): Promise<void> {
  const late = Promise.withResolvers<"late">();
  const timer = setTimeout(late.resolve, CLOSE_STORE_MS, "late");
  const done = service[Symbol.asyncDispose]();
  if (await Promise.race([done, late.promise]) === "late") {
    log("warn", "the store did not close in time");
  }
  clearTimeout(timer);
}

/**
 * Handles signals until the end, so that a second one does not kill the shutdown that the first
 * began.
 */
function stopSignals(
  extra?: AbortSignal,
): Disposable & { asked: Promise<string> } {
  const { promise, resolve } = Promise.withResolvers<string>();
  const handlers = (["SIGTERM", "SIGINT"] as const).map((name) => ({
    name,
    handler: () => resolve(name),
  }));
  for (const { name, handler } of handlers) {
    Deno.addSignalListener(name, handler);
  }
  const abort = () => resolve("its owner asked");
  extra?.addEventListener("abort", abort);
  if (extra?.aborted) abort();
  return {
    asked: promise,
    [Symbol.dispose]: () => {
      extra?.removeEventListener("abort", abort);
      for (const { name, handler } of handlers) {
        Deno.removeSignalListener(name, handler);
      }
    },
  };
}

/**
 * A daemon must not live on after its home or store was deleted: it could keep nothing, or no
 * client could find it.
 */
function whyHomeless(
  lock: HomeLock,
  service: Pick<Service, "hasStore">,
): string | null {
  if (!lock.isValid()) return "its lock file was removed or replaced";
  return service.hasStore ? null : "its store was removed or replaced";
}

function watchHome(
  home: string,
  whyUseless: () => string | null,
  checkMs: number,
): Disposable & { lost: Promise<string> } {
  const { promise, resolve } = Promise.withResolvers<string>();
  const timer = setInterval(() => {
    const why = whyUseless();
    if (why !== null) resolve(why);
    else forgetDeleted(home);
  }, checkMs);
  forgetDeleted(home);
  return {
    lost: promise,
    [Symbol.dispose]: () => clearInterval(timer),
  };
}

/**
 * A bug in one connection must not end the others: an uncaught error is logged, and the daemon
 * continues.
 */
function reportBugs(log: Log): Disposable {
  const report = (event: Event, error: unknown) => {
    event.preventDefault();
    const stack = error instanceof Error ? error.stack : undefined;
    log("error", "bug", { reason: errorMessage(error), stack });
  };
  const onError = (event: ErrorEvent) => report(event, event.error);
  const onRejection = (event: PromiseRejectionEvent) =>
    report(event, event.reason);
  globalThis.addEventListener("error", onError);
  globalThis.addEventListener("unhandledrejection", onRejection);
  return {
    [Symbol.dispose]: () => {
      globalThis.removeEventListener("error", onError);
      globalThis.removeEventListener("unhandledrejection", onRejection);
    },
  };
}
