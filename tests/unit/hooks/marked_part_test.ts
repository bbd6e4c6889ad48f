// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { parse } from "smol-toml";
import {
  type PartSyntax,
  putMarkedPart,
  readMarkedPart,
  removeMarkedPart,
} from "../../../src/hooks/marked_part.ts";
import { undoText } from "../../../src/hooks/undo_text.ts";
import { putTomlHooks } from "../../../src/hooks/vibe_hooks.ts";

const START = "# kaizen: begin, until the line that says end";
const END = "# kaizen: end";
const MARKS = `${START}\nx = 1\n${END}\n`;
const HOOKS = [{ name: "kaizen", type: "pre_tool", command: "true" }];

const theirs: [why: string, syntax: PartSyntax, text: string][] = [
  ["a string of many lines", "toml", `a = """\n${MARKS}"""\n`],
  ["a literal of many lines", "toml", `a = '''\n${MARKS}'''\n`],
  ["after an escaped quote", "toml", `a = """\\"""\n${MARKS}"""\n`],
  ["after quotes that end nothing", "toml", `a = """ "" \n${MARKS}""""\n`],
  ["after the other kind of quotes", "toml", `a = '''"""\n${MARKS}'''\n`],
  ["after a quote in a comment", "toml", `# don't """\na = '''\n${MARKS}'''\n`],
  ["a value that goes on", "git", `[a]\n\tb = "x\\\n${START}\\\n${END}"\n`],
  ["the comment of a value", "git", `[a]\n\tb = x \\\n${START}\n[b]\n`],
  ["after an escaped quote of git", "git", `[a]\nb = "\\"\\\n${END}\\\n"\n`],
];
for (const [why, syntax, text] of theirs) {
  Deno.test(`readMarkedPart() sees no marks in what is not a comment: ${why}`, () => {
    assertEquals(readMarkedPart(text, syntax), null);
    assertEquals(removeMarkedPart(text, syntax), text);
    const grown = putMarkedPart(text, "y = 2\n", syntax);
    assert(grown.startsWith(text));
    assertEquals(readMarkedPart(grown, syntax), "y = 2\n");
    const again = putMarkedPart(grown, "y = 3\n", syntax);
    assertEquals(again, grown.replace("y = 2", "y = 3"));
    assertEquals(removeMarkedPart(grown, syntax), text);
  });
}

const ours: [why: string, syntax: PartSyntax, text: string][] = [
  ["quotes in a comment", "toml", `# don't """ '''\n`],
  ["quotes of the other kind", "toml", `a = "'''"\nb = '"""'\n`],
  ["a string without an end", "toml", `a = "x\nb = 'y\n`],
  ["an apostrophe, which is no quote", "git", "[a]\n\tb = it's '''\n"],
  ["a backslash in a comment", "git", "[a]\n# x\\\n; y\\\n"],
  ["a quote in a comment", "git", '[a]\n; "\n# "\n'],
];
for (const [why, syntax, text] of ours) {
  Deno.test(`readMarkedPart() finds the part after ${why}`, () => {
    assertEquals(readMarkedPart(text + MARKS, syntax), "x = 1\n");
    const windows = (text + MARKS).replaceAll("\n", "\r\n");
    assertEquals(readMarkedPart(windows, syntax), "x = 1\r\n");
    assertEquals(removeMarkedPart(text + MARKS, syntax), text);
  });
}

Deno.test("readMarkedPart() reads a megabyte of one string", () => {
  const long = 'a\\"'.repeat(350_000);
  const text = `a = """${long}\n${MARKS}"""\n${MARKS}`;
  assertEquals(removeMarkedPart(text, "toml"), text.slice(0, -MARKS.length));
  const git = `[a]\nb = "${long}"\n${MARKS}`;
  assertEquals(removeMarkedPart(git, "git"), git.slice(0, -MARKS.length));
});

/** Lines that a string of many lines may have, and what may be between such strings. */
const PIECE = fc.constantFrom(
  START,
  END,
  `\n${MARKS}`,
  `${START}\n`,
  `${END}\n`,
  "\n",
  "\r\n",
  '"""',
  "'''",
  '"',
  "'",
  "\\",
  "\\\\",
  "#",
  " ",
  "k",
  " = ",
  "[",
  "]",
);
const VALUE = fc.tuple(
  fc.constantFrom('"""', "'''", '"', "'", "# ", "["),
  fc.array(PIECE, { maxLength: 8 }),
).map(([quote, pieces]) =>
  quote === "# "
    ? `1 # ${pieces.join("").replaceAll("\n", " ").replaceAll("\r", " ")}`
    : quote + pieces.join("") + (quote === "[" ? "]" : quote)
);
const TOML = fc.tuple(fc.array(VALUE, { maxLength: 4 }), fc.boolean()).map((
  [values, isOpen],
) => values.map((it, i) => `k${i} = ${it}`).join("\n") + (isOpen ? "" : "\n"));

function isToml(text: string): boolean {
  try {
    parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Whether a parser, too, sees a mark in a comment: then it may be taken for ours. */
function hasComment(text: string): boolean {
  const strings = JSON.stringify(parse(text));
  const count = (all: string, one: string) => all.split(one).length - 1;
  return [START, END].some((mark) => count(text, mark) > count(strings, mark));
}

Deno.test("putTomlHooks() and undoText() give back any TOML byte by byte", () => {
  let [tried, withMarks] = [0, 0];
  fc.assert(
    fc.property(TOML, (text) => {
      if (!isToml(text) || text.trim() === "" || hasComment(text)) return;
      tried++;
      if (text.includes(`\n${START}\n`) || text.includes(`\n${END}\n`)) {
        withMarks++;
      }
      const grown = putTomlHooks(text, HOOKS);
      assert(grown.startsWith(text));
      const options = { entry: null, owner: "vibe", kept: "part" } as const;
      const before = undoText(text, options);
      assertEquals(before, text);
      const entry = {
        ...options,
        ...{ project: null, path: "/x", before, after: grown },
        ...{ mode: 0o600, folders: [] },
      };
      assertEquals(undoText(grown, { ...options, entry }), text);
      const more = undoText(`${grown}# more\n`, { ...options, entry });
      if (text.endsWith("\n")) {
        assertEquals(undoText(grown, options), text);
        assertEquals(more, `${text}# more\n`);
      } else assert(more?.startsWith(text));
    }),
    { numRuns: 3000 },
  );
  assert(tried > 300, `${tried} texts were TOML`);
  assert(withMarks > 20, `${withMarks} had marks in strings`);
});
