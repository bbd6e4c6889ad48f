// SPDX-License-Identifier: AGPL-3.0-or-later
/** `kaizen hooks install --mcp`: the server in the files of agents, and these as they were. */
import { parse } from "smol-toml";
import { assertEquals, assertMatch } from "@std/assert";
import { MCP_GREETING } from "./_mcp.ts";
import { type Home, programCommand, tempHome } from "./harness.ts";

/** The content of an agent's file. */
interface McpServer {
  command: string;
  args: string[];
  type?: string;
}

const readJson = (text: string): { mcpServers?: Record<string, McpServer> } =>
  JSON.parse(text);
const readToml = (text: string): { mcp_servers?: Record<string, McpServer> } =>
  parse(text);

/** The files of agents below HOME, as users and the agents themselves write them. */
const FILES: Record<
  string,
  { before: string; list: (text: string) => Record<string, McpServer> }
> = {
  ".claude.json": {
    before: `{
  "numStartups": 12,
  "projects": {"/w": {"mcpServers": {}}},
  "mcpServers": {
    "docs": {"type": "stdio", "command": "docs-mcp", "args": [], "env": {}}
  },
  "userID": "5f0c"
}
`,
    list: (text) => readJson(text).mcpServers ?? {},
  },
  ".codex/config.toml": {
    before: `# mine
model = "gpt-5.5"

[mcp_servers.docs]
command = "docs-mcp"
args = []
`,
    list: (text) => readToml(text).mcp_servers ?? {},
  },
  ".cursor/mcp.json": {
    before: "{}\n",
    list: (text) => readJson(text).mcpServers ?? {},
  },
};

async function prepare(home: Home): Promise<string> {
  const user = `${home.root}/user`;
  for (const folder of [".claude", ".codex", ".cursor", ".gemini"]) {
    await Deno.mkdir(`${user}/${folder}`);
  }
  return user;
}

async function hooks(home: Home, words: string[], cwd?: string) {
  const { code, stdout, stderr } = await home.run(
    ["hooks", ...words, "--yes", "--json"],
    { cwd },
  );
  return { code, stderr, json: JSON.parse(stdout) };
}

/** Starts a server as an agent does, and greets it. @returns The name that it gives. */
async function greet({ command, args }: McpServer, home: Home) {
  const { stdout } = await home.run(args, {
    program: [command],
    stdin: MCP_GREETING,
  });
  return JSON.parse(stdout).result.serverInfo.name;
}

Deno.test("hooks install --mcp lets Claude Code, Codex and Cursor ask, and uninstall brings back each byte", async () => {
  await using home = await tempHome();
  const user = await prepare(home);
  for (const [path, { before }] of Object.entries(FILES)) {
    await Deno.writeTextFile(`${user}/${path}`, before);
  }
  const { code, json } = await hooks(home, ["install", "--mcp"]);
  assertEquals([code, json.failures], [0, []]);
  for (const [path, { before, list }] of Object.entries(FILES)) {
    const text = await Deno.readTextFile(`${user}/${path}`);
    const { kaizen, ...others } = list(text);
    assertEquals(others, list(before), path);
    assertEquals(kaizen?.args, ["mcp"], path);
    assertEquals(kaizen?.command, programCommand()[0], path);
    if (kaizen === undefined) throw new TypeError(path);
    assertEquals(await greet(kaizen, home), "kaizen", path);
  }
  const status = await home.run(["hooks", "status", "--json"]);
  const rows: { agent: string; mcp: unknown }[] = JSON.parse(status.stdout)
    .hooks;
  const program = programCommand()[0];
  assertEquals(
    rows.flatMap(({ agent, mcp }) => mcp === null ? [] : [[agent, mcp]]),
    [
      ["claude", { path: `${user}/.claude.json`, program }],
      ["codex", { path: `${user}/.codex/config.toml`, program }],
      ["cursor", { path: `${user}/.cursor/mcp.json`, program }],
    ],
  );
  const again = await hooks(home, ["install", "--mcp"]);
  assertEquals([again.code, again.json.changes], [0, []]);
  assertEquals((await hooks(home, ["uninstall"])).code, 0);
  for (const [path, { before }] of Object.entries(FILES)) {
    assertEquals(await Deno.readTextFile(`${user}/${path}`), before, path);
  }
});

