// SPDX-License-Identifier: AGPL-3.0-or-later
import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { AgentFileError } from "../../../src/hooks/errors.ts";
import { writeCommand } from "../../../src/hooks/hook_command.ts";
import {
  addJsonHooks,
  isNothingBut,
  listJsonHooks,
  removeJsonHooks,
} from "../../../src/hooks/json_settings.ts";
import { readCommand } from "../../../src/hooks/hook_command.ts";

const OURS = writeCommand(
  { program: "/bin/kaizen", isBare: false },
  "hook --source claude",
);
const isOurs = (command: string) => readCommand(command) !== null;
const wanted = ["PreToolUse", "Stop"].map((event) => ({
  event,
  entry: { hooks: [{ type: "command", command: OURS, timeout: 5 }] },
}));

/** Settings of many shapes. None of their bytes may change. */
const SETTINGS: Record<string, string> = {
  "an empty object": "{}",
  "an empty object with a line feed": "{}\n",
  "an object on two lines": "{\n}\n",
  "one line": `{"model":"opus","hooks":{}}`,
  "one line with spaces": `{ "model": "opus", "env": { "A": "b" } }\n`,
  "two spaces": `{\n  "model": "opus"\n}\n`,
  "four spaces": `{\n    "a": {\n        "b": 1\n    }\n}\n`,
  "tabs and CRLF": `{\r\n\t"a": 1,\r\n\t"hooks": {\r\n\t}\r\n}\r\n`,
  "no space after a colon": `{\n  "a":1\n}`,
  "empty lists": `{"hooks": {"Stop": [], "PreToolUse": [ ]}}`,
  "a mark of the byte order": `\ufeff{\n  "a": 1\n}\n`,
  "comments": `// first
{
  "model": "opus", // mine
  /* before */ "hooks": {
    "PreToolUse": [
      {"matcher": "Bash", "hooks": [{"type": "command", "command": "guard"}]} // guard
      // the end of the list
    ] /* after */
  } // hooks
  // nothing follows
}
// last
`,
  "trailing commas": `{
  "hooks": {
    "Stop": [
      { "hooks": [{ "type": "command", "command": "a" },] },
    ],
  },
}
`,
  "other hooks of the same events": `{
  "hooks": {
    "Stop": [
      { "hooks": [{ "type": "command", "command": "a" }] },
      { "hooks": [{ "type": "command", "command": "b", "args": ["c"] }] }
    ]
  },
  "z": [1, 2, {"hooks": "x"}]
}
`,
  "a comment after the last member of one line":
    `{"model":"opus" // mine\n, "hooks": {"Stop": [{"command": "a"} // b\n] // c\n} // d\n}`,
  "only a comment in one line": `{ // mine\n}`,
  "strings that look like comments": `{"a": "// no", "b": "/* no */"}`,
};

for (const [name, text] of Object.entries(SETTINGS)) {
  Deno.test(`addJsonHooks() keeps every byte of ${name}`, () => {
    const grown = addJsonHooks(text, wanted);
    assertEquals(
      listJsonHooks(grown).filter(({ command }) => isOurs(command))
        .map(({ event }) => event).sort(),
      ["PreToolUse", "Stop"],
    );
    assert(isSubsequence(text, grown), grown);
    // The others keep their positions, by which Codex knows them.
    const others = listJsonHooks(text);
    assertEquals(
      listJsonHooks(grown).filter(({ command }) => !isOurs(command)),
      others,
    );
  });

  Deno.test(`removeJsonHooks() leaves what addJsonHooks() found: ${name}`, () => {
    const rest = removeJsonHooks(addJsonHooks(text, wanted), isOurs, text);
    assertEquals(withoutSpace(rest), withoutSpace(text));
    assertEquals(removeJsonHooks(rest, isOurs, text), rest);
  });
}

function isSubsequence(short: string, long: string): boolean {
  let at = 0;
  for (const character of short) {
    at = long.indexOf(character, at) + 1;
    if (at === 0) return false;
  }
  return true;
}

/** A trailing comma may go with what came after it. */
function withoutSpace(text: string): string {
  return text.replaceAll(/\s/g, "").replaceAll(/,([\]}])/g, "$1");
}

Deno.test("addJsonHooks() makes a document of nothing", () => {
  for (const text of ["", "\n", "\ufeff"]) {
    const made = addJsonHooks(text, wanted, { version: 1 });
    const { version, hooks } = JSON.parse(made);
    assertEquals([version, Object.keys(hooks)], [1, ["PreToolUse", "Stop"]]);
    assert(isNothingBut(
      removeJsonHooks(made, isOurs),
      { version: 1 },
    ));
  }
});

