// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Everything that the runtime would obey before our code runs: a hook, a command and a daemon
 * started by a hook must not notice.
 * @module
 */
import { assertEquals } from "@std/assert";
import { type Home, IS_BINARY, tempHome } from "./harness.ts";

const EVENT = (session: string) =>
  JSON.stringify({
    session_id: session,
    hook_event_name: "UserPromptSubmit",
    prompt: "fix it",
  });

/** Code that leaves a trace in each place that runs it. */
async function makeForeignCode(home: Home): Promise<string> {
  const path = `${home.root}/foreign.js`;
  await Deno.writeTextFile(
    path,
    `console.log("foreign"); try { Deno.writeTextFileSync("${home.root}/trace", "") } catch {}`,
  );
  return path;
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch {
    return false;
  }
}

/** Runs a hook and a status; both must end as they do without any of it. */
async function checkAll(
  home: Home,
  name: string,
  env: Record<string, string>,
): Promise<void> {
  const hook = await home.run(["ingest", "hook", "--source", "claude"], {
    stdin: EVENT(name),
    env,
  });
  assertEquals([hook.code, hook.stdout, hook.stderr], [0, "", ""], name);
  const status = await home.run(["status", "--wait", "10s"], { env });
  assertEquals([status.code, status.stderr], [0, ""], name);
  assertEquals(JSON.parse(status.stdout).running, true, name);
  await home.run(["spool", "flush"], { env });
  const detail = await home.run(["detail", name], { env });
  assertEquals(JSON.parse(detail.stdout).events.length, 1, name);
}

Deno.test({
  name:
    "variables that are meant for Node and Deno reach neither hooks, commands nor the daemon",
  // A binary has no launcher; docs/cli.md says what it obeys.
  ignore: IS_BINARY,
  async fn() {
    await using home = await tempHome();
    const foreign = await makeForeignCode(home);
    await new Deno.Command("mkfifo", { args: [`${home.root}/pipe`] }).output();
    const some: Record<string, Record<string, string>> = {
      require: { NODE_OPTIONS: `--require ${foreign}` },
      import: { NODE_OPTIONS: `--import ${foreign}` },
      inspect: { NODE_OPTIONS: "--inspect-brk=127.0.0.1:0" },
      heap: { NODE_OPTIONS: "--max-old-space-size=4096" },
      unknown: { NODE_OPTIONS: "--no-such-flag" },
      broker: { DENO_PERMISSION_BROKER_PATH: `${home.root}/none` },
      entry: { DENO_INTERNAL_CHILD_ENTRYPOINT: foreign },
      v8: { DENO_V8_FLAGS: "--no-such-flag" },
      complete: { COMPLETE: "bash" },
      log: { DENO_LOG: "trace", RUST_LOG: "trace", RUST_BACKTRACE: "full" },
      otel: { OTEL_DENO: "1", OTEL_EXPORTER_OTLP_PROTOCOL: "console" },
      coverage: {
        DENO_COVERAGE_DIR: `${home.root}/coverage`,
        NODE_V8_COVERAGE: `${home.root}/coverage`,
      },
      language: { LANG: "x".repeat(100) },
      languages: { LC_ALL: "x".repeat(16), LC_MESSAGES: "x".repeat(16) },
      zone: { TZ: `${home.root}/pipe` },
      zones: { TZ: `../../../../../..${home.root}/pipe` },
      phases: { DENO_STARTUP_PHASES: "1", DENO_TRACE_PERMISSIONS: "1" },
    };
    for (const [name, env] of Object.entries(some)) {
      // The first hook starts the daemon, with all of it in its environment.
      await checkAll(home, name, env);
    }
    assertEquals(await exists(`${home.root}/trace`), false);
    assertEquals(await exists(`${home.root}/coverage`), false);
  },
});

Deno.test({
  name:
    "an .npmrc in the user's home, however odd, stops neither hooks, commands nor the daemon",
  ignore: IS_BINARY,
  async fn() {
    await using home = await tempHome();
    const path = `${home.root}/user/.npmrc`;
    const odd: Record<string, () => Promise<unknown>> = {
      token: () => Deno.writeTextFile(path, "registry=${NOT_SET}\n"),
      garbage: () => Deno.writeTextFile(path, "{{{[[[\n=\n${\n"),
      folder: () => Deno.mkdir(path),
      link: () => Deno.symlink("/nowhere", path),
      fifo: async () => {
        await new Deno.Command("mkfifo", { args: [path] }).output();
      },
    };
    for (const [name, make] of Object.entries(odd)) {
      await make();
      await checkAll(home, name, {});
      await Deno.remove(path);
    }
  },
});

Deno.test({
  name: "the default home is below the user's HOME, which may be missing",
  async fn() {
    await using home = await tempHome();
    const env = { KAIZEN_HOME: undefined };
    const here = await home.run(["status"], { env });
    assertEquals(
      JSON.parse(here.stdout).socket,
      `${home.root}/user/.kaizen/daemon.sock`,
    );
    const none = await home.run(["status"], {
      env: { ...env, HOME: undefined },
    });
    assertEquals(none.code, 74);
    assertEquals(JSON.parse(none.stdout).code, "home_unusable");
  },
});
