// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The rules that keep the folders of `src/` apart, as a lint plugin that the tests run.
 * @module
 */

/**
 * The folders that each folder of `src/` may import; the files next to `src/` have their own rows.
 */
const MAY_IMPORT: Record<string, readonly string[]> = {
  "main.ts": ["context", "ingest"],
  "program.ts": ["commands", "context"],
  frame: [],
  proto: [],
  context: [],
  glob: [],
  git: ["context"],
  agents: ["proto"],
  complete: ["agents", "proto"],
  privacy: ["context", "glob"],
  events: ["agents", "context", "glob", "proto"],
  transcripts: ["agents", "context", "proto"],
  output: ["proto"],
  columns: ["proto"],
  launch: ["client", "context", "frame", "proto"],
  prices: [],
  store: ["context", "proto"],
  spool: ["context", "proto"],
  client: ["context", "frame", "proto"],
  hooks: ["agents", "context", "git"],
  ingest: [
    "agents",
    "client",
    "complete",
    "context",
    "git",
    "launch",
    "privacy",
    "proto",
    "spool",
  ],
  daemon: [
    "agents",
    "context",
    "events",
    "frame",
    "launch",
    "prices",
    "privacy",
    "proto",
    "spool",
    "store",
    "transcripts",
  ],
  commands: [
    "agents",
    "client",
    "columns",
    "complete",
    "context",
    "daemon",
    "events",
    "frame",
    "git",
    "hooks",
    "ingest",
    "launch",
    "output",
    "privacy",
    "proto",
    "spool",
    "store",
    "transcripts",
  ],
};

/**
 * The folders that each folder of `src/commands/` may import. They import each other's files, not a
 * `mod.ts`, so that a command loads little before it runs. The files beside them build the
 * tree of commands, and may import all of them.
 */
const COMMAND_FOLDERS: Record<string, readonly string[]> = {
  shell: [],
  ask: ["shell"],
  help: ["ask", "shell"],
  version: ["shell"],
  ingest: ["shell"],
  spool: ["shell"],
  import: ["ask", "shell"],
  stop: ["ask", "shell"],
  // `store restore` stops the daemon.
  store: ["ask", "shell", "stop"],
  // The status shows the spool's state.
  status: ["ask", "shell", "spool"],
  detail: ["ask", "shell"],
  commits: ["ask", "shell"],
  blame: ["ask", "shell"],
  usage: ["ask", "shell"],
  // `sessions show` and `sessions tree` are other names of `detail`.
  sessions: ["ask", "detail", "shell"],
  // `daemon stop` and `daemon status` are other names of commands; `daemon restart` stops the
  // daemon.
  daemon: ["ask", "shell", "status", "stop"],
  hooks: ["ask", "shell"],
  events: ["ask", "shell"],
  // It takes the options of `events`.
  grep: ["ask", "events", "shell"],
  wait: ["ask", "shell"],
  doctor: ["ask", "shell"],
  // Its tools answer as these commands do.
  mcp: ["ask", "detail", "events", "shell", "status"],
};
const COMMANDS = "commands";

/**
 * The one file that another folder imports without its `mod.ts`: a hook has no time to load the
 * rest.
 */
const SHORT_WAY = "src/ingest/run_hook.ts";

/** The folders that may use each package. */
const PACKAGES: readonly [name: RegExp, folders: readonly string[] | "all"][] =
  [
    [/^@cliffy\/command$/, ["commands"]],
    [/^@std\/cli\/parse-args$/, ["commands", "ingest"]],
    [/^@std\/cli(?:\/|$)/, ["commands", "output"]],
    [/^jsonc-parser$/, ["hooks"]],
    [/^@std\/streams(?:\/|$)/, "all"],
    // The kind of stdout; only a run that watches loads it.
    [/^node:fs$/, ["commands"]],
    [/^node:sqlite$/, ["store"]],
    [/^(?:@uwdata\/flechette|hyparquet-writer\/.*)$/, ["columns"]],
    [/^tmcp(?:\/|$)/, ["commands"]],
    [/^smol-toml$/, ["hooks", "privacy"]],
  ];

