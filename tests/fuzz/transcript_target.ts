// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The readers of transcripts.
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import {
  readTranscript,
  type ReadTranscriptOptions,
  TranscriptError,
  type TranscriptMark,
} from "../../src/transcripts/mod.ts";
import { makeMemoryFolder } from "./memory_folder.ts";
import { Random } from "./random.ts";
import { attempt, type FuzzTarget, print } from "./target.ts";

const MAX_STATE_CHARACTERS = 128 * 1024;
/** A reader that goes on from its mark opens the file again, which takes long. */
const MAX_STOPS = 3;

/** The fuzz target of an agent's transcripts. */
interface TranscriptForm {
  agent: "claude" | "codex";
  /** Path of a file in the agent's folder. */
  path: string;
  examples(): Uint8Array[];
}

/** A transcript tells the same however often its reader stops and goes on from its mark. */
export function transcriptTarget(
  { agent, path, examples }: TranscriptForm,
): FuzzTarget {
  return {
    examples: () => Promise.resolve(examples()),
    async open() {
      const root = await makeMemoryFolder();
      const file = `${root}/${path}`;
      await Deno.mkdir(file.slice(0, file.lastIndexOf("/")), {
        recursive: true,
      });
      return {
        run: (input) => runOne(agent, file, input),
        async [Symbol.asyncDispose]() {
          await Deno.remove(root, { recursive: true });
        },
      };
    },
  };
}

function runOne(
  agent: TranscriptForm["agent"],
  file: string,
  input: Uint8Array,
): string {
  Deno.writeFileSync(file, input);
  const random = Random.of(input);
  const options = { events: random.once(3), maxLineBytes: 4096 };
  const whole = readAll(agent, file, options);
  const stepBytes = 64 + random.below(4096);
  const pieced = readAll(agent, file, { ...options, stepBytes }, true);
  if (whole.refusal === null) assertEquals(pieced.text, whole.text, "in steps");
  return `${whole.refusal} ${whole.words}`;
}

function readAll(
  agent: TranscriptForm["agent"],
  path: string,
  options: ReadTranscriptOptions,
  stops = false,
): { text: string; words: string; refusal: string | null } {
  const usage = new Map<string, string>();
  const calls: string[] = [];
  let stopsLeft = stops ? MAX_STOPS : 0;
  const events: string[] = [];
  let mark: TranscriptMark | null = null;
  const result = attempt(() => {
    for (let isDone = false; !isDone;) {
      isDone = true;
      for (const batch of readTranscript(agent, path, { ...options, mark })) {
        assert(mark === null || batch.mark.offset >= mark.offset, "goes back");
        assert(batch.mark.offset <= batch.mark.size, "beyond the end");
        assert(batch.mark.state.length <= MAX_STATE_CHARACTERS, "grows");
        for (const fact of batch.usage) usage.set(fact.key, print(fact));
        calls.push(...batch.calls.map(print));
        events.push(...batch.events.map(print));
        const isNews = mark === null || print(mark) !== print(batch.mark);
        mark = JSON.parse(JSON.stringify(batch.mark));
        if (isNews && stopsLeft > 0) {
          stopsLeft--;
          isDone = false;
          break;
        }
      }
    }
  }, [TranscriptError]);
  const last: TranscriptMark | null = mark;
  return {
    text: print([[...usage], calls, events, last]),
    words: `${usage.size} ${calls.length} ${events.length}`,
    refusal: "refusal" in result ? result.refusal : null,
  };
}
