// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The names that a module declares at its top level.
 * @module
 */

/** Names in the order of their declarations. */
export interface Declared {
  /** The names that the module exports, without re-exports. */
  exported: string[];
  /** Types, interfaces and classes, exported or not. */
  types: string[];
}

/**
 * Lists the names that a module declares. Works only under `deno test`, as Deno offers its parser
 * there.
 */
export function findDeclared(source: string): Declared {
  const found: Declared = { exported: [], types: [] };
  const visit = (node: Deno.lint.Node, isExported: boolean) => {
    for (const name of namesOf(node)) {
      if (isExported) found.exported.push(name);
      if (isType(node)) found.types.push(name);
    }
  };
  const imported = new Set<string>();
  const rule: Deno.lint.LintVisitor = {
    Program({ body }) {
      for (const node of body) {
        if (node.type === "ImportDeclaration") {
          for (const { local } of node.specifiers) imported.add(local.name);
        } else if (node.type !== "ExportNamedDeclaration") visit(node, false);
        else if (node.declaration !== null) visit(node.declaration, true);
        else if (node.source === null) {
          for (const { local, exported } of node.specifiers) {
            if (imported.has(nameOf(local))) continue;
            found.exported.push(nameOf(exported));
          }
        }
      }
    },
  };
  Deno.lint.runPlugin(
    { name: "declared", rules: { declared: { create: () => rule } } },
    "/module.ts",
    source,
  );
  return found;
}

function isType({ type }: Deno.lint.Node): boolean {
  return type === "TSTypeAliasDeclaration" ||
    type === "TSInterfaceDeclaration" || type === "ClassDeclaration";
}

function namesOf(node: Deno.lint.Node): string[] {
  switch (node.type) {
    case "FunctionDeclaration":
    case "ClassDeclaration":
      return node.id === null ? [] : [node.id.name];
    case "TSTypeAliasDeclaration":
    case "TSInterfaceDeclaration":
      return [node.id.name];
    case "VariableDeclaration":
      return node.declarations.flatMap(({ id }) =>
        id.type === "Identifier" ? [id.name] : []
      );
    default:
      return [];
  }
}

function nameOf(node: Deno.lint.Identifier | Deno.lint.StringLiteral): string {
  return node.type === "Identifier" ? node.name : node.value;
}
