// SPDX-License-Identifier: AGPL-3.0-or-later
/** `kaizen hooks` with settings of agents in a home of its own. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { runTogether, startCommand } from "./_agent_host.ts";
import { agents, countStored, type Line, lines } from "./_agent_settings.ts";
import { type Home, tempHome } from "./harness.ts";

/** An agent as `kaizen hooks` names it. */
interface Setup {
  /** As the pages call it. */
  title: string;
  name: string;
  /** Its file below HOME. */
  file: string;
  /** Its file in a repository. */
  projectFile: string;
  /** Settings of a user who has other hooks. */
  full: string;
}

const GROUP = `{
  // hooks of my own
  "hooks": {
    "SessionStart": [
      { "hooks": [ {"type": "command", "command": "my-start"} ] }, // first
      /* second */ { "hooks": [ {"type": "command", "command": "other"} ] }
    ]
  },
  "theme": "dark", // the last member
}
`;
const LIST = `{"version": 1,
 "hooks": {"sessionStart": [{"command": "./mine.sh"}], "stop": [ ]}}`;

const setups: Setup[] = [
  {
    title: "Claude Code",
    name: "claude",
    file: ".claude/settings.json",
    projectFile: ".claude/settings.local.json",
    full: GROUP,
  },
  {
    title: "Codex",
    name: "codex",
    file: ".codex/hooks.json",
    projectFile: ".codex/hooks.json",
    full: GROUP.replaceAll("\n", "\r\n"),
  },
  {
    title: "Copilot CLI",
    name: "copilot",
    file: ".copilot/hooks/kaizen.json",
    projectFile: ".github/hooks/kaizen.json",
    full: `{ "hooks": { "preToolUse": [ { "bash": "guard" } ] } }`,
  },
  {
    title: "Cursor",
    name: "cursor",
    file: ".cursor/hooks.json",
    projectFile: ".cursor/hooks.json",
    full: LIST,
  },
  {
    title: "Gemini CLI",
    name: "gemini",
    file: ".gemini/settings.json",
    projectFile: ".gemini/settings.json",
    full: GROUP,
  },
  {
    title: "Vibe",
    name: "vibe",
    file: ".vibe/hooks.toml",
    projectFile: ".vibe/hooks.toml",
    full:
      `# mine\n[[hooks]]\nname = 'guard' # single\ntype = "pre_tool"\ncommand = "guard"`,
  },
];

const userOf = (home: Home) => `${home.root}/user`;

async function readOrNull(path: string): Promise<string | null> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

async function put(path: string, text: string, mode = 0o644): Promise<void> {
  await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
  await Deno.writeTextFile(path, text);
  await Deno.chmod(path, mode);
}

/** Lists everything below a folder, with its content and mode. */
async function listTree(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    const { mode } = await Deno.lstat(path);
    found.push(
      isDirectory
        ? `${path} ${mode}`
        : `${path} ${mode} ${await Deno.readTextFile(path)}`,
    );
    if (isDirectory) found.push(...await listTree(path));
  }
  return found.sort();
}

async function run(home: Home, ...words: string[]) {
  const result = await home.run(["hooks", ...words, "-o", "json"]);
  return { ...result, json: JSON.parse(result.stdout || "null") };
}

/**
 * An event as the agent sends it; one without a sample has the members that all its events have.
 */
function sampleOf(agent: string, event: string): Record<string, unknown> {
  const of = (wanted: (line: Line) => boolean) =>
    lines.find((line) => line.agent === agent && wanted(line))?.payload;
  const exact = of((line) => line.event === event);
  if (exact !== undefined) return exact;
  const other = of((line) => /^sessionstart$/i.test(line.event)) ?? {};
  const { source: _source, initialPrompt: _prompt, ...common } = other;
  return "hook_event_name" in common
    ? { ...common, hook_event_name: event }
    : common;
}