Deno.test("addJsonHooks() adds what a document must have, once", () => {
  const grown = addJsonHooks("{}", wanted, { version: 1 });
  assertEquals(addJsonHooks(grown, [], { version: 1 }), grown);
  assertEquals(JSON.parse(grown).version, 1);
});

Deno.test("removeJsonHooks() takes one of several hooks out of a group", () => {
  const text = `{"hooks":{"Stop":[{"hooks":[{"command":"a"},{"command":${
    JSON.stringify(OURS)
  }},{"command":"b"}]}]}}`;
  assertEquals(
    removeJsonHooks(text, isOurs),
    `{"hooks":{"Stop":[{"hooks":[{"command":"a"},{"command":"b"}]}]}}`,
  );
});

Deno.test("removeJsonHooks() keeps the comments around a hook, and ends those of one line", () => {
  const ours = JSON.stringify({ command: OURS });
  const list = (hooks: string) => `{"hooks":{"Stop":[${hooks}]}}`;
  const cases = [
    [` // a\n${ours},{"command":"b"}`, ` // a\n{"command":"b"}`],
    [` // a\n${ours},\n{"command":"b"}`, ` // a\n{"command":"b"}`],
    [`{"command":"b"}, // a\n${ours},\n`, `{"command":"b"} // a\n,\n`],
    [`{"command":"b"}, // a\n${ours}`, `{"command":"b"} // a\n`],
    [`{"command":"b"}, // a\n  ${ours}\n`, `{"command":"b"} // a\n`],
    [`${ours} /* a */, {"command":"b"}`, ` /* a */ {"command":"b"}`],
    [`${ours} // a, b\n,{"command":"b"}`, ` // a, b\n{"command":"b"}`],
    [`// a\n${ours} // b\n, // c\n`, `// a\n // b\n // c\n`],
  ] as const;
  for (const [before, after] of cases) {
    assertEquals(removeJsonHooks(list(before), isOurs), list(after));
  }
});

Deno.test("removeJsonHooks() looks at each hook once, however many are removed", () => {
  const [first, second] = [50, 100].map((count) => {
    let looks = 0;
    const list = Array.from({ length: count }, () => ({ command: OURS }));
    removeJsonHooks(
      JSON.stringify({ hooks: { Stop: list } }),
      () => ++looks > 0,
    );
    return looks;
  });
  assertEquals([first, second], [50, 100]);
});

const BROKEN: [text: string, message: string][] = [
  ["{", "it is no valid JSON: CloseBraceExpected in line 1"],
  ['{\n"a": }', "it is no valid JSON: ValueExpected in line 2"],
  ["[]", "it is no JSON object"],
  ["nonsense", "it is no valid JSON: InvalidSymbol in line 1"],
  [`{"a":${"[".repeat(1e5)}`, "it is nested too deeply"],
  ['{"hooks": []}', '"hooks" is no object'],
  ['{"hooks": {"Stop": {}}}', 'the hooks of "Stop" are not a list'],
  ['{"hooks": {}, "hooks": {}}', '"hooks" is there twice'],
  ['{"hooks": {"Stop": [], "Stop": []}}', '"Stop" is there twice'],
];
for (const [text, message] of BROKEN) {
  Deno.test(`listJsonHooks() refuses ${text.slice(0, 40)}`, () => {
    assertThrows(() => listJsonHooks(text), AgentFileError, message);
  });
}

Deno.test("removeJsonHooks() refuses hooks that would take too long to remove", () => {
  const hooks = (count: number) =>
    JSON.stringify({
      hooks: { Stop: Array.from({ length: count }, () => ({ command: OURS })) },
    });
  assertEquals(removeJsonHooks(hooks(100), isOurs), "{}");
  assertThrows(
    () => removeJsonHooks(hooks(101), isOurs),
    AgentFileError,
    "it must have <= 100 hooks that run kaizen: it has 101",
  );
});

Deno.test("hooks are added to any settings and removed again, and the rest stays the same", () => {
  fc.assert(fc.property(
    fc.dictionary(fc.string(), fc.jsonValue()),
    fc.constantFrom(undefined, "  ", "\t", 4),
    (settings, indent) => {
      delete settings["hooks"];
      const text = JSON.stringify(settings, null, indent);
      const grown = addJsonHooks(text, wanted);
      assertEquals(listJsonHooks(grown).length, 2);
      assert(isSubsequence(text, grown));
      const rest = removeJsonHooks(grown, isOurs, text);
      assertEquals(JSON.parse(rest), JSON.parse(text));
    },
  ));
});
