// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { isInstalled, Terminal } from "./_terminal.ts";
import { IS_BINARY, programCommand, tempHome } from "./harness.ts";

const wrong: [args: string[], words: string][] = [
  [["nope"], 'Unknown command "nope"'],
  [["sesions"], 'Unknown command "sesions"; did you mean "sessions"?'],
  [["version"], 'Unknown command "version"; did you mean "--version"?'],
  [["backup"], 'Unknown command "backup"; did you mean "store backup"?'],
  [["ls"], 'Unknown command "ls"; did you mean "sessions list"?'],
  [
    ["install"],
    'Unknown command "install"; did you mean "daemon install" or "hooks install"?',
  ],
  [["spool", "prune"], 'Unknown command "prune"; did you mean "store prune"?'],
  [["ids"], 'Unknown command "ids"'],
  [["daemon", "strat"], 'Unknown command "strat"; did you mean "start"?'],
  [["sessions", "lst"], 'Unknown command "lst"; did you mean "list"?'],
  [
    ["sessions", "--limt", "3"],
    'Unknown option "--limt"; did you mean "--limit"?',
  ],
  [["--hom", "/x", "status"], 'Unknown option "--hom"; did you mean "--home"?'],
  [["status", "--zzz"], 'Unknown option "--zzz"'],
  [["detail"], "Missing argument: ID"],
  [["detail", "--foo"], 'Unknown option "--foo"'],
  [["detail", "a", "b"], "Too many arguments: b"],
  [["status", "x"], "No arguments allowed"],
  [["sessions", "--limit", "-1"], "must be a whole number"],
  [["sessions", "--limit", "0x10"], "must be a whole number"],
  [["sessions", "--limit"], 'Missing value for option "--limit"'],
  [["sessions", "--agent", "--json"], 'Missing value for option "--agent"'],
  [["sessions", "--status", "runing"], 'did you mean "Running"?'],
  [["sessions", "--since", "yesterday"], "must be a time like"],
  [["sessions", "--watch=fast"], "Cannot read duration"],
  [["sessions", "--watch", "banana"], 'Cannot read duration "banana"'],
  [["sessions", "list", "--watch", "soon"], 'Cannot read duration "soon"'],
  [["sessions", "--watch", "-5s"], 'Cannot read duration "-5s"'],
  [["sessions", "--workspace", "/a", "--all-workspaces"], "together"],
  [["sessions", "--project", "x", "--workspace", "/a"], "together"],
  [["status", "--wait", "soon"], "Cannot read duration"],
  [["status", "--timeout", "0"], "at least 1ms"],
  [["-o", "xml", "status"], "must be one of text, json, ndjson, trace"],
  [["status", "-o", "trace"], "Only detail can print a trace"],
  [["sessions", "-o", "trace"], "Only detail can print a trace"],
  [["status", "--json", "-o", "text"], "together"],
  [["status", "--json", "--json"], "only occur once"],
  [["status", "--", "-x"], 'Unexpected argument after --: "-x"'],
  [["daemon", "--", "x"], 'Unexpected argument after --: "x"'],
  [["--", "status"], 'Unexpected argument after --: "status"'],
  [["detail", "a", "--", "-b"], 'Unexpected argument after --: "-b"'],
  [["detail", "--"], "Missing argument: ID"],
  [["detail", "-rf"], 'Unknown option "-rf"'],
  [["sessions", "--limit=-1"], 'but got "-1"'],
  [["sessions", "--limit", ""], 'but got ""'],
  [["events", "--session", ""], 'Option "--session" must not be empty'],
  [["grep", "--tool=", "x"], 'Option "--tool" must not be empty'],
  [["grep", ""], 'Argument "pattern" must not be empty'],
  [["status", "-q", "-v"], "together"],
  [["status", "--color", "blue"], "must be one of auto, always, never"],
  [["--no-daemon", "sessions"], "there is no direct mode"],
  [["sessions", "--no-daemon"], "there is no direct mode"],
  [["help", "nope"], 'There is no help for "nope"'],
  [["help", "sesions"], 'no help for "sesions"; did you mean "sessions"?'],
  [["help", "prune"], 'no help for "prune"; did you mean "store prune"?'],
  [["ingest"], 'Missing required option "--source"'],
  [["ingest", "--source", "claud"], 'did you mean "claude"?'],
  [["ingest", "--source", "claude", "-q", "-v"], "together"],
  [["store", "prune"], "either --older-than DURATION or --session ID"],
  [["store", "prune", "--older-than", "1d"], "add --yes"],
  [["spool", "purge", "--pending"], "without --yes"],
  [["--home", "relative", "status"], "must be absolute"],
  [["--socket", `/${"x".repeat(107)}`, "status"], "must be <= 107 bytes"],
];