for (const { title, name, file, full } of setups) {
  const agent = agents[title];
  if (agent === undefined) throw new TypeError(title);

  Deno.test(`hooks install ${name}: every command that it writes records its event`, async () => {
    await using home = await tempHome();
    await using _daemon = await home.startDaemon();
    const { code, json } = await run(home, "install", name, "--yes");
    assertEquals([code, json.failures, json.written], [0, [], true]);
    const text = await Deno.readTextFile(`${userOf(home)}/${file}`);
    const hooks = agent.read(text);
    assert(hooks.length >= 3);
    const reports = await runTogether(
      hooks.map((hook) => () =>
        startCommand(agent.line(hook), home, {
          writes: [JSON.stringify(sampleOf(agent.name, hook.event))],
        })
      ),
    );
    for (const report of reports) {
      assertEquals(report, { code: 0, output: "", writeError: null });
    }
    assertEquals(await countStored(home), hooks.length);
    const status = await run(home, "status", name);
    const [row] = status.json.hooks;
    assertEquals(row.events, hooks.map(({ event }) => event));
    assertEquals([row.missing, row.others, row.fault], [[], [], null]);
    assert(row.last_event_at_ms > 0, JSON.stringify(row));
  });

  const befores: Record<string, string | null> = {
    "no file": null,
    "an empty file": "",
    "a full file": full,
  };
  for (const [kind, before] of Object.entries(befores)) {
    Deno.test(`hooks install ${name}, twice, and uninstall leave ${kind} as it was`, async () => {
      await using home = await tempHome();
      const path = `${userOf(home)}/${file}`;
      if (before !== null) await put(path, before, 0o640);
      const tree = await listTree(userOf(home));
      const dry = await run(home, "install", name, "--dry-run");
      assertEquals([dry.code, dry.json.written], [0, false]);
      assertEquals(dry.json.changes.length, 1);
      assertEquals(await listTree(userOf(home)), tree);

      const made = await run(home, "install", name, "--yes");
      assertEquals([made.code, made.json.written], [0, true]);
      const after = await Deno.readTextFile(path);
      assertEquals(
        (await Deno.stat(path)).mode! & 0o777,
        before === null ? 0o600 : 0o640,
      );
      const { ino } = await Deno.stat(path);
      const again = await run(home, "install", name, "--yes");
      assertEquals(
        [again.code, again.json.written, again.json.changes],
        [0, false, []],
      );
      assertEquals(await Deno.readTextFile(path), after);
      assertEquals((await Deno.stat(path)).ino, ino, "not written again");

      const undone = await run(home, "uninstall", name, "--yes");
      assertEquals([undone.code, undone.json.failures], [0, []]);
      assertEquals(await listTree(userOf(home)), tree);
      assertEquals(await readOrNull(`${home.home}/hooks/journal.json`), null);
    });
  }

  Deno.test(`hooks install ${name} refuses a broken file and leaves it`, async () => {
    await using home = await tempHome();
    const path = `${userOf(home)}/${file}`;
    await put(path, '{"hooks": {\n');
    const { code, json, stderr } = await run(home, "install", name, "--yes");
    assertEquals(code, 74);
    assertMatch(stderr, /Cannot use "[^"]*" as it is no (valid JSON|TOML)/);
    assertEquals([json.written, json.failures.length], [false, 1]);
    assertEquals(await Deno.readTextFile(path), '{"hooks": {\n');
  });
}