Deno.test("hooks uninstall takes the server out of what an agent has since made of its file", async () => {
  await using home = await tempHome();
  const user = await prepare(home);
  const path = `${user}/.claude.json`;
  await Deno.writeTextFile(path, '{"numStartups":1}');
  await hooks(home, ["install", "--mcp", "claude", "codex"]);
  // Claude Code writes the whole file anew, and Codex a table after ours.
  const state = JSON.parse(await Deno.readTextFile(path));
  const later = { ...state, numStartups: 2, projects: { "/w": {} } };
  await Deno.writeTextFile(path, JSON.stringify(later, null, 2));
  const codex = `${user}/.codex/config.toml`;
  const mine = '\n[projects."/w"]\ntrust_level = "trusted"\n';
  await Deno.writeTextFile(codex, mine, { append: true });
  await hooks(home, ["uninstall"]);
  const { mcpServers: _, ...rest } = later;
  assertEquals(JSON.parse(await Deno.readTextFile(path)), rest);
  assertEquals((await Deno.readTextFile(codex)).trim(), mine.trim());
});

Deno.test("hooks install --mcp leaves a server of this name that is not ours, and repairs one whose program is gone", async () => {
  await using home = await tempHome();
  const user = await prepare(home);
  const path = `${user}/.cursor/mcp.json`;
  const other = '{"mcpServers":{"kaizen":{"command":"npx","args":["other"]}}}';
  await Deno.writeTextFile(path, other);
  const left = await hooks(home, ["install", "--mcp", "cursor"]);
  assertEquals(left.code, 0);
  assertMatch(left.json.notes.join(), /another server "kaizen", which stays/);
  assertEquals(await Deno.readTextFile(path), other);
  const gone = '{"mcpServers":{"kaizen":{"command":"/gone","args":["mcp"]}}}';
  await Deno.writeTextFile(path, gone);
  const status = await home.run(["hooks", "status", "cursor", "--json"]);
  const [row] = JSON.parse(status.stdout).hooks;
  assertEquals(row.mcp, { path, program: null });
  await hooks(home, ["install", "--mcp", "cursor"]);
  const { mcpServers } = readJson(await Deno.readTextFile(path));
  const program = programCommand()[0] ?? "";
  assertEquals(mcpServers, { kaizen: { command: program, args: ["mcp"] } });
  await hooks(home, ["uninstall", "cursor"]);
  assertEquals(await Deno.readTextFile(path), gone);
  await Deno.writeTextFile(path, "{");
  const broken = await hooks(home, ["install", "--mcp", "cursor", "claude"]);
  assertEquals(broken.code, 74);
  assertMatch(broken.json.failures[0].message, /mcp\.json/);
  const claude = await Deno.readTextFile(`${user}/.claude.json`);
  assertEquals(Object.keys(readJson(claude).mcpServers ?? {}), ["kaizen"]);
});

Deno.test("hooks install --mcp --project writes into the repository, where the agent looks there", async () => {
  await using home = await tempHome();
  await prepare(home);
  const repo = `${home.root}/repo`;
  await Deno.mkdir(`${repo}/.git`, { recursive: true });
  await hooks(home, ["install", "--mcp", "--project"], repo);
  for (const path of [".mcp.json", ".cursor/mcp.json"]) {
    const { mcpServers } = readJson(await Deno.readTextFile(`${repo}/${path}`));
    assertEquals(mcpServers?.kaizen?.args, ["mcp"]);
  }
  await hooks(home, ["uninstall", "--project"], repo);
  const names = await Array.fromAsync(Deno.readDir(repo), ({ name }) => name);
  assertEquals(names, [".git"]);
});
