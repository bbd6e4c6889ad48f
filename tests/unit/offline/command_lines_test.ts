// SPDX-License-Identifier: AGPL-3.0-or-later
// The same lines run on whichever packages the import map names; both sets must agree.
import { assertEquals } from "@std/assert";
import { runLine } from "./command_tree.ts";

/** A line and its outcome; `''` is an empty word. */
const LINES = String.raw`
status => 0 kaizen status
status --wait 2s => 0 kaizen status wait="own 2s"
status --wait => 64 kaizen status: Missing value for option "--wait".
status --wait '' => 0 kaizen status
status --wait= => 0 kaizen status
status extra => 64 kaizen status: No arguments allowed for command "kaizen status".
status -- => 0 kaizen status
status -- extra => 0 kaizen status -- extra
--home /x status => 0 kaizen status home="/x"
--home status => 0 kaizen help of kaizen
--home => 64 kaizen: Missing value for option "--home".
--home --json status => 0 kaizen status home="--json"
--home /x --home /y status => 64 kaizen: Option "--home" can only occur once, but was found several times.
--home /x status --home /y => 64 kaizen status: Option "--home" can only occur once, but was found several times.
sessions => 0 kaizen sessions
sessions list => 0 kaizen sessions list
sessions --limit 5 => 0 kaizen sessions limit=5
sessions -n 5 => 0 kaizen sessions limit=5
sessions -n5 => 0 kaizen sessions limit=5
sessions --limit -5 => 64 kaizen sessions: Option "--limit" must be a number
sessions --limit '' => 0 kaizen sessions
sessions --limit => 64 kaizen sessions: Missing value for option "--limit".
sessions -n 1 -n 2 => 64 kaizen sessions: Option "-n" can only occur once, but was found several times.
sessions --limit 1 -n 2 => 64 kaizen sessions: Option "-n" can only occur once, but was found several times.
--json sessions -n3 => 0 kaizen sessions json=true limit=3
sessions --json --json => 64 kaizen sessions: Option "--json" can only occur once, but was found several times.
sessions --json=yes => 64 kaizen sessions: Option "--json" doesn't take a value, but got "yes".
sessions --agent --json => 0 kaizen sessions agent="--json"
sessions --agent -- => 0 kaizen sessions agent="--"
sessions --tag a -t b --tag=c => 0 kaizen sessions tag=["a","b","c"]
sessions --tag a --tag '' => 0 kaizen sessions tag=["a"]
sessions -ab => 0 kaizen sessions allWorkspaces=true brief=true
sessions -bn 4 => 0 kaizen sessions brief=true limit=4
sessions -bn4 => 64 kaizen sessions: Unknown command "n4". Did you mean command "list"?
sessions -bn=4 => 64 kaizen sessions: Unknown command "n=4". Did you mean command "list"?
sessions -bx => 64 kaizen sessions: Unknown option "-x". Did you mean option "-h"?
sessions -aa => 64 kaizen sessions: Option "-a" can only occur once, but was found several times.
sessions --allWorkspaces => 64 kaizen sessions: Unknown option "--allWorkspaces". Did you mean option "--all-workspaces"?
sessions --internal x => 0 kaizen sessions internal="root x"
sessions -o yaml => 64 kaizen sessions: Unknown format "yaml"
-ojson sessions => 64 kaizen: Unknown format "-j"
-vv sessions => 64 kaizen: Option "-v" can only occur once, but was found several times.
sessions --no-json => 64 kaizen sessions: Unknown option "--no-json". Did you mean option "--json"?
sessions -- x => 0 kaizen sessions -- x
sessions --agnet claude => 64 kaizen sessions: Unknown option "--agnet". Did you mean option "--agent"?
detail abc 7 => 0 kaizen detail | "abc" 7
detail abc seven => 64 kaizen detail: Argument "seq" must be a number
detail abc 7 8 => 64 kaizen detail: Too many arguments: 8
detail => 64 kaizen detail: Missing argument(s): id
detail '' => 0 kaizen detail | ""
detail --events abc => 0 kaizen detail events=true | "abc"
detail abc --events --since-seq 4 => 0 kaizen detail events=true sinceSeq=4 | "abc"
--json detail abc -v => 0 kaizen detail json=true verbose=true | "abc"
detail -x abc => 64 kaizen detail: Unknown option "-x" (id)
detail - --events => 64 kaizen detail: Unknown option "-" (id)
detail -- abc => 64 kaizen detail: Missing argument(s): id
detail abc -- --events => 0 kaizen detail | "abc" -- --events
ingest --source claude => 0 kaizen ingest source="claude"
ingest => 64 kaizen ingest: Missing required option "--source".
ingest --source '' => 0 kaizen ingest source=""
ingest --source claude '' => 0 kaizen ingest source="claude" | -
ingest --source claude a b => 64 kaizen ingest: Too many arguments: b
ingest git post-commit => 0 kaizen ingest git | "post-commit"
ingest git --session s post-checkout a b 1 => 0 kaizen ingest git session="s" | "post-checkout" "a" "b" "1"
ingest git post-rewrite --amend -x => 0 kaizen ingest git | "post-rewrite" "--amend" "-x"
ingest git pre-push -- '' x => 0 kaizen ingest git | "pre-push" --  -- x
ingest git pre-push origin '' => 0 kaizen ingest git | "pre-push" "origin" ""
ingest git --json post-merge --session s => 0 kaizen ingest git json=true | "post-merge" "--session" "s"
--json ingest git post-merge -- y => 0 kaizen ingest git json=true | "post-merge" -- y
ingest git --sesion s post-merge => 64 kaizen ingest git: Too many arguments: s post-merge
ingest --source claude git post-merge => 64 kaizen ingest: Too many arguments: post-merge
spool => 64 kaizen spool: Missing command
spool flush => 0 kaizen spool flush
spool flsh => 64 kaizen spool: Unknown command "flsh". Did you mean command "flush"?
stop => 0 kaizen stop
statu => 64 kaizen: Unknown command "statu". Did you mean command "status"?
help => 64 kaizen: Unknown command "help". Did you mean command "fails"?
--jsn status => 64 kaizen: Unknown option "--jsn". Did you mean option "--json"?
=> 0 kaizen help of kaizen
--json => 0 kaizen help of kaizen
'' => 64 kaizen: Unknown command "". Did you mean command "spool"?
-- => 0 kaizen help of kaizen
--help => 0 kaizen help of kaizen
status --help => 0 kaizen status help of kaizen status
--json status -h => 0 kaizen status help of kaizen status
status --json --help => 0 help of kaizen status
--help --json => 0 help of kaizen
--json --help => 0 help of kaizen
detail --help => 0 kaizen detail help of kaizen detail
detail abc --help => 0 kaizen detail help of kaizen detail
ingest git -h => 0 kaizen ingest git help of kaizen ingest git
ingest git post-commit -h => 0 kaizen ingest git | "post-commit" "-h"
spool list -vh => 64 kaizen spool list: Option "--help" cannot be combined with other options.
status --wait --help => 0 kaizen status wait="own --help"
status --nope -h => 0 help of kaizen status
status -- -h => 0 kaizen status -- -h
--version => 0 kaizen 1.2.3
status --version => 64 kaizen status: Unknown option "--version". Did you mean option "--json"?
--json --version => 0 kaizen 1.2.3
fails => 64 kaizen fails: Late
---json status => 0 kaizen status json=true
-json status => 64 kaizen: Unknown option "-j". Did you mean option "-h"?
- => 64 kaizen: Unknown command "-". Did you mean command "spool"?
--=x status => 64 kaizen: Unknown option "--". Did you mean option "-h"?
status --home /a --json --help => 0 help of kaizen status
ingest git '' => 0 kaizen ingest git | ""
ingest git --session x y --session z => 0 kaizen ingest git session="x" | "y" "--session" "z"
detail abc --since-seq=4 --since-seq 5 => 64 kaizen detail: Option "--since-seq" can only occur once, but was found several times.
detail abc '' => 0 kaizen detail | "abc" -
sessions list x -h => 0 help of kaizen sessions list
ingest git => 0 kaizen ingest git
=> 0 kaizen help of kaizen
`;

for (const row of LINES.split("\n").filter((row) => row.includes("=>"))) {
  const [line = "", outcome = ""] = row.split("=>").map((part) => part.trim());
  const words = line.split(" ").filter((word) => word !== "")
    .map((word) => word === "''" ? "" : word);
  Deno.test(`Command.parse() takes "${line}"`, async () => {
    assertEquals(await runLine(words), outcome);
  });
}
