// SPDX-License-Identifier: AGPL-3.0-or-later
// The same lines run on whichever packages the import map names; both must agree.
import { assertEquals } from "@std/assert";
import { type Environment, runLine } from "./command_tree.ts";

/** A line, with variables before it, and what comes of it; `''` is an empty word. */
const LINES = String.raw`
status => 0 status home=~/.kaizen timeout=500 wait=undefined
status --wait 2s => 0 status home=~/.kaizen timeout=500 wait=2000
status --wait=2s => 0 status home=~/.kaizen timeout=500 wait=2000
status --wait => 64 kaizen status: Missing value for option "--wait".
status --wait soon => 64 kaizen status: Option "--wait" must be a duration: current value is "soon"
status --wait '' => 0 status home=~/.kaizen timeout=500 wait=undefined
status --wait= => 0 status home=~/.kaizen timeout=500 wait=undefined
status extra => 64 kaizen status: No arguments allowed for command "kaizen status".
status -- => 0 status home=~/.kaizen timeout=500 wait=undefined
status -- extra => 0 status home=~/.kaizen timeout=500 wait=undefined
KAIZEN_HOME=/env KAIZEN_TIMEOUT=3s status => 0 status home=/env timeout=3000 wait=undefined
KAIZEN_HOME=/env KAIZEN_TIMEOUT=3s status --home /flag --timeout 1s => 0 status home=/flag timeout=1000 wait=undefined
KAIZEN_HOME= KAIZEN_TIMEOUT= status => 0 status home=~/.kaizen timeout=500 wait=undefined
KAIZEN_TIMEOUT=never status => 64 kaizen status: Environment variable "KAIZEN_TIMEOUT" must be a duration: current value is "never"
KAIZEN_HOME=/env status --home '' => 0 status home=/env timeout=500 wait=undefined
--home /x status => 0 status home=/x timeout=500 wait=undefined
--home=/x status => 0 status home=/x timeout=500 wait=undefined
--home /x --timeout 7 status => 0 status home=/x timeout=7 wait=undefined
--home status => 0 help of kaizen
--home => 64 kaizen: Missing value for option "--home".
--home --json status => 0 status home=--json timeout=500 wait=undefined
--home /x --home /y status => 64 kaizen: Option "--home" can only occur once, but was found several times.
--home /x status --home /y => 64 kaizen status: Option "--home" can only occur once, but was found several times.
sessions => 0 kaizen sessions limit=100
ls => 0 kaizen sessions limit=100
sessions list => 0 kaizen sessions list
ls list --json => 0 kaizen sessions list json=true
sessions lst => 64 kaizen sessions: Unknown command "lst". Did you mean command "list"?
sessions --limit 5 => 0 kaizen sessions limit=5
sessions -n 5 => 0 kaizen sessions limit=5
sessions -n5 => 0 kaizen sessions limit=5
sessions -n=5 => 0 kaizen sessions limit=5
sessions --limit=0 => 0 kaizen sessions limit=0
sessions --limit -5 => 64 kaizen sessions: Option "--limit" must be a number >= 0: current value is "-5"
sessions --limit 1e3 => 64 kaizen sessions: Option "--limit" must be a number >= 0: current value is "1e3"
sessions --limit 0x10 => 64 kaizen sessions: Option "--limit" must be a number >= 0: current value is "0x10"
sessions --limit '' => 0 kaizen sessions limit=100
sessions --limit => 64 kaizen sessions: Missing value for option "--limit".
sessions -n 1 -n 2 => 64 kaizen sessions: Option "-n" can only occur once, but was found several times.
sessions --limit 1 -n 2 => 64 kaizen sessions: Option "-n" can only occur once, but was found several times.
sessions --json -n 3 => 0 kaizen sessions json=true limit=3
sessions --json -n3 => 0 kaizen sessions json=true limit=3
--json sessions -n3 => 0 kaizen sessions json=true limit=3
sessions --json --json => 64 kaizen sessions: Option "--json" can only occur once, but was found several times.
sessions --json=yes => 64 kaizen sessions: Option "--json" doesn't take a value, but got "yes".
sessions --agent claude => 0 kaizen sessions agent="claude" limit=100
sessions --agent=a=b => 0 kaizen sessions agent="a=b" limit=100
sessions --agent --json => 0 kaizen sessions agent="--json" limit=100
sessions --agent -- => 0 kaizen sessions agent="--" limit=100
sessions --tag a => 0 kaizen sessions limit=100 tag=["a"]
sessions --tag a -t b --tag=c => 0 kaizen sessions limit=100 tag=["a","b","c"]
sessions --tag a --tag '' => 0 kaizen sessions limit=100 tag=["a"]
sessions -ab => 0 kaizen sessions allWorkspaces=true brief=true limit=100
sessions -abv => 0 kaizen sessions allWorkspaces=true brief=true limit=100 verbose=true
sessions -bn 4 => 0 kaizen sessions brief=true limit=4
sessions -bn4 => 64 kaizen sessions: Unknown command "n4". Did you mean command "list"?
sessions -bn=4 => 64 kaizen sessions: Unknown command "n=4". Did you mean command "list"?
sessions -bx => 64 kaizen sessions: Unknown option "-x". Did you mean option "-h"?
sessions -aa => 64 kaizen sessions: Option "-a" can only occur once, but was found several times.
sessions --all-workspaces => 0 kaizen sessions allWorkspaces=true limit=100
sessions --allWorkspaces => 64 kaizen sessions: Unknown option "--allWorkspaces". Did you mean option "--all-workspaces"?
sessions --internal x => 0 kaizen sessions internal="x" limit=100
sessions -o json => 0 kaizen sessions limit=100 output="json"
sessions -o yaml => 64 kaizen sessions: Option "--output" must be of type "format", but got "yaml". Expected values: "text", "json", "ndjson"
sessions --output ndjson -v => 0 kaizen sessions limit=100 output="ndjson" verbose=true
-o text sessions => 0 kaizen sessions limit=100 output="text"
-ojson sessions => 64 kaizen: Option "--output" must be of type "format", but got "-j". Expected values: "text", "json", "ndjson"
-v sessions => 0 kaizen sessions limit=100 verbose=true
-vv sessions => 64 kaizen: Option "-v" can only occur once, but was found several times.
--no-start sessions => 0 kaizen sessions limit=100 start=false
sessions --no-start => 0 kaizen sessions limit=100 start=false
sessions --start => 64 kaizen sessions: Unknown option "--start". Did you mean option "--no-start"?
sessions --no-json => 64 kaizen sessions: Unknown option "--no-json". Did you mean option "--json"?
sessions -- x => 64 kaizen sessions: Unexpected words after "--": x
--json sessions -- x => 64 kaizen sessions: Unexpected words after "--": x
sessions --agnet claude => 64 kaizen sessions: Unknown option "--agnet". Did you mean option "--agent"?
sessions -x => 64 kaizen sessions: Unknown option "-x". Did you mean option "-h"?
detail abc => 0 kaizen detail | "abc"
detail abc 7 => 0 kaizen detail | "abc" 7
detail abc seven => 64 kaizen detail: Argument "seq" must be a number >= 0: current value is "seven"
detail abc 7 8 => 64 kaizen detail: Too many arguments: 8
detail => 64 kaizen detail: Missing argument(s): id
detail '' => 0 kaizen detail | ""
detail --events abc => 0 kaizen detail events=true | "abc"
detail abc --events --since-seq 4 => 0 kaizen detail events=true sinceSeq=4 | "abc"
--json detail abc -v => 0 kaizen detail json=true verbose=true | "abc"
detail --evnts => 64 kaizen detail: Unknown option "--evnts"
detail -x abc => 64 kaizen detail: Unknown option "-x"
detail - --events => 64 kaizen detail: Unknown option "-"
detail -- abc => 64 kaizen detail: Missing argument(s): id
detail abc -- --events => 64 kaizen detail: Unexpected words after "--": --events
ingest --source claude => 0 kaizen ingest source="claude"
ingest --source claude - => 0 kaizen ingest source="claude" | "-"
ingest --source=claude file => 0 kaizen ingest source="claude" | "file"
ingest => 64 kaizen ingest: Missing required option "--source".
ingest file => 64 kaizen ingest: Missing required option "--source".
ingest --source '' => 0 kaizen ingest source=""
ingest --source= => 0 kaizen ingest source=""
ingest --source claude '' => 0 kaizen ingest source="claude" | -
ingest --source claude a b => 64 kaizen ingest: Too many arguments: b
ingest git post-commit => 0 kaizen ingest git
ingest git --session s post-checkout a b 1 => 0 kaizen ingest git session="s" | "a" "b" "1"
ingest git post-rewrite --amend -x => 0 kaizen ingest git | "--amend" "-x"
ingest git pre-push -- '' x => 0 kaizen ingest git | "--" "" "x"
ingest git pre-push origin '' => 0 kaizen ingest git | "origin" ""
ingest git --json post-merge --session s => 0 kaizen ingest git json=true | "--session" "s"
--json ingest git post-merge -- y => 0 kaizen ingest git json=true
ingest git => 64 kaizen ingest git: Missing hook
ingest git --sesion s post-merge => 64 kaizen ingest git: Too many arguments: s post-merge
ingest --source claude git post-merge => 64 kaizen ingest: Too many arguments: post-merge
spool => 64 kaizen spool: Missing command
spool flush => 0 kaizen spool flush
spool flsh => 64 kaizen spool: Unknown command "flsh". Did you mean command "flush"?
spool list --json -v => 0 kaizen spool list json=true verbose=true
spool --json list => 0 kaizen spool list json=true
spool -o=json flush --no-start => 0 kaizen spool flush output="json" start=false
daemon run => 0 kaizen daemon run
daemon start extra => 64 kaizen daemon start: No arguments allowed for command "kaizen daemon start".
daemon status => 64 kaizen daemon: Unknown command "status". Did you mean command "start"?
stop => 0 kaizen stop
statu => 64 kaizen: Unknown command "statu". Did you mean command "status"?
STATUS => 64 kaizen: Unknown command "STATUS". Did you mean command "status"?
help => 64 kaizen: Unknown command "help". Did you mean command "detail"?
DAEMoN => 64 kaizen: Unknown command "DAEMoN". Did you mean command "daemon"?
stp => 64 kaizen: Unknown command "stp". Did you mean command "status"?
--jsn status => 64 kaizen: Unknown option "--jsn". Did you mean option "--json"?
=> 0 help of kaizen
--json => 0 help of kaizen
'' => 64 kaizen: Unknown command "". Did you mean command "spool"?
-- => 0 help of kaizen
--help => 0 help of kaizen
-h => 0 help of kaizen
status --help => 0 help of kaizen status
status -h => 0 help of kaizen status
--json status -h => 0 help of kaizen status
status --json --help => 0 help of kaizen status
--help --json => 0 help of kaizen
--json --help => 0 help of kaizen
detail --help => 0 help of kaizen detail
detail abc --help => 0 help of kaizen detail
ingest -h => 0 help of kaizen ingest
ingest git -h => 0 help of kaizen ingest git
ingest git post-commit -h => 0 kaizen ingest git | "-h"
spool list -vh => 64 kaizen spool list: Option "--help" cannot be combined with other options.
status --wait --help => 0 help of kaizen status
status --nope -h => 0 help of kaizen status
status -- -h => 0 status home=~/.kaizen timeout=500 wait=undefined
--version => 0 1.2.3
-V => 0 1.2.3
status --version => 64 kaizen status: Unknown option "--version". Did you mean option "--json"?
--json --version => 0 1.2.3
`;

for (const row of LINES.split("\n").filter((row) => row.includes("=>"))) {
  const [line = "", outcome = ""] = row.split("=>").map((part) => part.trim());
  const words = line.split(" ").filter((word) => word !== "");
  const isVariable = (word: string) => /^KAIZEN_\w+=/.test(word);
  const env: Environment = Object.fromEntries(
    words.filter(isVariable).map((word) => word.split("=")),
  );
  const given = words.filter((word) => !isVariable(word))
    .map((word) => word === "''" ? "" : word);
  Deno.test(`Command.parse() takes "${line}"`, async () => {
    assertEquals(await runLine(given, env), outcome);
  });
}
