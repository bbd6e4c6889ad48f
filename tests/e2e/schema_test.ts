// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals } from "@std/assert";
import { Ajv2020 } from "ajv/2020";
import {
  answerLine,
  print as printTranscript,
} from "../unit/transcripts/_transcripts.ts";
import { feed, sampleSession } from "./_feed.ts";
import { Git, write } from "./_git.ts";
import { fakeDaemon } from "./fake_daemon.ts";
import { type Home, type RunOptions, tempHome } from "./harness.ts";

const SCHEMAS = new URL("../../docs/schema/", import.meta.url);
const files = [...Deno.readDirSync(SCHEMAS)].map(({ name }) => name).sort();

/**
 * All schemas as they are published; or closed: where a schema is for one object, a field that it
 * does not name is a fault, so that none goes undescribed.
 */
function compile(closed: boolean): Ajv2020 {
  const ajv = new Ajv2020({ allErrors: true });
  for (const file of files) {
    const schema = JSON.parse(Deno.readTextFileSync(new URL(file, SCHEMAS)));
    // A line of a detail is a record and one field more.
    if (closed && file !== "detail-record.json") close(schema);
    ajv.addSchema(schema, file);
  }
  return ajv;
}

/** Writes a transcript; returns an event that names it. */
async function tellTokens(home: Home): Promise<Record<string, unknown>> {
  const folder = `${home.root}/.claude/projects/-w`;
  await Deno.mkdir(folder, { recursive: true });
  const transcript_path = `${folder}/s1.jsonl`;
  const call = { type: "tool_use", id: "toolu_9", name: "Bash", input: {} };
  const line = answerLine(0, {
    content: [call],
    more: { sessionId: "s1", timestamp: new Date().toISOString() },
  });
  await Deno.writeTextFile(transcript_path, printTranscript([line]));
  return { hook_event_name: "Stop", session_id: "s1", transcript_path };
}

function close(schema: unknown): void {
  if (typeof schema !== "object" || schema === null) return;
  if ("properties" in schema && "required" in schema) {
    Object.assign(schema, { additionalProperties: false });
  }
  for (const part of Object.values(schema)) close(part);
}

const open = compile(false);
const closed = compile(true);
const checked = new Set<string>();

function check(name: string, value: unknown, isOurs = true): void {
  checked.add(`${name}.json`);
  const ajv = isOurs && name !== "detail-record" ? closed : open;
  const isValid = ajv.validate(`${name}.json`, value);
  assert(isValid, `${name}: ${ajv.errorsText()}: ${JSON.stringify(value)}`);
  // The schema must refuse a value of another type.
  assert(!ajv.validate(`${name}.json`, []), name);
  for (const key of requiredOf(name)) {
    const rest = without(value, key);
    assert(!ajv.validate(`${name}.json`, rest), `${name} without ${key}`);
  }
}

function without(value: unknown, key: string): unknown {
  const members = Object.entries(value ?? {}).filter(([name]) => name !== key);
  return Object.fromEntries(members);
}

function requiredOf(name: string): string[] {
  const text = Deno.readTextFileSync(new URL(`${name}.json`, SCHEMAS));
  const { required = [] }: { required?: string[] } = JSON.parse(text);
  return required;
}

async function print(
  home: Home,
  args: string[],
  options?: RunOptions,
): Promise<unknown> {
  const { stdout } = await home.run([...args, "-o", "json"], options);
  return JSON.parse(stdout);
}

/** Makes stand-ins for what starts services. @returns A PATH that begins with them. */
async function addServiceTools(home: Home): Promise<string> {
  const bin = `${home.root}/bin`;
  await Deno.mkdir(bin);
  for (const name of ["systemctl", "launchctl"]) {
    const mode = 0o755;
    await Deno.writeTextFile(`${bin}/${name}`, "#!/bin/sh\n", { mode });
  }
  return `${bin}:${Deno.env.get("PATH")}`;
}

/** Makes a repository with one commit that our hook tells. @returns Its path. */
async function commitOnce(home: Home): Promise<string> {
  const git = new Git(home);
  const repo = await git.init("repo");
  await write(`${repo}/a`);
  await git.commit(repo, "Add a file");
  return repo;
}

async function lines(
  home: Home,
  args: string[],
  options?: RunOptions,
): Promise<unknown[]> {
  const { stdout } = await home.run([...args, "-o", "ndjson"], options);
  return stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
}