Deno.test("hooks install writes no event that blocks, fails or floods an agent, and a timeout in its unit", async () => {
  await using home = await tempHome();
  for (const { name } of setups) await run(home, "install", name, "--yes");
  const never =
    /^(WorktreeCreate|MessageDisplay|BeforeModel|AfterModel|BeforeToolSelection|permissionRequest|workspaceOpen|preMcpToolCall)$/;
  const read = async (file: string) =>
    JSON.parse(await Deno.readTextFile(`${userOf(home)}/${file}`)).hooks;
  for (const { title, name, file } of setups) {
    const text = await Deno.readTextFile(`${userOf(home)}/${file}`);
    const events = agents[title]?.read(text).map(({ event }) => event) ?? [];
    assertEquals(events.filter((event) => never.test(event)), []);
    assertEquals(/failClosed|strict/.test(text), false);
    if (name === "copilot") assertEquals(events.includes("preToolUse"), false);
  }
  const claude = await read(".claude/settings.json");
  const timeouts = (
    hooks: Record<string, { hooks: { timeout: number }[] }[]>,
  ) => new Set(Object.values(hooks).map(([group]) => group?.hooks[0]?.timeout));
  assertEquals(timeouts(claude), new Set([5, 3]));
  assertEquals(claude.SessionEnd[0].hooks[0].timeout, 3);
  const detached = Object.keys(claude)
    .filter((event) => claude[event][0].hooks[0].async === true);
  assertEquals(detached, ["Notification", "SubagentStart", "PreCompact"]);
  const codex = await read(".codex/hooks.json");
  assertEquals(codex.SessionEnd[0].hooks[0].timeout, 3);
  assertEquals(codex.Interrupt[0].hooks[0].timeout, 3);
  assertEquals(timeouts(await read(".gemini/settings.json")), new Set([5000]));
  const cursor = await read(".cursor/hooks.json");
  assertEquals(cursor.stop[0].timeout, 5);
  const copilot = await read(".copilot/hooks/kaizen.json");
  assertEquals(copilot.agentStop[0].timeoutSec, 5);
});

Deno.test("hooks install sets up the agents that are there, and no others", async () => {
  await using home = await tempHome();
  const none = await run(home, "install", "--yes");
  assertEquals([none.code, none.json.code], [1, "not_found"]);
  await Deno.mkdir(`${userOf(home)}/.gemini`);
  const moved = `${home.root}/elsewhere`;
  await Deno.mkdir(moved);
  const env = { CODEX_HOME: moved };
  const { stdout } = await home.run(
    ["hooks", "install", "--yes", "--json"],
    { env },
  );
  assertEquals(
    JSON.parse(stdout).changes.map(({ path }: { path: string }) => path),
    [`${moved}/hooks.json`, `${userOf(home)}/.gemini/settings.json`],
  );
  const back = await home.run(["hooks", "uninstall", "--yes", "--json"], {
    env,
  });
  assertEquals(JSON.parse(back.stdout).changes.length, 2);
  assertEquals(await listTree(moved), []);
});

Deno.test("hooks install asks, and needs --yes where it cannot", async () => {
  await using home = await tempHome();
  await Deno.mkdir(`${userOf(home)}/.cursor`);
  const refused = await home.run(["hooks", "install"]);
  assertEquals(refused.code, 64);
  assertMatch(refused.stderr, /stdin is not a terminal: add --yes/);
  assertEquals(await listTree(userOf(home)), [
    `${userOf(home)}/.cursor ${
      (await Deno.stat(`${userOf(home)}/.cursor`)).mode
    }`,
  ]);
});

Deno.test("hooks install follows a link, and keeps it", async () => {
  await using home = await tempHome();
  const target = `${home.root}/dotfiles/settings.json`;
  await put(target, "{}\n", 0o644);
  const link = `${userOf(home)}/.claude/settings.json`;
  await Deno.mkdir(`${userOf(home)}/.claude`);
  await Deno.symlink("../../dotfiles/settings.json", link);
  assertEquals((await run(home, "install", "claude", "--yes")).code, 0);
  assert((await Deno.lstat(link)).isSymlink);
  assertMatch(await Deno.readTextFile(target), /ingest hook/);
  assertEquals((await run(home, "uninstall", "--yes")).code, 0);
  assert((await Deno.lstat(link)).isSymlink);
  assertEquals(await Deno.readTextFile(target), "{}\n");
});

