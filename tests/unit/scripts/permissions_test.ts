// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals, assertGreater } from "@std/assert";
import { listFiles } from "../../../scripts/lib/list_files.ts";
import { readPermissions, ROOT } from "../../../scripts/lib/project.ts";
import { AGENTS } from "../../../src/agents/mod.ts";

/**
 * The environment variables that a source file asks for, and every text in it that could name one.
 */
function readNames(
  path: string,
  source: string,
): { asked: string[]; written: string[] } {
  const asked: string[] = [];
  const written: string[] = [];
  const plugin: Deno.lint.Plugin = {
    name: "names",
    rules: {
      names: {
        create: (context) => ({
          CallExpression(node) {
            const callee = context.sourceCode.getText(node.callee);
            const [first] = node.arguments;
            if (!/\benv(?:\.get)?$/.test(callee)) return;
            if (first?.type === "Literal" && typeof first.value === "string") {
              asked.push(first.value);
            }
          },
          Literal(node) {
            if (typeof node.value !== "string") return;
            if (/^[A-Z][A-Z0-9_]+$/.test(node.value)) written.push(node.value);
          },
        }),
      },
    },
  };
  Deno.lint.runPlugin(plugin, `/${path}`, source);
  return { asked, written };
}

/** The names that `scripts/permissions` lets the program read. */
async function readAllowed(): Promise<string[]> {
  const flag = (await readPermissions())
    .find((one) => one.startsWith("--allow-env="));
  return (flag ?? "").slice("--allow-env=".length).split(",");
}

const asked = new Set<string>();
const written = new Set<string>();
for (const path of ["main.ts", ...await listFiles(ROOT, ".ts", "src/")]) {
  const names = readNames(path, await Deno.readTextFile(`${ROOT}/${path}`));
  for (const name of names.asked) asked.add(name);
  for (const name of names.written) written.add(name);
}
for (const { directoryVariable } of Object.values(AGENTS)) {
  if (directoryVariable !== null) asked.add(directoryVariable);
}
const allowed = await readAllowed();

/** Whether an allowed name, which may end in `*`, covers a variable. */
function stands(allowed: string, name: string): boolean {
  return allowed.endsWith("*")
    ? name.startsWith(allowed.slice(0, -1))
    : name === allowed;
}

Deno.test("every environment variable that the program reads is allowed", () => {
  assertGreater(asked.size, 5);
  assertEquals(
    [...asked].filter((name) => !allowed.some((one) => stands(one, name))),
    [],
  );
});

Deno.test("every environment variable that is allowed is read by the program", () => {
  assertEquals(
    allowed.filter((one) => ![...written].some((name) => stands(one, name))),
    [],
  );
});

Deno.test("only the names that git numbers are allowed by their prefix", () => {
  assertEquals(allowed.filter((name) => name.includes("*")), ["GIT_CONFIG_*"]);
});

Deno.test("the environment variables are in alphabetical order, each once", () => {
  assertEquals(allowed, [...new Set(allowed)].sort());
});

Deno.test("readNames() finds a variable in every form of a request", () => {
  const source =
    `env("A_B"); context.env("C"); Deno.env.get("D"); "E_F"; // env("G")`;
  assertEquals(readNames("src/a.ts", source), {
    asked: ["A_B", "C", "D"],
    written: ["A_B", "E_F"],
  });
});

Deno.test("the permissions are as narrow as possible", async () => {
  const flags = await readPermissions();
  assert(flags.includes("--deny-net=0.0.0.0/0"));
  assertEquals(
    flags.map((flag) => flag.replace(/=.*/, "")).sort(),
    [
      "--allow-env",
      "--allow-net",
      "--allow-read",
      "--allow-run",
      "--allow-sys",
      "--allow-write",
      "--deny-net",
    ],
  );
});
