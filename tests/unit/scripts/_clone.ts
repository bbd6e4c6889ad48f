// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * A clone with nothing but the launchers in it, and surroundings that a test breaks as it likes.
 * @module
 */

const ROOT = new URL("../../../", import.meta.url);

/** What a launcher needs at most when it decides; a remembered decision needs none of them. */
const TOOLS = [
  "cat",
  "chmod",
  "find",
  "ln",
  "mkdir",
  "mv",
  "readlink",
  "rm",
  "sh",
  "sleep",
  "touch",
  "tr",
  "wc",
];

/** Tells what it was given, and ends as it is told to. */
const MAIN = `
const input = await new Response(Deno.stdin.readable).text();
console.log(JSON.stringify({
  args: Deno.args,
  cwd: Deno.env.get("KAIZEN_CWD") ?? Deno.cwd(),
  input,
}));
console.error("on stderr");
Deno.exit(Deno.args[0] === "exit" ? Number(Deno.args[1]) : 0);
`;

/** What a finished launcher left. */
export interface Finished {
  code: number;
  stdout: string;
  stderr: string;
}

/** How to start a launcher. */
export interface RunOptions {
  /** On top of PATH, HOME and the like; `undefined` takes a name out. */
  env?: Record<string, string | undefined>;
  cwd?: string;
  stdin?: string;
  /** Put behind the command line, for what only a shell can do: `<&-`. */
  redirect?: string;
}

/** See the module. */
export interface Clone extends AsyncDisposable {
  /** Holds everything of the test; has a blank and a quote in its name. */
  readonly folder: string;
  /** Of the clone. */
  readonly root: string;
  /** First on PATH; holds what \`stub\` puts there. */
  readonly bin: string;
  /** Puts a program on PATH. */
  stub(name: string, script: string): Promise<void>;
  /** Puts the Deno that runs this test on PATH. */
  stubDeno(): Promise<void>;
  write(path: string, text: string): Promise<void>;
  read(path: string): Promise<string>;
  /** Runs a script of the clone under a shell. */
  run(script: string, args: string[], options?: RunOptions): Promise<Finished>;
}

/** Makes a clone; \`shell\` runs its launchers. */
export async function makeClone(shell: readonly string[]): Promise<Clone> {
  const folder = await Deno.realPath(
    await Deno.makeTempDir({ prefix: "kz it's " }),
  );
  const root = `${folder}/clone`;
  const bin = `${folder}/bin`;
  await Deno.mkdir(`${root}/scripts/lib`, { recursive: true });
  await Deno.mkdir(`${root}/scripts/offline`);
  await Deno.mkdir(bin);
  for (
    const name of [
      "deno",
      "kaizen",
      "permissions",
      "lib/choose",
      "lib/try_jsr.ts",
    ]
  ) {
    await Deno.copyFile(
      new URL(`scripts/${name}`, ROOT),
      `${root}/scripts/${name}`,
    );
  }
  await Deno.writeTextFile(
    `${root}/scripts/offline/import_map.json`,
    `{"imports":{}}`,
  );
  await Deno.writeTextFile(`${root}/deno.json`, `{"imports":{}}`);
  await Deno.writeTextFile(`${root}/main.ts`, MAIN);
  for (const tool of TOOLS) await linkTool(tool, bin);

  return {
    folder,
    root,
    bin,
    async stub(name, script) {
      await Deno.writeTextFile(`${bin}/${name}`, `#!/bin/sh\n${script}\n`, {
        mode: 0o755,
      });
    },
    async stubDeno() {
      await Deno.symlink(Deno.execPath(), `${bin}/deno`);
    },
    write: (path, text) => Deno.writeTextFile(`${root}/${path}`, text),
    read: (path) => Deno.readTextFile(`${root}/${path}`),
    run: (script, args, options = {}) =>
      run([...shell, `${root}/scripts/${script}`, ...args], {
        cwd: folder,
        ...options,
        env: {
          PATH: bin,
          HOME: `${folder}/home`,
          // Where JSR is asked for, nobody answers.
          JSR_URL: "http://127.0.0.1:1/",
          NO_COLOR: "1",
          ...options.env,
        },
      }),
    async [Symbol.asyncDispose]() {
      await Deno.remove(folder, { recursive: true });
    },
  };
}

async function linkTool(tool: string, bin: string): Promise<void> {
  for (const place of ["/usr/bin", "/bin"]) {
    try {
      await Deno.symlink(
        await Deno.realPath(`${place}/${tool}`),
        `${bin}/${tool}`,
      );
      return;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  throw new Deno.errors.NotFound(`Cannot find tool: ${tool}`);
}

async function run(
  words: string[],
  { env = {}, cwd, stdin = "", redirect = "" }: RunOptions,
): Promise<Finished> {
  const kept = Object.entries(env).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value]]
  );
  const child = new Deno.Command("/bin/sh", {
    args: ["-c", `exec "$@" ${redirect}`, "sh", ...words],
    env: Object.fromEntries(kept),
    clearEnv: true,
    ...cwd === undefined ? {} : { cwd },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  try {
    await writer.write(new TextEncoder().encode(stdin));
    await writer.close();
  } catch (error) {
    // Whoever fails early does not read.
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
  const { code, stdout, stderr } = await child.output();
  const text = new TextDecoder();
  return { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
}

/** The command line of a hook. */
export const HOOK = ["ingest", "hook", "--source", "claude"];
/** What a hook has to leave. */
export const SILENT: Finished = { code: 0, stdout: "", stderr: "" };

/** Writes what `scripts/lib/choose` would remember. */
export async function remember(clone: Clone, text: string): Promise<void> {
  await Deno.mkdir(`${clone.root}/.deno`, { recursive: true });
  await clone.write(".deno/choice-2.9.6", text);
}