Deno.test("hooks install refuses what it must not write to, with words", async () => {
  await using home = await tempHome();
  const path = `${userOf(home)}/.claude/settings.json`;
  const refuse = async (words: RegExp) => {
    const { code, stderr } = await run(home, "install", "claude", "--yes");
    assertEquals(code, 74);
    assertMatch(stderr.replaceAll(/\s+/g, " "), words);
  };
  await put(path, "{}", 0o444);
  await refuse(/Cannot use ".*" as it is read-only/);
  assertEquals(await Deno.readTextFile(path), "{}");
  // It is known before the user is asked.
  const dry = await run(home, "install", "claude", "vibe", "--dry-run");
  assertEquals(
    dry.json.changes.map(({ agent }: { agent: string }) => agent),
    ["vibe"],
  );
  await Deno.link(path, `${path}.other`);
  await refuse(/it has 2 names \(hard links\)/);
  await Deno.remove(`${path}.other`);
  await Deno.remove(path);
  await new Deno.Command("mkfifo", { args: [path] }).output();
  await refuse(/it is not a plain file/);
  await Deno.remove(path);
  await Deno.writeFile(path, Uint8Array.of(0x22, 0xff, 0x22));
  await refuse(/it is not UTF-8/);
  await Deno.remove(path);
  await Deno.symlink("settings.json", path);
  await refuse(/it has more than 16 links/);
  await Deno.remove(path);
  // What could not be read again could not be undone.
  const large = JSON.stringify({ a: "x".repeat(2 ** 20 - 100) });
  await put(path, large);
  await refuse(/it must be <= 1048576 bytes: with the change it has/);
  assertEquals(await Deno.readTextFile(path), large);
  await Deno.truncate(path, 3 * 2 ** 30);
  await refuse(/it must be <= 1048576 bytes: current size is 3221225472/);
  const doctor = await home.run(["doctor"]);
  assertEquals([doctor.code, doctor.stderr], [1, ""]);
});

const hostileLinks: [name: string, link: string, target: string][] = [
  ["a file", ".claude/settings.local.json", "victim.json"],
  ["a file that is not there yet", ".claude/settings.local.json", "new.json"],
  ["a folder", ".claude", "."],
];
for (const [name, link, target] of hostileLinks) {
  Deno.test(`hooks install --project writes to no other place through ${name} that is a link`, async () => {
    await using home = await tempHome();
    const repo = `${home.workspace}/repo`;
    const elsewhere = `${home.workspace}/elsewhere`;
    await put(`${elsewhere}/victim.json`, "{}");
    await put(`${repo}/.git/HEAD`, "");
    await Deno.mkdir(`${repo}/${link}/..`, { recursive: true });
    await Deno.remove(`${repo}/${link}`).catch(() => {});
    await Deno.symlink(`${elsewhere}/${target}`, `${repo}/${link}`);
    const { code, stderr } = await home.run(
      ["hooks", "install", "claude", "--project", "--yes"],
      { cwd: repo },
    );
    assertEquals(code, 74);
    assertMatch(
      stderr.replaceAll(/\s+/g, " "),
      /it is in ".*elsewhere.*", which is not in the repository/,
    );
    const left = await Array.fromAsync(Deno.readDir(elsewhere));
    assertEquals(left.map((it) => it.name), ["victim.json"]);
    assertEquals(await Deno.readTextFile(`${elsewhere}/victim.json`), "{}");
  });
}

Deno.test("hooks install says why it cannot keep a journal, and writes nothing", async () => {
  await using home = await tempHome();
  const words = ["hooks", "install", "vibe", "--yes", "--json"];
  const file = `${home.workspace}/file`;
  await Deno.writeTextFile(file, "");
  const places: [home: string, refusal: [number, string]][] = [
    ["/proc/kaizen", [64, "usage"]],
    [`${file}/k`, [74, "home_unusable"]],
  ];
  for (const [place, refusal] of places) {
    const { code, stdout } = await home.run([...words, "--home", place]);
    assertEquals([code, JSON.parse(stdout).code], refusal);
  }
  assertEquals(await listTree(userOf(home)), []);
});

