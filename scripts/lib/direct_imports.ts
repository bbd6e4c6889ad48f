// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * A copy of the source in which nobody goes through a folder's `mod.ts`.
 *
 * A bundler that splits its output takes whatever a `mod.ts` names for loaded with it, needed or not.
 * @module
 */
import { splitNames } from "./names.ts";

/** Texts of modules by their paths: `src/proto/mod.ts`. */
export type Source = ReadonlyMap<string, string>;

/** Has each module import from where things are defined. */
export function importDirectly(source: Source): Map<string, string> {
  return new Map(
    [...source].map(([path, text]) => [path, direct(path, text, source)]),
  );
}

/** `import { a, type B } from "../proto/mod.ts";`, `export { a } from "./src/proto/mod.ts";`, `const { a } = await import("../proto/mod.ts");` */
const STATIC = /^(import|export) \{([^}]*)\}\s*from "(\.[^"]*\/mod\.ts)";$/gm;
const DYNAMIC =
  /\bconst \{\s*(\w+)\s*\} = await import\("(\.[^"]*\/mod\.ts)"\)/g;
/** `export { a, type B } from "./a.ts";`, `export * from "./b.ts";` */
const REEXPORT = /^export (?:type )?(?:\{([^}]*)\}|\*) from "\.\/([\w.]+)";$/gm;
/** `export const a`, `export async function* b` … */
const EXPORT =
  /^export (?:declare )?(?:abstract )?(?:async )?(?:const|let|class|function\*?|interface|type) (\w+)/gm;

function direct(path: string, text: string, source: Source): string {
  return text
    .replaceAll(STATIC, (_, what: string, names: string, specifier: string) => {
      const byFile = new Map<string, string[]>();
      for (const name of splitNames(names)) {
        const [outside = ""] = bare(name).split(" as ");
        const file = definingFile(outside, path, specifier, source);
        byFile.set(file, [...byFile.get(file) ?? [], name]);
      }
      return [...byFile].map(([file, names]) =>
        `${what} { ${names.join(", ")} } from "${file}";`
      ).join("\n");
    })
    .replaceAll(DYNAMIC, (_, name: string, specifier: string) => {
      const file = definingFile(name, path, specifier, source);
      return `const { ${name} } = await import("${file}")`;
    });
}

/** What to import instead of a `mod.ts`; that itself for what it has from another folder. */
function definingFile(
  name: string,
  path: string,
  specifier: string,
  source: Source,
): string {
  const folder = specifier.slice(0, -"mod.ts".length);
  const mod = resolve(path, specifier);
  const text = source.get(mod) ?? "";
  for (const [, names, file = ""] of text.matchAll(REEXPORT)) {
    const isHere = names === undefined
      ? exportedNames(source.get(resolve(mod, `./${file}`)) ?? "").has(name)
      : splitNames(names).some((one) =>
        bare(one).split(" as ").at(-1) === name
      );
    if (isHere) return folder + file;
  }
  return specifier;
}

function exportedNames(text: string): Set<string> {
  return new Set([...text.matchAll(EXPORT)].map(([, name = ""]) => name));
}

function bare(name: string): string {
  return name.replace(/^type /, "");
}

function resolve(path: string, specifier: string): string {
  return new URL(specifier, `file:///${path}`).pathname.slice(1);
}
