// SPDX-License-Identifier: AGPL-3.0-or-later
/** `kaizen events` with the reference's daemon, which sends none: it is polled. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { feed } from "../e2e/_feed.ts";
import { interopTest } from "./_reference.ts";
import { TheirDaemon } from "./_their_daemon.ts";

const START = 1_714_000_000_000;

function call(session: string, n: number): Record<string, unknown> {
  return {
    session_id: session,
    transcript_path: `/home/u/.claude/projects/-repo/${session}.jsonl`,
    cwd: "/repo",
    permission_mode: "default",
    hook_event_name: "PreToolUse",
    tool_name: n % 2 === 0 ? "Bash" : "Read",
    tool_input: n % 2 === 0
      ? { command: "make test", description: "Run the tests" }
      : { file_path: `/repo/src/${n}.ts` },
    tool_use_id: `toolu_${session}_${n}`,
    timestamp_ms: START + n,
  };
}

function readCalls(stdout: string): string[] {
  return stdout.split("\n").filter((line) => line !== "").map((line) => {
    const { type, cursor, machine, agent, event } = JSON.parse(line);
    assertEquals([type, cursor, machine, agent], [
      "event",
      null,
      null,
      "claude",
    ]);
    return `${event.session_id} ${event.payload.tool_use_id}`;
  });
}

interopTest(
  "events of theirs come in the order of their times, filtered as ours are",
  async () => {
    await using theirs = await TheirDaemon.start();
    const { home } = theirs;
    for (const n of [0, 2, 3]) await feed(home, call("a", n));
    for (const n of [1, 4]) await feed(home, call("b", n));
    const all = [
      "a toolu_a_0",
      "b toolu_b_1",
      "a toolu_a_2",
      "a toolu_a_3",
      "b toolu_b_4",
    ];
    const wanted: [args: string[], calls: string[]][] = [
      [[], all],
      [["--last", "2"], all.slice(-2)],
      [["--session", "b"], ["b toolu_b_1", "b toolu_b_4"]],
      [["--tool", "read"], ["b toolu_b_1", "a toolu_a_3"]],
      [["--path", "src/3.ts"], []],
      [["--path", "**/3.ts"], ["a toolu_a_3"]],
      [["--since", `${START + 4}`], ["b toolu_b_4"]],
      [["--agent", "cursor"], []],
      [["--errors"], []],
    ];
    for (const [args, calls] of wanted) {
      const { code, stdout, stderr } = await home.run(["events", ...args]);
      assertEquals(code, 0);
      assertStringIncludes(stderr, "the events have no cursor");
      assertEquals(readCalls(stdout), calls, args.join(" "));
    }
    const { code, stderr } = await home.run([
      "events",
      "--since-cursor",
      "0".repeat(30),
    ]);
    assertEquals(code, 6);
    assertStringIncludes(stderr, "nor gives them cursors");
  },
);

interopTest(
  "events --follow of theirs prints each event once, also after they were killed",
  async () => {
    await using theirs = await TheirDaemon.start();
    const { home } = theirs;
    await feed(home, call("a", 0));
    const follower = home.spawn(["events", "--follow"]);
    const next = async () => readCalls(await follower.nextLine() ?? "");
    assertEquals(await next(), ["a toolu_a_0"]);
    for (let n = 1; n < 4; n++) {
      if (n === 2) {
        theirs.signal("SIGKILL");
        await theirs.ended();
        await theirs.startAgain();
      }
      await feed(home, call("a", n));
      assertEquals(await next(), [`a toolu_a_${n}`]);
    }
    await feed(home, call("b", 4));
    assertEquals(await next(), ["b toolu_b_4"]);
    follower.signal("SIGINT");
    const { stdout } = await follower.ended;
    assertEquals(readCalls(stdout).length, 5);
  },
);