Deno.test("hooks uninstall keeps what was written since the installation", async () => {
  await using home = await tempHome();
  const path = `${userOf(home)}/.claude/settings.json`;
  await put(path, GROUP);
  await run(home, "install", "claude", "--yes");
  const edit = (text: string) =>
    text.replace('"dark"', '"light"').replace("my-start", "my-other-start");
  await Deno.writeTextFile(path, edit(await Deno.readTextFile(path)));
  assertEquals((await run(home, "uninstall", "claude", "--yes")).code, 0);
  assertEquals(await Deno.readTextFile(path), edit(GROUP));
});

Deno.test("hooks uninstall of two agents keeps both files of the user, the second of which holds only a comment", async () => {
  await using home = await tempHome();
  const user = userOf(home);
  for (const agent of ["claude", "gemini"]) {
    await Deno.mkdir(`${user}/.${agent}`, { recursive: true });
  }
  await run(home, "install", "claude", "gemini", "--yes");
  // Each in place of a file that the installation has made, and now only the user's.
  const far = `{"model": "${"x".repeat(200)}" // mine\n}\n`;
  const near = "{\n  // mine, too\n}\n";
  await put(`${user}/.claude/settings.json`, far);
  await put(`${user}/.gemini/settings.json`, near);
  const undone = await run(home, "uninstall", "claude", "gemini", "--yes");
  assertEquals([undone.code, undone.json.failures], [0, []]);
  assertEquals(await readOrNull(`${user}/.claude/settings.json`), far);
  assertEquals(await readOrNull(`${user}/.gemini/settings.json`), near);
});

Deno.test("hooks uninstall works without the journal", async () => {
  await using home = await tempHome();
  for (const { file, full } of setups) {
    await put(`${userOf(home)}/${file}`, full.replace(/,(?=\s*\}\s*$)/, ""));
  }
  const tree = await listTree(userOf(home));
  for (const { name } of setups) await run(home, "install", name, "--yes");
  await Deno.remove(home.home, { recursive: true });
  assertEquals((await run(home, "uninstall", "--yes")).code, 0);
  // An empty list does not stay.
  const values = (text: string) =>
    text.replaceAll(/\s+/g, "").replace(',"stop":[]', "");
  const rest = (await listTree(userOf(home))).map(values);
  // Copilot and Cursor keep the `version` that their files must have.
  assertEquals(
    rest.map((text) => text.replace(',"version":1', "")),
    tree.map(values),
  );
});

Deno.test("hooks install --project writes into the repository, and only there", async () => {
  await using home = await tempHome();
  const repo = `${home.root}/repo`;
  await Deno.mkdir(`${repo}/.git`, { recursive: true });
  await Deno.mkdir(`${repo}/src`);
  const project = async (...words: string[]) => {
    const args = ["hooks", ...words, "--project", "--json"];
    const { code, stdout } = await home.run(args, { cwd: `${repo}/src` });
    return { code, json: JSON.parse(stdout) };
  };
  const before = await listTree(repo);
  const user = await listTree(userOf(home));
  for (const { name, projectFile } of setups) {
    const { code, json } = await project("install", name, "--yes");
    assertEquals(code, 0);
    assertEquals(json.changes[0].path, `${repo}/${projectFile}`);
    assertEquals((await project("status", name)).json.hooks[0].missing, []);
    assertEquals((await run(home, "status", name)).json.hooks[0].events, []);
  }
  assertEquals(await listTree(userOf(home)), user);
  const status = ["hooks", "status", "-o", "text"];
  const told = async (cwd: string) =>
    (await home.run(status, { cwd })).stderr.includes("--project");
  assertEquals([await told(repo), await told(home.root)], [true, false]);
  assertEquals((await project("uninstall", "--yes")).code, 0);
  assertEquals(await listTree(repo), before);
  const openclaw = await project("install", "openclaw", "--yes");
  assertEquals(openclaw.code, 64);
});

