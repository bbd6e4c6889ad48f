// SPDX-License-Identifier: AGPL-3.0-or-later
// Corners that the program's own tree has none of; whichever packages are in use must agree.
import { assertEquals, assertInstanceOf } from "@std/assert";
import { type ArgumentValue, Command, ValidationError } from "@cliffy/command";

/** A line, and what comes of it; `''` is an empty word. */
const LINES = String.raw`
=> kaizen {"depth":2,"maxSize":5}
--json child => child {"depth":2,"json":true,"maxSize":5}
--json child --depth 3 => child {"depth":3,"json":true,"maxSize":5}
--json child --depth 3 --depth 4 => child: Option "--depth" can only occur once, but was found several times.
child --depth 3 --depth 4 => child: Option "--depth" can only occur once, but was found several times.
--json child --max-size 3 --max-size 4 => child {"depth":2,"json":true,"maxSize":4}
--json child --max-size 3 --help => help of child
--json child --depth 3 --help => child: Option "--help" cannot be combined with other options.
--help => help of kaizen
--help child => kaizen: Too many arguments: child
child --help => help of child
child -jh => child: Option "--help" cannot be combined with other options.
rest --help => help of rest
rest => rest: Missing argument(s): first
rest ''  => rest {"depth":2,"maxSize":5} ""
rest -xyz a => rest {"depth":2,"maxSize":5} "-xyz" "a"
rest -x3 a => rest {"depth":2,"maxSize":5} "-x3" "a"
rest a '' b -j => rest {"depth":2,"json":true,"maxSize":5} "a" "b"
rest a -- b => rest {"depth":2,"maxSize":5} "a" -- b
numbers => numbers {"depth":2,"maxSize":5}
numbers 1 '' 2.5 -3 => numbers {"depth":2,"maxSize":5} 1 2.5 -3
numbers 1 x => numbers: Argument "n" must be of type "number", but got "x".
numbers 0x10 1e3 => numbers {"depth":2,"maxSize":5} 16 1000
shadow --json text => shadow {"depth":2,"json":"text","maxSize":5}
shadow --json => shadow: Missing value for option "--json".
--json shadow --json text => shadow: Option "--json" can only occur once, but was found several times.
group --own --json sub => group: Too many arguments: sub
group --json --own sub => group: Too many arguments: sub
group --json sub => sub {"depth":2,"json":true,"maxSize":5}
group --own sub => group: Too many arguments: sub
group sub x => sub: No arguments allowed for command "kaizen group sub".
group typed 0x10 => typed {"depth":2,"maxSize":5} 16
group typed --size 0x10 1 => typed {"depth":2,"maxSize":5,"size":"own 0x10"} 1
group typed --size own 1 => typed {"depth":2,"maxSize":5,"size":"own own"} 1
group typed --rate 1.5 --flag true 1 => typed {"depth":2,"flag":true,"maxSize":5,"rate":1.5} 1
group typed --rate '' 1 => typed {"depth":2,"maxSize":5} 1
group typed --rate=x 1 => typed: Option "--rate" must be of type "number", but got "x".
group typed --flag maybe 1 => typed: Option "--flag" must be of type "boolean", but got "maybe". Expected values: "true", "false", "1", "0"
group typed --flag 1 1 => typed {"depth":2,"flag":true,"maxSize":5} 1
group typed 1.5 => typed: Argument "n" must be of type "integer", but got "1.5".
group typed '' => typed {"depth":2,"maxSize":5} 0
early a -j => early {"depth":2,"maxSize":5} "a" "-j"
early -j a -j '' => early {"depth":2,"json":true,"maxSize":5} "a" "-j" ""
early -x => early {"depth":2,"maxSize":5} "-x"
early --name x y --name z => early {"depth":2,"maxSize":5,"name":"own x"} "y" "--name" "z"
throws => -: mine
void --void x => void: Missing value for option "--void".
void --void=x => void: Missing value for option "--void".
json => kaizen: Unknown command "json". Did you mean command "rest"?
depth child => kaizen: Unknown command "depth". Did you mean command "rest"?
---json child => child {"depth":2,"json":true,"maxSize":5}
--j child => child {"depth":2,"json":true,"maxSize":5}
-json child => kaizen: Unknown option "-s". Did you mean option "-h"?
- => kaizen: Unknown command "-". Did you mean command "rest"?
child - => child: No arguments allowed for command "kaizen child".
--=x child => kaizen: Unknown option "--". Did you mean option "-h"?
`;

const reports: string[] = [];

function report(
  this: Pick<Command, "getName" | "getLiteralArgs">,
  options: object,
  ...args: unknown[]
): void {
  const entries = Object.entries(options).sort(([a], [b]) => a < b ? -1 : 1);
  const parts: unknown[] = [Object.fromEntries(entries), ...args];
  const shown = parts.map((part) => JSON.stringify(part) ?? "-").join(" ");
  const literal = this.getLiteralArgs().map((word) => ` -- ${word}`).join("");
  reports.push(`${this.getName()} ${shown}${literal}`);
}

type Globals = { json?: true; depth: number; maxSize: number };

function readOwn({ value }: ArgumentValue): string {
  return `own ${value}`;
}

function makeTree() {
  const root = new Command()
    .name("kaizen")
    .globalType("own", readOwn)
    .help((command) => `help of ${command.getName()}`)
    .globalOption("-j, --json", "switch")
    .globalOption("--depth <n:number>", "one word", { default: 2 })
    .globalOption("--max-size <n:number>", "two words", {
      default: () => 5,
    })
    .helpOption("-h, --help", "help", function () {
      reports.push(this.getHelp());
    })
    .noExit()
    .action(report);
  const make = () => new Command<Globals>();
  const group = make().type("integer", readOwn).option("--own", "local")
    .action(report);
  group.command("sub", make().action(report));
  root.command("child", make().action(report));
  root.command("rest", make().arguments("<first> [rest...]").action(report));
  root.command("numbers", make().arguments("[n...:number]").action(report));
  const shadow = new Command<Omit<Globals, "json">>();
  root.command("shadow", shadow.option("--json <x>", "own").action(report));
  root.command("group", group);
  const typed = make().type("size", readOwn).option("--size <n:size>", "own")
    .option("--rate <n:number>", "number").option("--flag <b:boolean>", "bool")
    .arguments("<n:integer>");
  group.command("typed", typed.action(report));
  const nothing = make().type("nothing", () => undefined);
  root.command("void", nothing.option("--void <x:nothing>", "x"));
  const early = make().stopEarly().option("--name <x:own>", "own")
    .arguments("[words...]");
  root.command("early", early.action(report));
  const throws = make().action(() => Promise.reject(new RangeError("mine")));
  root.command("throws", throws);
  return root;
}

async function runLine(words: string[]): Promise<string> {
  reports.length = 0;
  try {
    await makeTree().parse(words);
  } catch (error) {
    assertInstanceOf(error, Error);
    const at = error instanceof ValidationError ? error.cmd?.getName() : "-";
    reports.push(`${at}: ${error.message}`);
  }
  return reports.join("; ");
}

for (const row of LINES.split("\n").filter((row) => row.includes("=>"))) {
  const at = row.lastIndexOf("=>");
  const line = row.slice(0, at).trim();
  const words = line.split(" ").filter((word) => word !== "")
    .map((word) => word === "''" ? "" : word);
  Deno.test(`Command.parse() in a corner takes "${line}"`, async () => {
    assertEquals(await runLine(words), row.slice(at + 2).trim());
  });
}
