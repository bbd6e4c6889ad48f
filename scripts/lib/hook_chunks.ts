// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The files that a hook imports only when it needs them. A build bundles them apart from the start
 * file, so both hold their own copy of each class: `instanceof` is false for an object of the
 * other's.
 * @module
 */
import { findLoaded } from "./layers.ts";

/** Paths relative to the root. */
export const HOOK_CHUNKS: readonly string[] = [
  "src/context/foreign_socket.ts",
  "src/ingest/allowed_body.ts",
  "src/ingest/exact.ts",
  "src/ingest/find_project.ts",
  "src/ingest/git_event.ts",
  "src/ingest/hook_options.ts",
  "src/ingest/pass_over.ts",
  "src/ingest/spool_event.ts",
];

/** Texts of source files by their paths, which are relative to the root. */
export type Sources = ReadonlyMap<string, string>;

/**
 * Finds code that would break if an object of one of our classes passed from a chunk to the start
 * file or back:
 *
 * - an `instanceof` with one of our classes, in a file that can load a chunk; errors of a `try`
 *   without `await` are fine, as every value from a chunk is awaited;
 * - an exported function of a chunk, one of whose arguments may hold an object of one of our
 *   classes.
 *
 * Works only under `deno test`, as Deno offers its parser there.
 *
 * @param sources All files of the program; each type and class has a unique name.
 */
export function findCrossings(
  sources: Sources,
  chunks: readonly string[] = HOOK_CHUNKS,
): string[] {
  const parts = new Map(
    [...sources].map(([path, source]) =>
      [path, readModule(path, source)] as const
    ),
  );
  const classes = new Set([...parts.values()].flatMap((part) => part.classes));
  const types = new Map([...parts.values()].flatMap((part) => part.types));
  // A chunk that names no class of ours, nor loads a file that does, cannot pass an object of one.
  const withClasses = new Set(
    chunks.filter((chunk) =>
      [...listLoaded(chunk, parts)].some((path) => {
        const words = new Set(sources.get(path)?.match(/\w+/g));
        return !words.isDisjointFrom(classes);
      })
    ),
  );
  const tests = [...parts].flatMap(([path, { tests }]) =>
    getsTo(path, parts, withClasses)
      ? tests.filter((name) => classes.has(name))
        .map((name) => `${path} asks for instanceof ${name}`)
      : []
  );
  const taken = chunks.flatMap((path) =>
    (parts.get(path)?.signatures ?? []).flatMap(({ name, text }) =>
      [...reach(text, types)].filter((type) => classes.has(type))
        .map((type) => `${path} takes ${type} in ${name}()`)
    )
  );
  return [...tests, ...taken];
}

/** Facts about the classes of one module. */
interface ModuleParts {
  classes: string[];
  /** Types and interfaces with their text. */
  types: [name: string, text: string][];
  /** Right sides of `instanceof` that may see an awaited object. */
  tests: string[];
  /** Exported functions with their text up to the result. */
  signatures: { name: string; text: string }[];
  loaded: string[];
  /** Files that are imported dynamically. */
  later: string[];
}

function readModule(path: string, source: string): ModuleParts {
  const parts: ModuleParts = {
    classes: [],
    types: [],
    tests: [],
    signatures: [],
    loaded: findLoaded(path, source),
    later: [],
  };
  const create = (context: Deno.lint.RuleContext): Deno.lint.LintVisitor => {
    const textOf = (node: Deno.lint.Node) => context.sourceCode.getText(node);
    return {
      ClassDeclaration: ({ id }) => void (id && parts.classes.push(id.name)),
      TSInterfaceDeclaration: (node) =>
        void parts.types.push([node.id.name, textOf(node)]),
      TSTypeAliasDeclaration: (node) =>
        void parts.types.push([node.id.name, textOf(node)]),
      ImportExpression({ source }) {
        if (source.type !== "Literal") return;
        const url = new URL(String(source.value), `file:///${path}`);
        parts.later.push(url.pathname.slice(1));
      },
      BinaryExpression(node) {
        if (node.operator !== "instanceof") return;
        const ancestors = context.sourceCode.getAncestors(node);
        if (isOfPlainTry(ancestors, textOf)) return;
        parts.tests.push(textOf(node.right));
      },
      FunctionDeclaration(node) {
        const { id, parent, range, returnType, body } = node;
        if (id === null || parent.type !== "ExportNamedDeclaration") return;
        const end = (returnType ?? body)?.range[0] ?? range[1];
        const text = textOf(node).slice(0, end - range[0]);
        parts.signatures.push({ name: id.name, text });
      },
    };
  };
  Deno.lint.runPlugin(
    { name: "classes", rules: { classes: { create } } },
    `/${path}`,
    source,
  );
  return parts;
}

/**
 * Whether a node with these ancestors, innermost last, is in the `catch` of a `try` that awaits
 * nothing.
 */
function isOfPlainTry(
  ancestors: readonly Deno.lint.Node[],
  textOf: (node: Deno.lint.Node) => string,
): boolean {
  const at = ancestors.findLastIndex(({ type }) => type === "CatchClause");
  const statement = ancestors[at - 1];
  return statement?.type === "TryStatement" &&
    !/\bawait\b/.test(textOf(statement.block));
}

/** Whether a file, or one that it loads, imports a chunk when it runs. */
function getsTo(
  start: string,
  parts: ReadonlyMap<string, ModuleParts>,
  chunks: ReadonlySet<string>,
): boolean {
  return [...listLoaded(start, parts)].some((path) =>
    parts.get(path)?.later.some((name) => chunks.has(name))
  );
}

/** Returns a file and all that are loaded with it. */
function listLoaded(
  start: string,
  parts: ReadonlyMap<string, ModuleParts>,
): Set<string> {
  const seen = new Set([start]);
  for (const path of seen) {
    for (const name of parts.get(path)?.loaded ?? []) seen.add(name);
  }
  return seen;
}

/** Returns the names that a text mentions, and those that their declarations mention. */
function reach(text: string, types: ReadonlyMap<string, string>): Set<string> {
  const seen = new Set(namesIn(text));
  for (const name of seen) {
    for (const next of namesIn(types.get(name) ?? "")) seen.add(next);
  }
  return seen;
}

function namesIn(text: string): string[] {
  const code = text.replaceAll(/\/\*[^]*?\*\/|\/\/.*/g, "");
  return code.match(/\b[A-Z]\w*/g) ?? [];
}