Deno.test("hooks install --project says so where the hooks of the user record the repository already", async () => {
  await using home = await tempHome();
  const repo = `${home.root}/repo`;
  await Deno.mkdir(`${repo}/.git`, { recursive: true });
  const notes = async () => {
    const args = ["hooks", "install", "codex", "--project", "--dry-run"];
    const { stderr } = await home.run([...args, "-o", "text"], { cwd: repo });
    return stderr.includes("kaizen hooks uninstall codex --project");
  };
  assertEquals(await notes(), false);
  assertEquals((await run(home, "install", "codex", "--yes")).code, 0);
  assertEquals(await notes(), true);
});

Deno.test("hooks status and doctor name the hooks of repositories beside those of the user", async () => {
  await using home = await tempHome();
  const repo = `${home.root}/a repo`;
  await Deno.mkdir(`${repo}/.git`, { recursive: true });
  const status = async (cwd: string, ...words: string[]) => {
    const { stdout } = await home.run(
      ["hooks", "status", ...words, "-o", "json"],
      { cwd },
    );
    const rows: { agent: string; double: unknown }[] = JSON.parse(stdout).hooks;
    return rows.filter(({ double }) => Object(double).length > 0)
      .map(({ agent, double }) => [agent, double]);
  };
  const findings = async (cwd: string) => {
    const { stdout } = await home.run(["doctor", "--quick", "--json"], { cwd });
    const all: { message: string; repair: string }[] =
      JSON.parse(stdout).findings;
    return all.filter(({ message }) => message.includes("arrive twice"))
      .map(({ repair }) => repair);
  };
  await Deno.mkdir(`${home.root}/.codex`);
  assertEquals((await run(home, "install", "codex", "--yes")).code, 0);
  assertEquals([await status(repo), await findings(repo)], [[], []]);
  await home.run(["hooks", "install", "codex", "--project", "--yes"], {
    cwd: repo,
  });
  const events = [
    "SessionStart",
    "UserPromptSubmit",
    "PreToolUse",
    "PermissionRequest",
    "PostToolUse",
    "PreCompact",
    "SubagentStart",
    "SubagentStop",
    "Stop",
    "Interrupt",
    "SessionEnd",
  ];
  const double = [["codex", [
    { repository: repo, path: `${repo}/.codex/hooks.json`, events },
  ]]];
  const remove = "kaizen hooks uninstall codex --project";
  assertEquals(await status(repo), double);
  assertEquals(await status(repo, "--project"), double);
  assertEquals(await findings(repo), [remove]);
  // They are found from other directories, too: the journal names the repository.
  assertEquals(await status(home.root), double);
  assertEquals(await status(home.root, "--project"), []);
  assertEquals(await findings(home.root), [`cd '${repo}' && ${remove}`]);
  const { stdout } = await home.run(["hooks", "status", "-o", "text"], {
    cwd: repo,
  });
  assertEquals(
    stdout.split("\n").filter((line) => line.includes("arrive twice")).length,
    1,
  );
  await home.run(["hooks", "uninstall", "codex", "--project", "--yes"], {
    cwd: repo,
  });
  assertEquals([await status(repo), await findings(repo)], [[], []]);
});