Deno.test("what is wrong with a command line is said in one line, with exit 64 and the next command", async () => {
  await using home = await tempHome();
  for (const [args, words] of wrong) {
    const { code, stdout, stderr } = await home.run(args);
    const [what = "", next = "", ...rest] = stderr.split("\n");
    assertEquals(code, 64, args.join(" "));
    assert(what.startsWith("kaizen: "), stderr);
    assertStringIncludes(what, words);
    assert(next.startsWith("  try: kaizen "), stderr);
    assertEquals(rest, [""]);
    // Off a terminal JSON is spoken, but not by what prints none.
    if (args[0] === "help" || args[0] === "ingest") assertEquals(stdout, "");
    else assertEquals(JSON.parse(stdout).exit, 64);
  }
});

Deno.test("wrong usage in words for people prints nothing on stdout", async () => {
  await using home = await tempHome();
  for (const args of [["nope", "-o", "text"], ["-o=text", "nope"]]) {
    const { code, stdout } = await home.run(args);
    assertEquals([code, stdout], [64, ""]);
  }
  const { code, stdout } = await home.run(["nope"], {
    env: { KAIZEN_OUTPUT: "text" },
  });
  assertEquals([code, stdout], [64, ""]);
});

const environments: [
  env: Record<string, string | undefined>,
  code: number,
  words: string,
][] = [
  [{ KAIZEN_OUTPUT: "xml" }, 64, "KAIZEN_OUTPUT must be one of"],
  [{ KAIZEN_TIMEOUT: "soon" }, 64, "KAIZEN_TIMEOUT: Cannot read duration"],
  [{ KAIZEN_HOME: "relative" }, 64, "KAIZEN_HOME"],
  [{ KAIZEN_SOCK: "relative" }, 64, "KAIZEN_SOCK"],
  [
    { KAIZEN_HOME: undefined, HOME: undefined },
    74,
    "neither KAIZEN_HOME nor HOME is set",
  ],
  [{ KAIZEN_HOME: "", HOME: "relative" }, 74, "HOME must be absolute"],
];
for (const [env, exit, words] of environments) {
  Deno.test(`environment ${JSON.stringify(env)} is exit ${exit}`, async () => {
    await using home = await tempHome();
    const { code, stdout, stderr } = await home.run(["sessions"], { env });
    assertEquals(code, exit, stderr);
    assertStringIncludes(stderr, words);
    assertEquals(JSON.parse(stdout).exit, exit);
  });
}

Deno.test("a daemon that is started does not mind its starter's environment", async () => {
  await using home = await tempHome();
  const env = { KAIZEN_OUTPUT: "xml", KAIZEN_TIMEOUT: "soon" };
  const { code } = await home.run(["sessions", "--json", "--timeout", "9s"], {
    env,
  });
  assertEquals(code, 0);
});

Deno.test("a flag beats the environment", async () => {
  await using home = await tempHome();
  const { code, stdout } = await home.run(
    ["status", "-o", "json", "--home", home.home, "--timeout", "2s"],
    {
      env: {
        KAIZEN_OUTPUT: "text",
        KAIZEN_HOME: "/nowhere",
        KAIZEN_TIMEOUT: "1",
      },
    },
  );
  assertEquals(code, 3);
  assertEquals(JSON.parse(stdout).socket, home.socket);
});

Deno.test("a home that is a file, or a socket that is none, has its own message", async () => {
  await using home = await tempHome();
  await Deno.writeTextFile(home.home, "");
  const file = await home.run(["sessions", "--json"]);
  assertEquals(file.code, 74, file.stderr);
  assert(!file.stderr.includes("    at "));
  await Deno.remove(home.home);
  await Deno.mkdir(home.home);
  await Deno.writeTextFile(home.socket, "");
  const socket = await home.run(["sessions", "--json"]);
  assertEquals(socket.code, 74, socket.stderr);
  assertStringIncludes(socket.stderr, "is not a socket");
});

