// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The packages that a bundle holds, and their licences.
 * @module
 */
import { listFiles } from "./list_files.ts";
import { ROOT } from "./project.ts";

/** A package whose code is in a bundle. */
export interface BundledPackage {
  /** With its registry: `npm:valibot`. */
  name: string;
  version: string;
  /** The package on the disk; null for JSR, of which Deno keeps only the modules. */
  folder: string | null;
}

/** The file with the licences, in a build and in all that is made of it. */
export const LICENCES = "THIRD_PARTY_LICENSES";

/** Copyright of the packages in a scope of JSR. All are under the MIT licence. */
const HOLDERS: Readonly<Record<string, string>> = {
  "@cliffy": "Copyright (c) 2020-2023 Benjamin Fischer <c4spar@gmx.de>",
  "@std": "Copyright 2018-2022 the Deno authors.",
};

/**
 * Lists the packages of a bundle, ordered by name, from the comment that the bundler writes before
 * each module.
 *
 * @param folder A folder with bundles that are not minified, made in the working directory.
 */
export async function listBundled(folder: string): Promise<BundledPackage[]> {
  const found = new Map<string, BundledPackage>();
  for (const path of await listFiles(folder, ".js")) {
    const text = await Deno.readTextFile(`${folder}/${path}`);
    for (const [, source = ""] of text.matchAll(/^\/\/ (\S+)$/gm)) {
      const [root = "", registry, name, version] = PACKAGE.exec(source) ?? [];
      if (name === undefined || version === undefined) continue;
      const isNpm = registry?.startsWith("npm/") === true;
      found.set(`${name}@${version}`, {
        name: `${isNpm ? "npm" : "jsr"}:${name}`,
        version,
        folder: isNpm ? new URL(root, `file://${Deno.cwd()}/`).pathname : null,
      });
    }
  }
  return [...found.values()].sort((a, b) => a.name < b.name ? -1 : 1);
}

/**
 * Returns the SPDX expression of a package's licence.
 *
 * @throws {TypeError} If the package names none.
 */
export async function readLicence(
  { name, folder }: BundledPackage,
): Promise<string> {
  if (folder === null) {
    holderOf(name);
    return "MIT";
  }
  const { license } = JSON.parse(
    await Deno.readTextFile(`${folder}/package.json`),
  );
  if (typeof license === "string") return license;
  throw new TypeError(`Cannot read licence: ${name} names none`);
}

/** Returns the text of the file that every copy of the program must come with. */
export async function printLicences(
  packages: readonly BundledPackage[],
): Promise<string> {
  const prices =
    `The prices of models, from @pydantic/genai-prices\n\n${await Deno
      .readTextFile(`${ROOT}/src/prices/price_list.LICENSE`)}`;
  const parts = packages.map(async (one) =>
    `${one.name}@${one.version} (${await readLicence(one)})\n\n${await readText(
      one,
    )}\n`
  );
  return `kaizen contains these packages, under their own licences.\n\n${
    (await Promise.all([...parts, prices])).join(`\n${"-".repeat(80)}\n\n`)
  }`;
}

async function readText({ name, folder }: BundledPackage): Promise<string> {
  if (folder === null) return `${holderOf(name)}\n\n${MIT}`;
  for await (const file of Deno.readDir(folder)) {
    if (!/^licen[cs]e\b/i.test(file.name)) continue;
    return (await Deno.readTextFile(`${folder}/${file.name}`)).trim();
  }
  throw new TypeError(`Cannot read licence: ${name} has no text of it`);
}

function holderOf(name: string): string {
  const holder = HOLDERS[name.slice("jsr:".length, name.indexOf("/"))];
  if (holder !== undefined) return holder;
  throw new TypeError(`Cannot read licence: no holder is known for ${name}`);
}

/** A path or address of a package's module, up to the version. */
const PACKAGE =
  /^.*\b(npm\/[^/]+\/|jsr\.io\/)((?:@[\w-]+\/)?[\w.-]+)\/(\d+\.\d+\.\d+[^/]*)/;

const MIT =
  `Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.`;