Deno.test("hooks uninstall takes back the hooks of repositories, too, of the agents that are named", async () => {
  await using home = await tempHome();
  const files: string[] = [];
  for (const name of ["one", "gone"]) {
    const cwd = `${home.root}/${name}`;
    await Deno.mkdir(`${cwd}/.git`, { recursive: true });
    const words = ["hooks", "install", "cursor", "vibe", "--project"];
    await home.run([...words, "--yes"], { cwd });
    files.push(`${cwd}/.cursor/hooks.json`, `${cwd}/.vibe/hooks.toml`);
  }
  await Deno.remove(`${home.root}/gone`, { recursive: true });
  const [cursor, vibe] = files;
  const named = await run(home, "uninstall", "cursor", "--yes");
  const removed = (path?: string) => ({ path, action: "remove" });
  const short = (changes: { path: string; action: string }[]) =>
    changes.map(({ path, action }) => ({ path, action }));
  assertEquals(short(named.json.changes), [removed(cursor)]);
  const all = await run(home, "uninstall", "--yes");
  assertEquals([all.code, short(all.json.changes)], [0, [removed(vibe)]]);
  assertEquals(await listTree(`${home.root}/one`), await onlyGit(home));
});

async function onlyGit(home: Home): Promise<string[]> {
  const path = `${home.root}/one/.git`;
  return [`${path} ${(await Deno.stat(path)).mode}`];
}

const REFERENCE = `{
  "hooks": {
    "PreToolUse": [
      {
        "hooks": [
          {
            "command": "kaizen ingest hook --source claude",
            "type": "command"
          }
        ]
      }
    ],
    "Stop": [
      {
        "hooks": [
          {
            "command": "kaizen ingest hook --source claude",
            "type": "command"
          }
        ]
      }
    ]
  }
}`;

Deno.test("hooks install replaces the hooks of kaizen-cli, and uninstall brings them back", async () => {
  await using home = await tempHome();
  const path = `${userOf(home)}/.claude/settings.json`;
  await put(path, REFERENCE);
  const status = await run(home, "status", "claude");
  assertEquals(status.json.hooks[0].others, ["PreToolUse", "Stop"]);
  const { json } = await run(home, "install", "claude", "--yes");
  assertMatch(
    json.notes.join(),
    /2 hooks .* are replaced; --keep prevents that/,
  );
  const text = await Deno.readTextFile(path);
  assertEquals(text.includes('"kaizen ingest hook'), false);
  assertEquals(JSON.parse(text).hooks.Stop.length, 1);
  await run(home, "uninstall", "--yes");
  assertEquals(await Deno.readTextFile(path), REFERENCE);
});

Deno.test("hooks install --keep adds only what kaizen-cli's hooks lack", async () => {
  await using home = await tempHome();
  const path = `${userOf(home)}/.claude/settings.json`;
  await put(path, REFERENCE);
  await run(home, "install", "claude", "--yes", "--keep");
  const { hooks } = JSON.parse(await Deno.readTextFile(path));
  assertEquals(hooks.Stop, JSON.parse(REFERENCE).hooks.Stop);
  assertEquals(hooks.SessionEnd.length, 1);
});

Deno.test("hooks install leaves a command whose program is there, and replaces one whose program is gone", async () => {
  await using home = await tempHome();
  const path = `${userOf(home)}/.codex/hooks.json`;
  const other = `${home.root}/kaizen`;
  await put(other, "#!/bin/sh\n", 0o755);
  await run(home, "install", "codex", "--yes", "--program", other);
  const written = await Deno.readTextFile(path);
  assert(written.includes(other));
  // Codex trusts a command only until it changes.
  assertEquals((await run(home, "install", "codex", "--yes")).json.changes, []);
  await Deno.remove(other);
  assertEquals(
    (await run(home, "status", "codex")).json.hooks[0].program,
    null,
  );
  assertEquals(
    (await run(home, "install", "codex", "--yes")).json.changes.length,
    1,
  );
  assertEquals((await Deno.readTextFile(path)).includes(other), false);
  await run(home, "uninstall", "--yes");
  assertEquals(await readOrNull(path), null);
});