Deno.test("--help wins over what is wrong beside it, and every command has it", async () => {
  await using home = await tempHome();
  const commands = [
    [],
    ["status"],
    ["stop"],
    ["sessions"],
    ["sessions", "list"],
    ["sessions", "show"],
    ["sessions", "tree"],
    ["detail"],
    ["ingest"],
    ["spool"],
    ["spool", "status"],
    ["spool", "flush"],
    ["spool", "list"],
    ["spool", "purge"],
    ["store"],
    ["store", "stats"],
    ["store", "prune"],
    ["daemon"],
    ["daemon", "run"],
    ["daemon", "start"],
    ["daemon", "stop"],
    ["daemon", "restart"],
    ["daemon", "status"],
    ["help"],
  ];
  const pages = await Promise.all(commands.map(async (command) => {
    const asked = await home.run([...command, "--help"]);
    const beside = await home.run([...command, "--json", "--wrong", "-h"]);
    assertEquals([asked.code, asked.stderr], [0, ""], command.join(" "));
    assertEquals(beside.stdout, asked.stdout);
    assertEquals(beside.code, 0);
    return asked.stdout;
  }));
  for (const page of pages) {
    assertStringIncludes(page, "\nExamples\n");
    assertStringIncludes(page, "\nUsage\n  kaizen");
    assertStringIncludes(page, "env: KAIZEN_HOME");
  }
  assertEquals((await home.run([])).stdout, pages[0]);
  assertEquals((await home.run(["help", "sessions", "list"])).stdout, pages[4]);
});

Deno.test("help about the commands of hooks is shown, and is no hook; a hook never shows any", async () => {
  await using home = await tempHome();
  for (const command of ["hook", "git"]) {
    const { code, stdout } = await home.run(["help", "ingest", command]);
    assertEquals(code, 0);
    assertStringIncludes(stdout, `kaizen ingest ${command}`);
  }
  const { running, spool } = JSON.parse((await home.run(["status"])).stdout);
  assertEquals([running, spool.pending, spool.failures], [false, 0, 0]);
  for (const command of ["hook", "git"]) {
    const asked = await home.run(["ingest", command, "post-commit", "--help"]);
    assertEquals([asked.code, asked.stdout, asked.stderr], [0, "", ""]);
  }
});

Deno.test("kaizen alone with /dev/null as stdin shows the help", async () => {
  await using home = await tempHome();
  const [program = "", ...args] = programCommand();
  const { code, stdout } = await new Deno.Command(program, {
    args,
    stdin: "null",
    env: { KAIZEN_HOME: home.home },
  }).output();
  const page = (await home.run(["--help"])).stdout;
  assertEquals([code, new TextDecoder().decode(stdout)], [0, page]);
});

Deno.test({
  name: "kaizen alone shows the help at a terminal",
  ignore: !isInstalled("tmux") || !isInstalled("bash"),
  async fn() {
    await using home = await tempHome();
    await using terminal = await Terminal.open({
      columns: 80,
      rows: 80,
      command: "bash --noprofile --norc",
      env: { HOME: home.root, KAIZEN_HOME: home.home },
      cwd: home.workspace,
    });
    const program = programCommand().join(" ");
    await terminal.type(`clear; ${program}; echo it has en""ded`, "Enter");
    await terminal.waitFor((screen) =>
      screen.includes("Record what coding agents do") &&
      screen.includes("it has ended")
    );
  },
});

Deno.test({
  name: "ingest hook --help is answered at a terminal",
  ignore: !isInstalled("tmux") || !isInstalled("bash"),
  async fn() {
    await using home = await tempHome();
    await using terminal = await Terminal.open({
      columns: 80,
      rows: 50,
      command: "bash --noprofile --norc",
      env: { HOME: home.root, KAIZEN_HOME: home.home },
      cwd: home.workspace,
    });
    const program = programCommand().join(" ");
    // Until it has ended it may still write below HOME, which is removed then.
    const line = `clear; ${program} ingest hook --help; echo it has en""ded`;
    await terminal.type(line, "Enter");
    await terminal.waitFor((screen) =>
      screen.includes("to its hook on stdin") && screen.includes("it has ended")
    );
  },
});