Deno.test("every output is as its schema says, and every schema is of an output", async () => {
  await using home = await tempHome();
  const now = Date.now();

  // Without a daemon.
  check("status", await print(home, ["status"]));
  const PATH = await addServiceTools(home);
  for (const command of ["install", "uninstall"]) {
    check(
      `daemon-${command}`,
      await print(home, ["daemon", command], { env: { PATH } }),
    );
  }
  check("stop", await print(home, ["stop"]));
  check("stop", await print(home, ["stop", "--no-wait"]));
  check("doctor", await print(home, ["doctor"]));
  check(
    "version",
    JSON.parse((await home.run(["--version", "--json"])).stdout),
  );
  check("error", await print(home, ["nope"]));
  check("error", await print(home, ["sessions", "--no-start"]));
  const env = { KAIZEN_NO_START: "1" };
  const stop = JSON.stringify({ hook_event_name: "Stop", session_id: "s2" });
  const ingest = ["ingest", "--source", "claude"];
  check("ingest", await print(home, ingest, { stdin: stop, env }));
  check(
    "ingest",
    await print(home, ingest, { stdin: stop, env: { KAIZEN_OFF: "1" } }),
  );
  await home.run(["ingest", "hook", "--source", "claude"], {
    stdin: "[]",
    env,
  });
  const full = { ...env, KAIZEN_SPOOL_MAX_EVENTS: "1" };
  const hook = ["ingest", "hook", "--source", "claude"];
  await home.run(hook, { stdin: stop, env: full });
  const spool = await print(home, ["spool", "status"]);
  check("spool", spool);
  assertEquals(Reflect.get(Object(spool), "failures"), 1);
  check("spool-list", await print(home, ["spool", "list"]));
  for (const entry of await lines(home, ["spool", "list"])) {
    check("spool-entry", entry);
  }
  check("spool-flush", await print(home, ["spool", "flush"]));
  check("spool-purge", await print(home, ["spool", "purge"]));
  await print(home, ingest, { stdin: stop, env });
  const purge = ["spool", "purge", "--pending", "--yes"];
  check("spool-purge", await print(home, purge));

  // With ours.
  const start = ["daemon", "start", "--background"];
  check("daemon-start", await print(home, start));
  check("daemon-start", await print(home, start)); // one runs already
  check("daemon-start", await print(home, ["daemon", "restart"]));
  check("sessions", await print(home, ["sessions"])); // none
  check("doctor-coverage", await print(home, ["doctor", "--coverage"]));
  check("store", await print(home, ["store", "stats"])); // empty
  await feed(home, ...sampleSession("s1", now));
  check("status", await print(home, ["status"]));
  check("spool-flush", await print(home, ["spool", "flush"]));
  check("ingest", await print(home, ingest, { stdin: stop }));
  check(
    "ingest",
    await print(home, [...ingest, "--ndjson"], { stdin: `${stop}\n` }),
  );
  const failed = await home.run([...ingest, "--ndjson"], {
    stdin: `${stop}\n{}\n`,
  });
  check("ingest-failure", JSON.parse(failed.stderr));
  check("sessions", await print(home, ["sessions"]));
  check("sessions", await print(home, ["sessions", "--limit", "1"]));
  check("sessions", await print(home, ["sessions", "--limit", "0"]));
  check("sessions", await print(home, ["sessions", "--all-workspaces"]));
  for (const row of await lines(home, ["sessions"])) check("session", row);
  check("detail", await print(home, ["detail", "s1"]));
  check("detail", await print(home, ["detail", "s1", "--events"]));
  check("detail", await print(home, ["detail", "s1", "--spans"]));
  check("detail", await print(home, ["detail", "s1", "--since-seq", "3"]));
  const records = await lines(home, ["detail", "s1"]);
  for (const record of records) {
    check("detail-record", record);
    const kind: unknown = Reflect.get(Object(record), "record");
    check(String(kind), without(record, "record"));
  }
  check("events", await print(home, ["events"]));
  for (const event of await lines(home, ["events"])) {
    check("stream-event", event);
  }
  check("matches", await print(home, ["grep", "Bash"]));
  for (const match of await lines(home, ["grep", "Bash"])) {
    check("match", match);
  }
  for (const flag of ["-l", "-c"]) {
    check("matches", await print(home, ["grep", flag, "Bash"]));
    for (const match of await lines(home, ["grep", flag, "Bash"])) {
      check("session-matches", match);
    }
  }
  check(
    "error",
    await print(home, ["events", "--since-cursor", "0".repeat(30)]),
  );
  check("wait", await print(home, ["wait", "s1", "--timeout", "2s"]));
  const { stdout } = await home.run(["detail", "s1", "-o", "trace"]);
  check("trace", JSON.parse(stdout));
  check("error", await print(home, ["detail", "nope"]));
  check("error", await print(home, ["detail", "s"]));
  check("store", await print(home, ["store", "stats"]));
  check(
    "store",
    await print(home, ["store", "prune", "--older-than", "1d", "--dry-run"]),
  );
  const prune = ["store", "prune", "--session", "s2", "--yes"];
  check("store", await print(home, prune));
  const backup = `${home.home}/backup.db`;
  check("store-backup", await print(home, ["store", "backup", backup]));
  check("store-restore", await print(home, ["store", "restore", backup]));
  check("store-restore", await print(home, ["store", "restore", backup]));
  check("import", await print(home, ["import", "./none.jsonl"]));
  await print(home, start); // a restore has stopped it
  await feed(home, await tellTokens(home));
  check("doctor-coverage", await print(home, ["doctor", "--coverage", "s1"]));
  check("usage", await print(home, ["usage", "--by", "session"]));
  const used = await lines(home, ["usage", "--by", "session"]);
  assertEquals(used.length, 1);
  for (const row of used) check("usage-row", row);
  check("usage-line", await print(home, ["usage", "--line"]));
  const repo = await commitOnce(home);
  check("commits", await print(home, ["commits"], { cwd: repo }));
  for (const row of await lines(home, ["commits"], { cwd: repo })) {
    check("commit", row);
  }
  check("blame", await print(home, ["blame", "a"], { cwd: repo }));
  for (const row of await lines(home, ["blame", "a"], { cwd: repo })) {
    check("blame-row", row);
  }
  check("hooks-status", await print(home, ["hooks", "status"]));
  const hooks = ["hooks", "install", "cursor", "--yes"];
  check("hooks-change", await print(home, hooks));
  check("hooks-status", await print(home, ["hooks", "status"]));
  check("hooks-change", await print(home, ["hooks", "uninstall", "--yes"]));
  check(
    "hooks-plugin",
    await print(home, ["hooks", "plugin", `${home.root}/plugin`]),
  );
  check("stop", await print(home, ["stop"]));
  await using daemon = await home.startDaemon();
  check("daemon-run", JSON.parse(daemon.readyLine));
  daemon.signal("SIGSTOP");
  check("status", await print(home, ["status"])); // hangs
  check("error", await print(home, ["sessions", "--timeout", "200ms"]));
  // A spool of which nothing can be made. A daemon that goes on makes the folder anew.
  await Deno.remove(`${home.home}/spool`, { recursive: true });
  await Deno.writeTextFile(`${home.home}/spool`, "");
  check("spool", await print(home, ["spool", "status"]));
  check("error", await print(home, ["spool", "list"]));
  daemon.signal("SIGCONT");

  // The span trees are part of detail; alone they are no output.
  checked.add("span-node.json");
  assertEquals([...checked].sort(), files);
});

Deno.test("the examples of docs/json.md are as the schemas say", () => {
  const page = Deno.readTextFileSync(new URL("../json.md", SCHEMAS));
  const examples = [...page.matchAll(/```json\n(\{\n[^]*?\n\})\n```/g)]
    .map(([, text = ""]) => JSON.parse(text));
  assertEquals(examples.length, 2);
  for (const example of examples) {
    check(example.type === "error" ? "error" : "status", example);
  }
});

Deno.test("the schemas hold for the reference's answers, with all that it adds", async () => {
  await using home = await tempHome();
  await Deno.mkdir(home.home);
  await using _daemon = fakeDaemon(home.socket, ({ request, answer }) =>
    answer(
      request.type === "hello"
        ? '{"type":"hello","proto_version":1,"daemon_version":"0.1.46","workspaces":["/w"]}'
        : '{"type":"status","pid":1,"uptime_ms":1,"queue_depth":0,"last_error":"x","capture":[{"workspace":"/w","deep":false}],"web":{"listen":"l","url":"u","token":"t"},"later":1}',
    ));
  check("status", await print(home, ["status"]), false);
});
