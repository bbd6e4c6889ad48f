// SPDX-License-Identifier: AGPL-3.0-or-later
import {
  assertEquals,
  assertGreater,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { HOOK, makeClone, remember, SILENT } from "./_clone.ts";

const SHELL = ["/bin/sh"];
/** An npm that installs a link to the Deno of this test, and counts its runs. */
const NPM = `
echo run >>"\${0%/*}/npm-runs"
while [ "$1" != --prefix ]; do shift; done
mkdir -p "$2/node_modules/@deno/test" && sleep 1 && ln -s '${Deno.execPath()}' "$2/node_modules/@deno/test/deno"`;

Deno.test("first runs at the same time install Deno once, and all of them work", async () => {
  await using clone = await makeClone(SHELL);
  await clone.stub("npm", NPM);
  const runs = await Promise.all(
    Array.from({ length: 6 }, (_, i) => clone.run("kaizen", [`${i}`])),
  );
  for (const [i, { code, stdout, stderr }] of runs.entries()) {
    assertEquals(code, 0, stderr);
    assertEquals(JSON.parse(stdout).args, [`${i}`]);
  }
  assertEquals(await Deno.readTextFile(`${clone.bin}/npm-runs`), "run\n");
  const told = runs.filter(({ stderr }) =>
    stderr.includes("JSR cannot be reached")
  );
  assertEquals(told.length, 1);
});

Deno.test(
  "a Deno that is gone is found again, and the packages stay chosen",
  async () => {
    await using clone = await makeClone(SHELL);
    await clone.stub("npm", NPM);
    await remember(clone, "/nowhere/deno\njsr\n");
    assertEquals((await clone.run("kaizen", ["a"])).code, 0);
    assertMatch(
      await clone.read(".deno/choice-2.9.6"),
      /^\/.*\/deno\njsr\n$/,
    );
  },
);

Deno.test("a clone that cannot be written to does not ask JSR at each run", async () => {
  await using server = serveJsr();
  await using clone = await makeClone(SHELL);
  await clone.stubDeno();
  await clone.write(".deno", "");
  const { code, stderr } = await clone.run("kaizen", ["a"], {
    env: { JSR_URL: `http://127.0.0.1:${server.addr.port}/` },
  });
  assertEquals(code, 0);
  assertStringIncludes(stderr, "JSR was not tried");
  assertEquals(server.asked, []);
});

Deno.test("hooks that found no Deno are counted, and the next user is told", async () => {
  await using clone = await makeClone(SHELL);
  await Deno.mkdir(`${clone.root}/.deno`);
  await clone.write(".deno/tried", "");
  for (let i = 0; i < 3; i++) await clone.run("kaizen", HOOK);
  await clone.stubDeno();
  const { stderr } = await clone.run("kaizen", ["a"]);
  assertStringIncludes(stderr, "3 hook events were not recorded");
  assertEquals((await clone.run("kaizen", ["a"])).stderr, "on stderr\n");
});

Deno.test("a hook that finds no Deno has one installed in the background, once", async () => {
  await using clone = await makeClone(SHELL);
  await clone.stub("npm", NPM);
  await Deno.mkdir(`${clone.root}/.deno`);
  using changes = Deno.watchFs(`${clone.root}/.deno`);
  for (let i = 0; i < 3; i++) {
    assertEquals(await clone.run("kaizen", HOOK, { stdin: "{}" }), SILENT);
  }
  for await (const _ of changes) {
    const names = (await Array.fromAsync(Deno.readDir(`${clone.root}/.deno`)))
      .map(({ name }) => name);
    if (names.includes("choice-2.9.6") && !names.includes("lock")) break;
  }
  assertEquals((await clone.run("kaizen", ["a"])).code, 0);
  assertEquals(await Deno.readTextFile(`${clone.bin}/npm-runs`), "run\n");
});

/** Serves one file of one package as JSR does, and counts the questions. */
function serveJsr(): Deno.HttpServer<Deno.NetAddr> & { asked: string[] } {
  const asked: string[] = [];
  const file = "export const a = 1;\n";
  const answers: Record<string, unknown> = {
    "/@std/streams/meta.json": {
      scope: "std",
      name: "streams",
      latest: "1.1.2",
      versions: { "1.1.2": {} },
    },
    "/@std/streams/1.1.2_meta.json": {
      manifest: {
        "/to_bytes.ts": {
          size: file.length,
          checksum:
            "sha256-037ecd1db38c230c248787e60fd7bfc0cb0101b187b59535b6e7483be762d350",
        },
      },
      exports: { "./to-bytes": "./to_bytes.ts" },
    },
  };
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    ({ url }) => {
      const { pathname } = new URL(url);
      asked.push(pathname);
      const answer = answers[pathname];
      if (answer !== undefined) return Response.json(answer);
      return new Response(file, {
        headers: { "content-type": "application/typescript" },
      });
    },
  );
  return Object.assign(server, { asked });
}

Deno.test("the packages come from JSR if it answers, and it is asked once", async () => {
  await using server = serveJsr();
  await using clone = await makeClone(SHELL);
  await clone.stubDeno();
  const env = { JSR_URL: `http://127.0.0.1:${server.addr.port}/` };
  const first = await clone.run("kaizen", ["a"], { env });
  assertEquals(first.stderr, "on stderr\n");
  assertMatch(await clone.read(".deno/choice-2.9.6"), /\njsr\n$/);
  const asked = server.asked.length;
  assertGreater(asked, 0);
  assertEquals((await clone.run("kaizen", ["a"], { env })).code, 0);
  assertEquals(server.asked.length, asked);
});

Deno.test("without JSR, npm's packages are fetched with the choice, as no later run has the user's settings for it", async () => {
  await using server = serveJsr();
  await using clone = await makeClone(SHELL);
  await clone.stubDeno();
  const main = await clone.read("main.ts");
  await clone.write("main.ts", `() => import("npm:some@1.0.0");${main}`);
  const env = { NPM_CONFIG_REGISTRY: `http://127.0.0.1:${server.addr.port}/` };
  const { stderr } = await clone.run("deno", ["--version"], { env });
  assertStringIncludes(stderr, "JSR cannot be reached");
  assertEquals(server.asked[0], "/some");
});