Deno.test("without arguments an event on stdin is recorded in silence, and anything else brings the help", async () => {
  await using home = await tempHome();
  const event = {
    session_id: "bare",
    cwd: home.workspace,
    prompt_id: "p1",
    hook_event_name: "UserPromptSubmit",
    prompt: "hello",
  };
  const silent = await home.run([], {
    stdin: JSON.stringify(event),
    // A daemon would take the event out of the spool.
    env: { KAIZEN_NO_START: "1" },
  });
  assertEquals([silent.code, silent.stdout, silent.stderr], [0, "", ""]);
  const { stdout } = await home.run(["spool", "status", "--json"]);
  assertEquals(JSON.parse(stdout).pending, 1);
  for (const stdin of ["", "some text\n"]) {
    const { code, stdout } = await home.run([], { stdin });
    assertEquals([code, stdout.includes("Commands")], [0, true]);
  }
});

Deno.test("spool flush says once, on stderr, why events are left", async () => {
  await using home = await tempHome();
  const words = ["ingest", "hook", "--source", "claude"];
  const { code } = await home.run(words, {
    stdin: '{"hook_event_name":"Stop","session_id":"s"}',
    env: { KAIZEN_NO_START: "1" },
  });
  assertEquals(code, 0);
  const flushed = await home.run(["spool", "flush", "-o", "text"]);
  assertEquals(
    [flushed.code, flushed.stdout],
    [3, "Delivered 0 events; 1 left.\n"],
  );
  assertStringIncludes(flushed.stderr, "kaizen: The daemon is not running");
});

Deno.test("help knows its topics", async () => {
  await using home = await tempHome();
  for (
    const [topic, words] of [
      ["exit-codes", "141  the reader"],
      ["json", "ndjson"],
      ["environment", "KAIZEN_SOCK"],
      [
        "environment",
        "output format: text, json, ndjson, trace, csv,\n                           arrow, parquet",
      ],
    ]
  ) {
    const { code, stdout } = await home.run(["help", topic ?? ""]);
    assertEquals(code, 0);
    assertStringIncludes(stdout, words ?? "");
  }
});

Deno.test("--version names program, protocol, runtime, commit and packages", async () => {
  await using home = await tempHome();
  for (const args of [["--version"], ["-V"], ["status", "-V"]]) {
    const { code, stdout } = await home.run(args);
    assertEquals(code, 0);
    const lines = stdout.trimEnd().split("\n").map((line) =>
      line.split(" ")[0]
    );
    assertEquals(lines, ["kaizen", "protocol", "deno", "commit", "packages"]);
  }
  for (
    const args of [
      ["--version", "--json"],
      ["-V", "--json"],
      ["--version", "-o", "json"],
      ["--output=ndjson", "status", "-V"],
      ["-V", "-o", "json", "--nope"],
    ]
  ) {
    const { code, stdout } = await home.run(args);
    assertEquals([code, JSON.parse(stdout).proto_version], [0, 1]);
    assertEquals(stdout.split("\n").length, 2);
  }
});

Deno.test({
  name: "a disk that is full, or closed descriptors, are no bugs",
  ignore: Deno.build.os !== "linux",
  async fn() {
    await using home = await tempHome();
    const shell = async (script: string) =>
      await new Deno.Command("sh", {
        args: ["-c", script, "sh", ...programCommand()],
        env: { KAIZEN_HOME: home.home },
      }).output();
    const full = await shell('"$@" status >/dev/full');
    assertEquals(full.code, 74);
    assertStringIncludes(
      new TextDecoder().decode(full.stderr),
      "Cannot write the result: no space left on device",
    );
    assertEquals((await shell('"$@" nope >/dev/full')).code, 64);
    assertEquals((await shell('"$@" nope 2>/dev/full')).code, 64);
    assertEquals((await shell('"$@" nope 2>&-')).code, 64);
    assertEquals((await shell('"$@" status <&-')).code, 3);
  },
});

Deno.test({
  name: "a directory that was deleted is no obstacle",
  // Deno ends there before our code runs; a launcher leaves the directory first.
  ignore: IS_BINARY,
  async fn() {
    await using home = await tempHome();
    const gone = `${home.root}/gone`;
    await Deno.mkdir(gone);
    const { code, stdout } = await new Deno.Command("sh", {
      args: [
        "-c",
        `cd "${gone}" && rmdir "${gone}" && exec "$@"`,
        "sh",
        ...programCommand(),
        "status",
      ],
      env: { KAIZEN_HOME: home.home },
    }).output();
    assertEquals(code, 3);
    assertEquals(JSON.parse(new TextDecoder().decode(stdout)).running, false);
  },
});
