// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals } from "@std/assert";
import { Ajv2020 } from "ajv/2020";
import { type Exchange, fakeDaemon, send } from "./fake_daemon.ts";
import { type Home, tempHome } from "./harness.ts";

const SCHEMA = new URL("../../docs/schema/error.json", import.meta.url);
const validate = new Ajv2020().compile(
  JSON.parse(Deno.readTextFileSync(SCHEMA)),
);

/** Every command that asks a daemon, as a script calls it. */
const ASKING = [
  "sessions",
  "sessions --limit 0",
  "sessions --all-workspaces",
  "sessions --project x",
  "detail s1",
  "detail @latest",
  "detail s1 --events",
  "detail s1 -o trace",
  "detail s1 -o ndjson",
  "store stats",
  "store prune --session s1 --yes",
  "store prune --older-than 1d --dry-run",
  "ingest --source claude --event Stop --session s --no-spool --json",
];
/**
 * These say in their own terms that no daemon is there, and wait for one that breaks the protocol
 * to be gone.
 */
const ALSO_STOPPING = [...ASKING, "stop", "daemon restart"];
/**
 * Patience with a daemon that hangs, and with all others: nothing depends on it, however slow the
 * machine is.
 */
const HANGING_TIMEOUT = "300ms";
const TIMEOUT = "30s";
/** Commands run at the same time. */
const PARALLEL = 4;

/** Makes what a kind of failure needs in a home; what it returns lasts as long as the test. */
type Setting = (home: Home) => Promise<AsyncDisposable | void>;

async function withDaemon(
  home: Home,
  reply: (exchange: Exchange) => Promise<void> | void,
): Promise<AsyncDisposable> {
  await Deno.mkdir(home.home, { mode: 0o700 });
  return fakeDaemon(home.socket, reply);
}

const ERROR =
  '{"type":"error","message":"no","supported_min":null,"supported_max":null}';
const VERSION =
  '{"type":"error","message":"unsupported proto_version 1","supported_min":2,"supported_max":3}';

const settings: {
  name: string;
  make: Setting;
  commands: readonly string[];
  exit: number;
  code: string;
}[] = [
  {
    name: "no daemon",
    make: () => Promise.resolve(),
    commands: ASKING,
    exit: 3,
    code: "daemon_not_running",
  },
  {
    name: "a daemon that hangs",
    make: (home) =>
      withDaemon(home, async ({ conn }) => {
        // Until the client has had enough.
        await conn.read(new Uint8Array(1));
      }),
    commands: ALSO_STOPPING,
    exit: 4,
    code: "daemon_timeout",
  },
  {
    name: "a daemon that pauses inside its answer",
    make: (home) =>
      withDaemon(home, async ({ conn }) => {
        await send(conn, Uint8Array.of(0, 0, 0, 9, 0x7b));
        await conn.read(new Uint8Array(1));
      }),
    commands: ALSO_STOPPING,
    exit: 4,
    code: "daemon_timeout",
  },
  {
    name: "a daemon that refuses",
    make: (home) => withDaemon(home, ({ answer }) => answer(ERROR)),
    commands: ["status", ...ALSO_STOPPING],
    exit: 5,
    code: "daemon_error",
  },
  {
    name: "a daemon of another version",
    make: (home) => withDaemon(home, ({ answer }) => answer(VERSION)),
    commands: ["status", ...ALSO_STOPPING],
    exit: 6,
    code: "unsupported_version",
  },
  {
    name: "a daemon that answers something else",
    make: (home) => withDaemon(home, ({ answer }) => answer('{"type":"hi"}')),
    commands: ["status", ...ASKING],
    exit: 6,
    code: "protocol_error",
  },
  {
    name: "a daemon that sends a frame of no bytes",
    make: (home) => withDaemon(home, ({ answer }) => answer("")),
    commands: ["status", ...ASKING],
    exit: 6,
    code: "protocol_error",
  },
  {
    name: "a daemon that sends more than its frame",
    make: (home) =>
      withDaemon(
        home,
        ({ conn }) => send(conn, Uint8Array.of(0, 0, 0, 2, 0x7b, 0x7d, 0x7d)),
      ),
    commands: ["status", ...ASKING],
    exit: 6,
    code: "protocol_error",
  },
  {
    name: "a file for a socket",
    make: async (home) => {
      await Deno.mkdir(home.home, { mode: 0o700 });
      await Deno.writeTextFile(home.socket, "");
    },
    commands: ["status", ...ALSO_STOPPING],
    exit: 74,
    code: "socket_unusable",
  },
  {
    name: "a file for a home",
    make: (home) => Deno.writeTextFile(home.home, ""),
    commands: ["daemon run", "daemon start --background"],
    exit: 74,
    code: "home_unusable",
  },
  {
    name: "a file for a spool",
    make: async (home) => {
      await Deno.mkdir(home.home, { mode: 0o700 });
      await Deno.writeTextFile(`${home.home}/spool`, "");
    },
    commands: [
      "spool list",
      "spool flush",
      "spool purge",
      "ingest --source claude --event Stop --session s --json",
    ],
    exit: 74,
    code: "file_error",
  },
  {
    name: "a store that is none",
    make: async (home) => {
      await Deno.mkdir(home.home, { mode: 0o700 });
      await Deno.writeTextFile(`${home.home}/store.db`, "x".repeat(5000));
    },
    commands: ["daemon run"],
    exit: 74,
    code: "file_error",
  },
  {
    name: "a daemon that runs",
    make: (home) => home.startDaemon(),
    commands: ["daemon run"],
    exit: 73,
    code: "home_owned",
  },
  {
    name: "a daemon that has nothing",
    make: (home) => home.startDaemon(),
    commands: [
      "detail s1",
      "detail @latest",
      "detail s1 -o trace",
      "detail s1 -o ndjson",
      "sessions --project x",
      "store prune --session s1 --yes",
    ],
    exit: 1,
    code: "not_found",
  },
  {
    name: "input that is no event",
    make: () => Promise.resolve(),
    commands: [
      "ingest --source claude --json",
      "ingest --source claude --event Stop --json",
    ],
    exit: 65,
    code: "bad_input",
  },
];

for (const { name, make, commands, exit, code } of settings) {
  Deno.test(`${name} is exit ${exit} and one error object for each command`, async () => {
    await using home = await tempHome();
    await using _setting = await make(home) ?? null;
    const env = {
      KAIZEN_NO_START: "1",
      KAIZEN_TIMEOUT: exit === 4 ? HANGING_TIMEOUT : TIMEOUT,
    };
    const fail = async (command: string) => {
      const result = await home.run(command.split(" "), { env });
      assertEquals(result.code, exit, `${command}: ${result.stderr}`);
      // One document, one line, nothing else.
      assertEquals(result.stdout.indexOf("\n"), result.stdout.length - 1);
      const object: { code: string; exit: number } = JSON.parse(result.stdout);
      assertEquals([object.code, object.exit], [code, exit], command);
      assert(validate(object), `${command}: ${result.stdout}`);
      assert(result.stderr.includes("kaizen: "), command);
    };
    for (let at = 0; at < commands.length; at += PARALLEL) {
      await Promise.all(commands.slice(at, at + PARALLEL).map(fail));
    }
  });
}