/** Timers load a module of Node's, for which a daemon has the time and a hook has not. */
const TIMER_FOLDERS: readonly string[] = ["daemon"];

/** One violation of a rule. */
export interface Violation {
  /** Relative to the root. */
  path: string;
  line: number;
  message: string;
}

/**
 * Finds the violations in one file. Works only under `deno test`, as Deno offers its parser there.
 *
 * @param path Relative to the root: `main.ts`, `src/FOLDER/file.ts`.
 */
export function findViolations(path: string, source: string): Violation[] {
  const found: Violation[] = [];
  const plugin: Deno.lint.Plugin = {
    name: "layers",
    rules: { layers: { create: (context) => makeRules(path, context) } },
  };
  for (const one of Deno.lint.runPlugin(plugin, `/${path}`, source)) {
    const line = source.slice(0, one.range[0]).split("\n").length;
    found.push({ path, line, message: one.message });
  }
  return found;
}

function makeRules(
  path: string,
  context: Deno.lint.RuleContext,
): Deno.lint.LintVisitor {
  const here = path.split("/")[1] ?? path;
  const report = (node: Deno.lint.Node, message: string | null) => {
    if (message !== null) context.report({ node, message });
  };
  const visitor: Deno.lint.LintVisitor = {
    ImportDeclaration(node) {
      report(node, judgeImport(path, here, node.source.value));
    },
    ExportNamedDeclaration(node) {
      if (node.source === null) return;
      report(node, judgeImport(path, here, node.source.value));
    },
    ExportAllDeclaration(node) {
      report(node, judgeImport(path, here, node.source.value));
    },
    ImportExpression(node) {
      const { source } = node;
      report(
        node,
        source.type === "Literal" && typeof source.value === "string"
          ? judgeImport(path, here, source.value)
          : "imports what only a run can tell",
      );
    },
    ExportDefaultDeclaration: (node) => report(node, "has a default export"),
    TSEnumDeclaration: (node) => report(node, "has an enum"),
    TSAsExpression(node) {
      const text = context.sourceCode.getText(node);
      if (!/\bas const$/.test(text)) report(node, "asserts a type");
    },
    MemberExpression(node) {
      if (path === "main.ts") return;
      const text = context.sourceCode.getText(node).replaceAll(/\s/g, "");
      const [, name] =
        text.match(/^(?:globalThis\.)?Deno(?:\.|\[["'])(exit|args)\b/) ?? [];
      // The real Context passes the arguments on.
      if (name === undefined || name === "args" && here === "context") return;
      report(node, `uses Deno.${name}, which is main.ts's`);
    },
    Identifier(node) {
      if (node.name === "console" && path !== "main.ts") {
        report(node, "uses console");
      }
      if (/^set(?:Timeout|Interval)$/.test(node.name)) {
        if (!TIMER_FOLDERS.includes(here)) report(node, `uses ${node.name}`);
      }
    },
  };
  if (path.endsWith("/mod.ts")) {
    visitor.Program = (node) => {
      for (const one of node.body) {
        const exports = one.type === "ExportAllDeclaration" ||
          one.type === "ExportNamedDeclaration" && one.source !== null;
        if (!exports) report(one, "is a mod.ts with more than exports");
      }
    };
  }
  return visitor;
}

/** Returns the fault of an import, or null. */
function judgeImport(
  path: string,
  here: string,
  specifier: string,
): string | null {
  if (!/^\.{0,2}\//.test(specifier)) {
    const [, folders] = PACKAGES.find(([name]) => name.test(specifier)) ?? [];
    if (folders === undefined) return `imports ${specifier}`;
    return folders === "all" || folders.includes(here)
      ? null
      : `imports ${specifier}, which is for ${folders.join(" and ")}`;
  }
  const target = resolve(path, specifier);
  const [top, there = "", ...rest] = target.split("/");
  if (path === "main.ts" && target === "program.ts") return null;
  if (top !== "src" || rest.length === 0) return `imports ${target}`;
  if (there === here) {
    return here === COMMANDS ? judgeCommandFolders(path, target) : null;
  }
  if (path === "main.ts" && target === SHORT_WAY) return null;
  if (!MAY_IMPORT[here]?.includes(there)) return `imports ${there}`;
  return rest.join("/") === "mod.ts"
    ? null
    : `imports ${target}, not its mod.ts`;
}

/** Returns the fault of an import inside `src/commands/`, or null. */
function judgeCommandFolders(path: string, target: string): string | null {
  const here = commandFolderOf(path);
  const there = commandFolderOf(target);
  if (here === null || here === there) return null;
  if (there === null) return `imports ${target} from a folder of commands`;
  return COMMAND_FOLDERS[here]?.includes(there)
    ? null
    : `imports the folder ${there}`;
}

/** Returns the folder of commands that a file is in, or null if it is in none. */
function commandFolderOf(path: string): string | null {
  const [, , folder = "", file] = path.split("/");
  return file === undefined ? null : folder;
}

/** Returns the path, relative to the root, that a relative specifier in a file stands for. */
function resolve(path: string, specifier: string): string {
  return new URL(specifier, `file:///${path}`).pathname.slice(1);
}

/**
 * Returns the files that are loaded together with a file: its static imports, except those of
 * types.
 */
export function findLoaded(path: string, source: string): string[] {
  return listImports(path, source)
    .filter(({ kind }) => kind === "value").map(({ target }) => target);
}

/**
 * Returns all files that a file names: those that are loaded with it, those it has types of, and
 * those it loads later.
 */
export function findNamed(path: string, source: string): string[] {
  return [...new Set(listImports(path, source).map(({ target }) => target))];
}

interface FileImport {
  /** Relative to the root. */
  target: string;
  kind: "value" | "type" | "later";
}

function listImports(path: string, source: string): FileImport[] {
  const imports: FileImport[] = [];
  const add = (specifier: string, kind: FileImport["kind"]) => {
    // Data is no file of the program.
    if (/^\.{1,2}\/.*\.ts$/.test(specifier)) {
      imports.push({ target: resolve(path, specifier), kind });
    }
  };
  const rule: Deno.lint.LintVisitor = {
    ImportDeclaration(node) {
      add(node.source.value, node.importKind);
    },
    ExportNamedDeclaration(node) {
      if (node.source !== null) add(node.source.value, node.exportKind);
    },
    ExportAllDeclaration: (node) => add(node.source.value, node.exportKind),
    ImportExpression({ source }) {
      if (source.type === "Literal" && typeof source.value === "string") {
        add(source.value, "later");
      }
    },
  };
  Deno.lint.runPlugin(
    { name: "imports", rules: { imports: { create: () => rule } } },
    `/${path}`,
    source,
  );
  return imports;
}

/**
 * Finds import cycles.
 *
 * @param named The files that each file names, as {@linkcode findNamed} returns them.
 * @returns Shortest cycles, each with its first file again at the end; every file that is on a
 * cycle is on one of them.
 */
export function findCycles(
  named: ReadonlyMap<string, readonly string[]>,
): string[][] {
  const cycles: string[][] = [];
  const known = new Set<string>();
  for (const start of named.keys()) {
    if (known.has(start)) continue;
    const cycle = findWayBack(start, named);
    if (cycle === null) continue;
    cycles.push(cycle);
    for (const path of cycle) known.add(path);
  }
  return cycles;
}

/** Returns a shortest way from a file back to itself, or null if there is none. */
function findWayBack(
  start: string,
  named: ReadonlyMap<string, readonly string[]>,
): string[] | null {
  const ways = [[start]];
  const seen = new Set<string>();
  for (const way of ways) {
    for (const next of named.get(way.at(-1) ?? "") ?? []) {
      if (next === start) return [...way, start];
      if (seen.has(next)) continue;
      seen.add(next);
      ways.push([...way, next]);
    }
  }
  return null;
}