Deno.test("hooks status says whether Codex, OpenClaw and Claude Code run the hooks", async () => {
  await using home = await tempHome();
  const user = userOf(home);
  await run(home, "install", "codex", "openclaw", "--yes");
  const trusted = async () => {
    const { json } = await run(home, "status", "codex", "openclaw");
    return json.hooks.map((row: { trusted: boolean | null }) => row.trusted);
  };
  assertEquals(await trusted(), [false, false]);
  const events = Object.keys(
    JSON.parse(await Deno.readTextFile(`${user}/.codex/hooks.json`)).hooks,
  );
  const state = events.map((event) =>
    `[hooks.state."${user}/.codex/hooks.json:${
      event.replaceAll(/(?<=.)(?=[A-Z])/g, "_").toLowerCase()
    }:0:0"]\ntrusted_hash = "sha256:00"\n`
  );
  await put(`${user}/.codex/config.toml`, state.join("\n"));
  await put(
    `${user}/.openclaw/openclaw.json`,
    '{"hooks":{"internal":{"entries":{"kaizen":{"enabled":true}}}}}',
  );
  assertEquals(await trusted(), [true, true]);
  await put(`${user}/.codex/config.toml`, state.slice(1).join("\n"));
  await put(`${user}/.openclaw/openclaw.json`, "{hooks: {},}");
  assertEquals(await trusted(), [false, null]);
  await put(`${user}/.codex/config.toml`, `a = '''\n${state.join("\n")}'''\n`);
  assertEquals(await trusted(), [false, null]);
  await put(`${user}/.codex/config.toml`, "[");
  assertEquals(await trusted(), [null, null]);
  const ofClaude = async (settings: string) => {
    await put(`${user}/.claude/settings.json`, settings);
    await run(home, "install", "claude", "--yes");
    return (await run(home, "status", "claude")).json.hooks[0].trusted;
  };
  assertEquals(await ofClaude('{"disableAllHooks": true}'), false);
  assertEquals(await ofClaude('{\n// "disableAllHooks": true\n}'), null);
});

Deno.test("hooks plugin writes a plugin whose hooks find kaizen on PATH, and overwrites nothing", async () => {
  await using home = await tempHome();
  await using _daemon = await home.startDaemon();
  const plugin = `${home.root}/plugin`;
  const { code, json } = await run(home, "plugin", plugin);
  assertEquals([code, json.files.length], [0, 2]);
  assertEquals((await run(home, "plugin", plugin)).code, 0);
  const manifest = JSON.parse(
    await Deno.readTextFile(`${plugin}/.claude-plugin/plugin.json`),
  );
  assertMatch(manifest.version, /^\d+\.\d+\.\d+$/);
  assertEquals(manifest.name, "kaizen");
  const claude = agents["Claude Code"];
  const hooks = claude?.read(
    await Deno.readTextFile(`${plugin}/hooks/hooks.json`),
  ) ?? [];
  const stop = hooks.find(({ event }) => event === "Stop");
  if (claude === undefined || stop === undefined) throw new TypeError("Stop");
  const writes = [JSON.stringify(sampleOf("claude-code", "Stop"))];
  const { report } = startCommand(claude.line(stop), home, { writes });
  assertEquals(await report, { code: 0, output: "", writeError: null });
  assertEquals(await countStored(home), 0, "kaizen is not on PATH");
  const bin = `${userOf(home)}/.local/bin`;
  await Deno.mkdir(bin, { recursive: true });
  const [program = ""] = (await import("./harness.ts")).programCommand();
  await Deno.symlink(program, `${bin}/kaizen`);
  const second = startCommand(claude.line(stop), home, { writes });
  assertEquals((await second.report).output, "");
  assertEquals(await countStored(home), 1);
  await Deno.writeTextFile(`${plugin}/hooks/hooks.json`, "mine");
  const refused = await run(home, "plugin", plugin);
  assertEquals([refused.code, refused.json.code], [74, "file_error"]);
});
