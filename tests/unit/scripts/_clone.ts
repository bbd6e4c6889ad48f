// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * A clone that holds only the launchers, in surroundings that a test can break.
 * @module
 */

const ROOT = new URL("../../../", import.meta.url);

/** The programs that a launcher needs to make its choice; a stored choice needs none of them. */
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

/** A program that prints its arguments and ends as the test asks. */
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

/** The outcome of a launcher's run. */
export interface Finished {
  code: number;
  stdout: string;
  stderr: string;
}

/** How to start a launcher. */
export interface RunOptions {
  /** Variables besides PATH, HOME and the like; `undefined` removes one. */
  env?: Record<string, string | undefined>;
  cwd?: string;
  stdin?: string;
  /** Appended to the command line, for what only a shell can do: `<&-`. */
  redirect?: string;
}

/** A clone for one test. */
export interface Clone extends AsyncDisposable {
  /** The folder of the test; its name has a blank and a quote. */
  readonly folder: string;
  /** Root of the clone. */
  readonly root: string;
  /** The first folder on PATH; holds the programs that `stub` makes. */
  readonly bin: string;
  /** Puts a program on PATH. */
  stub(name: string, script: string): Promise<void>;
  /** Puts the Deno that runs this test on PATH. */
  stubDeno(): Promise<void>;
  write(path: string, text: string): Promise<void>;
  read(path: string): Promise<string>;
  /** Runs a script of the clone with a shell. */
  run(script: string, args: string[], options?: RunOptions): Promise<Finished>;
}

/** Makes a clone whose launchers are run by `shell`. */
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
          // A launcher that asks for JSR gets no answer.
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
    // A launcher that fails early does not read its stdin.
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
  const { code, stdout, stderr } = await child.output();
  const text = new TextDecoder();
  return { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
}

/** The command line of a hook. */
export const HOOK = ["ingest", "hook", "--source", "claude"];
/** The outcome of every hook. */
export const SILENT: Finished = { code: 0, stdout: "", stderr: "" };

/** Writes the file in which `scripts/lib/choose` keeps its choice. */
export async function remember(clone: Clone, text: string): Promise<void> {
  await Deno.mkdir(`${clone.root}/.deno`, { recursive: true });
  await clone.write(".deno/choice-2.9.6", text);
}
