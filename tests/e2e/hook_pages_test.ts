// SPDX-License-Identifier: AGPL-3.0-or-later
/** Pastes the examples of docs/hooks.md, and runs them as each agent does. */
import { assert, assertEquals } from "@std/assert";
import { runTogether, startCommand } from "./_agent_host.ts";
import { agents, countStored, lines } from "./_agent_settings.ts";
import { Git, only, write } from "./_git.ts";
import { isInstalled } from "./_terminal.ts";
import { type Home, programCommand, tempHome } from "./harness.ts";

/** Each page, and the path of the program that it writes. */
const PAGES: Record<string, string> = {
  "docs/hooks.md": "/usr/local/bin/kaizen",
};

/** A page's blocks of code with the name of the agent that is named in bold above each. */
function readBlocks(
  page: string,
): { agent: string; language: string; code: string }[] {
  const text = Deno.readTextFileSync(new URL(`../../${page}`, import.meta.url));
  return text.split(/^\*\*(?=[A-Za-z ]+\*\*)/m).slice(1).flatMap((part) => {
    const [agent = ""] = part.split("**");
    return [...part.matchAll(/^```(\w+)\n([^]*?)^```$/gm)]
      .map(([, language = "", code = ""]) => ({ agent, language, code }));
  });
}

/** The blocks of an agent in a language, with the program under test in them. */
async function pasteBlocks(
  page: string,
  agent: string,
  language: string,
  home: Home,
): Promise<string[]> {
  const found = readBlocks(page)
    .filter((one) => one.agent === agent && one.language === language);
  assert(found.length > 0, `${page} has no ${language} for ${agent}`);
  const written = PAGES[page] ?? "";
  const program = await linkProgram(home);
  return found.map(({ code }) => code.replaceAll(written, program));
}

/** The first of them, which has to name the program by its path. */
async function pasteBlock(
  page: string,
  agent: string,
  language: string,
  home: Home,
): Promise<string> {
  const [code = ""] = await pasteBlocks(page, agent, language, home);
  assert(code.includes(home.root), `${page}: ${code}`);
  return code;
}

/** Puts the program where the README puts it. */
async function linkProgram(home: Home): Promise<string> {
  const bin = `${home.root}/user/.local/bin`;
  const [program = ""] = programCommand();
  await Deno.mkdir(bin, { recursive: true });
  try {
    await Deno.symlink(program, `${bin}/kaizen`);
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  }
  return `${bin}/kaizen`;
}

for (const page of Object.keys(PAGES)) {
  for (
    const [agent, { name, language, read, line }] of Object.entries(agents)
  ) {
    Deno.test(`${page}: the hooks for ${agent} record each event that they are set for`, async () => {
      await using home = await tempHome();
      await using _daemon = await home.startDaemon();
      const blocks = await pasteBlocks(page, agent, language, home);
      const hooks = blocks.flatMap(read);
      assert(hooks.length >= blocks.length);
      for (const { command } of hooks) assert(command.includes(home.root));
      const reports = await runTogether(hooks.map((hook, i) => () => {
        const sample = lines.find(({ agent, event }) =>
          agent === name && event === hook.event
        );
        assert(sample !== undefined, `no such event: ${hook.event}`);
        // In a session of its own: a page may name an event twice.
        const payload = { ...sample.payload, session_id: `s${i}` };
        return startCommand(line(hook), home, {
          writes: [JSON.stringify(payload)],
        });
      }));
      for (const report of reports) {
        assertEquals(report, { code: 0, output: "", writeError: null });
      }
      assertEquals(await countStored(home), hooks.length);
    });
  }

  Deno.test({
    name: `${page}: the handler for OpenClaw passes events on, in node`,
    ignore: !isInstalled("node"),
    async fn() {
      await using home = await tempHome();
      await using _daemon = await home.startDaemon();
      const handler = await pasteBlock(page, "OpenClaw", "ts", home);
      await write(`${home.root}/handler.mjs`, stripTypes(handler));
      const samples = lines.filter(({ agent }) => agent === "openclaw")
        .map(({ payload }) => payload);
      await write(`${home.root}/events.json`, JSON.stringify(samples));
      await write(
        `${home.root}/gateway.mjs`,
        `import { readFileSync } from "node:fs";
import handle from "./handler.mjs";
const events = JSON.parse(readFileSync(new URL("events.json", import.meta.url)));
for (const event of events) {
  event.timestamp = new Date(event.timestamp);
  await handle(event);
}
`,
      );
      const { report } = startCommand(
        ["/usr/bin/env", "node", `${home.root}/gateway.mjs`],
        home,
      );
      assertEquals(await report, { code: 0, output: "", writeError: null });
      assertEquals(await countStored(home), samples.length);
      const workspaces = [
        "/home/u/.openclaw/workspace",
        `${home.root}/user/.openclaw/workspace`,
      ];
      const totals = await Promise.all(workspaces.map(async (workspace) => {
        const words = ["sessions", "--workspace", workspace, "--json"];
        const { stdout } = await home.run(words);
        const { rows }: {
          rows: { agent: string; totals: { events: number } }[];
        } = JSON.parse(stdout);
        assert(rows.every(({ agent }) => agent === "openclaw"));
        return rows.reduce((sum, { totals }) => sum + totals.events, 0);
      }));
      assertEquals(
        totals,
        [1, samples.length - 1],
        "one says where it happened",
      );
    },
  });

  Deno.test(`${page}: the hook for git records a commit`, async () => {
    await using home = await tempHome();
    const git = new Git(home);
    const repo = await git.init("repo");
    const hooks = `${repo}/.git/hooks`;
    await Deno.remove(hooks, { recursive: true });
    await Deno.mkdir(hooks);
    const code = await pasteBlock(page, "git", "sh", home);
    await Deno.writeTextFile(`${hooks}/post-commit`, code, { mode: 0o755 });
    await write(`${repo}/a`);
    await git.commit(repo, "one");
    const { subject, workspace } = only(await git.takeEvents(), "post-commit");
    assertEquals([subject, workspace], ["one", repo]);
  });
}

/** The handler without the one type that it has, as not every node can take that out itself. */
function stripTypes(handler: string): string {
  const code = handler.replace(/\(event: .*\) =>/, "(event) =>");
  assert(code !== handler);
  return code;
}
