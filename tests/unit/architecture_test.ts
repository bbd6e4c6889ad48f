// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals, assertGreater, assertStringIncludes } from "@std/assert";

const ROOT = new URL("../../", import.meta.url);
const PAGE = "docs/architecture.md";

function read(path: string): string {
  return Deno.readTextFileSync(new URL(path, ROOT));
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(new URL(path, ROOT)) !== null;
  } catch {
    return false;
  }
}

Deno.test(`every file that ${PAGE} names exists`, () => {
  const paths = [...read(PAGE).matchAll(/\b(?:src|docs|tests)\/[\w./-]*\w/g)]
    .map(([path]) => path)
    .concat(
      [...read(PAGE).matchAll(/\]\(([^)#]+)\)/g)]
        .map(([, link = ""]) => `docs/${link}`),
    );
  assertGreater(paths.length, 50);
  assertEquals(paths.filter((path) => !exists(path)), []);
});

Deno.test(`${PAGE} has ten steps in order, and files in each`, () => {
  const steps = [
    ...read(PAGE).matchAll(/^(\d+)\. \*\*[^]*?(?=^\d+\. |^## |$(?![^]))/gm),
  ];
  assertEquals(steps.map(([, n]) => Number(n)), [
    1,
    2,
    3,
    4,
    5,
    6,
    7,
    8,
    9,
    10,
  ]);
  for (const [step] of steps) assertStringIncludes(step, "`src/");
});

Deno.test(`CONTRIBUTING.md and README.md link to ${PAGE}`, () => {
  for (const path of ["CONTRIBUTING.md", "README.md"]) {
    assertStringIncludes(read(path), `(${PAGE})`);
  }
});
