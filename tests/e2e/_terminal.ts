// SPDX-License-Identifier: AGPL-3.0-or-later
/** A real terminal: tmux, of which tests see the screen. */

/** Returns whether a program can be started here. */
export function isInstalled(
  program: string,
  path: string = Deno.env.get("PATH") ?? "",
): boolean {
  return path.split(":").some((folder) => {
    try {
      return Deno.statSync(`${folder}/${program}`).isFile;
    } catch {
      return false;
    }
  });
}

/** Title of a terminal that no program has set. */
export const UNTOUCHED = "untouched";

/** Options of a terminal. */
export interface TerminalOptions {
  columns: number;
  rows: number;
  /** The command that runs in it, such as `bash --norc`. */
  command: string;
  env: Record<string, string>;
  cwd: string;
}

/** A terminal that is closed when it is disposed of. */
export class Terminal implements AsyncDisposable {
  readonly #server: string;
  readonly #env: Record<string, string>;

  private constructor(server: string, env: Record<string, string>) {
    this.#server = server;
    this.#env = env;
  }

  static async open(options: TerminalOptions): Promise<Terminal> {
    const server = `kz${crypto.randomUUID().slice(0, 8)}`;
    const terminal = new Terminal(server, {
      TMUX_TMPDIR: options.cwd,
      LC_ALL: "C.UTF-8",
      // A shell that ends with its terminal writes its history below HOME, which the test removes.
      HISTFILE: "",
      ...options.env,
    });
    const size = ["-x", String(options.columns), "-y", String(options.rows)];
    await terminal.#tmux(
      ...["-f", "/dev/null", "new-session", "-d", "-s", "t", ...size],
      ...["-c", options.cwd, options.command],
    );
    await terminal.#tmux("select-pane", "-t", "t", "-T", UNTOUCHED);
    return terminal;
  }

  /** Types keys by their names in tmux; other text is typed unchanged. */
  async type(...keys: string[]): Promise<void> {
    await this.#tmux("send-keys", "-t", "t", ...keys);
  }

  /**
   * Waits until the screen satisfies a test. Polls, as tmux has no event for that.
   *
   * @returns The lines of the screen, without the spaces at their ends.
   */
  async waitFor(
    isThere: (screen: string) => boolean,
    options: { withColors?: boolean } = {},
  ): Promise<string> {
    const colors = options.withColors ? ["-e"] : [];
    let screen = "";
    for (let i = 0; i < 400; i++) {
      screen = (await this.#tmux("capture-pane", "-p", ...colors, "-t", "t"))
        .split("\n").map((line) => line.trimEnd()).join("\n").trimEnd();
      if (isThere(screen)) return screen;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    throw new Error(`The terminal never showed it:\n${screen}`);
  }

  /** The title that programs may set; {@linkcode UNTOUCHED} if none has. */
  async title(): Promise<string> {
    return (await this.#tmux(
      "display-message",
      "-p",
      "-t",
      "t",
      "#{pane_title}",
    ))
      .trimEnd();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#tmux("kill-server");
  }

  async #tmux(...args: string[]): Promise<string> {
    const { success, stdout, stderr } = await new Deno.Command("tmux", {
      args: ["-u", "-L", this.#server, ...args],
      env: this.#env,
    }).output();
    if (success) return new TextDecoder().decode(stdout);
    throw new Error(new TextDecoder().decode(stderr));
  }
}
