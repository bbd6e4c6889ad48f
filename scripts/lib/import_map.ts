// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Import maps that can be written to another folder than they were read from.
 * @module
 */

/** Addresses by names. */
type Table = Record<string, string>;

/** The format that Deno reads from `--import-map`. */
export interface ImportMap {
  imports: Table;
  scopes: Record<string, Table>;
}

/**
 * Reads an import map, or the part of a `deno.json` that is one, makes its addresses absolute, and
 * adds `more`.
 *
 * @param path Absolute path of the file.
 * @throws {TypeError} If the file is no import map.
 */
export async function addToMap(path: string, more: Table): Promise<ImportMap> {
  const base = new URL(
    `file://${path.split("/").map(encodeURIComponent).join("/")}`,
  );
  const map: unknown = JSON.parse(await Deno.readTextFile(path));
  const scopes: Record<string, Table> = {};
  for (const [scope, table] of Object.entries(readObject(map, "scopes"))) {
    scopes[new URL(scope, base).href] = resolveTable(table, base);
  }
  return {
    imports: { ...resolveTable(readObject(map, "imports"), base), ...more },
    scopes,
  };
}

function readObject(value: unknown, name: string): object {
  const found: unknown = typeof value === "object" && value !== null
    ? Reflect.get(value, name)
    : undefined;
  return typeof found === "object" && found !== null ? found : {};
}

function resolveTable(table: unknown, base: URL): Table {
  if (typeof table !== "object" || table === null) {
    throw new TypeError(`Cannot read import map: ${base}`);
  }
  const resolved: Table = {};
  for (const [name, address] of Object.entries(table)) {
    if (typeof address !== "string") {
      throw new TypeError(`Cannot read import map: ${name} has no address`);
    }
    resolved[name] = /^\.{0,2}\//.test(address)
      ? new URL(address, base).href
      : address;
  }
  return resolved;
}
