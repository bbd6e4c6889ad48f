// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Completion for fish.
 * @module
 */
import type { CommandSpec, Completion, OptionSpec } from "./completion_spec.ts";

/** Renders the completion script for fish. */
export function renderFish(commands: readonly CommandSpec[]): string {
  const valued = new Set(
    commands.flatMap(({ options }) => options)
      .filter(({ value }) => value !== null)
      .flatMap(({ word, short }) => short === null ? [word] : [word, short]),
  );
  return `# Completion of kaizen for fish, made by: kaizen completions fish
# To use it, run: kaizen completions fish | source
# or save it as ~/.config/fish/completions/kaizen.fish

# Prints the command that the words up to the cursor name.
function __kaizen_at
    set -l at kaizen
    set -l skip 0
    for word in (commandline -opc)[2..-1]
        if test $skip = 1
            set skip 0
        else if contains -- $word ${[...valued].join(" ")}
            set skip 1
        else if contains -- "$at $word" ${
    commands.slice(1).map(({ path }) => quote(path)).join(" ")
  }
            set at "$at $word"
        end
    end
    echo $at
end

function __kaizen_is
    test (__kaizen_at) = "$argv"
end

function __kaizen_ids
    printf '@latest\\tthe newest session of this workspace\\n'
    set -l words (commandline -opc)
    $words[1] completions ids 2>/dev/null
end

complete -c kaizen -f
${commands.flatMap(renderCommand).join("\n")}
`;
}

function renderCommand(spec: CommandSpec): string[] {
  const here = `complete -c kaizen -n ${quote(`__kaizen_is ${spec.path}`)}`;
  return [
    ...spec.commands.map(({ word, description }) =>
      `${here} -a ${quote(word)} -d ${quote(description)}`
    ),
    ...spec.argument === null ? [] : [`${here} ${renderValue(spec.argument)}`],
    ...spec.options.map((option) => `${here} ${renderOption(option)}`),
  ];
}

function renderOption(
  { word, short, value, description }: OptionSpec,
): string {
  const flags = `-l ${word.slice(2)}${
    short === null ? "" : ` -s ${short.slice(1)}`
  }`;
  const rest = value === null ? "" : ` -r ${renderValue(value)}`;
  return `${flags}${rest} -d ${quote(description)}`;
}

function renderValue(value: Completion): string {
  switch (value.kind) {
    case "words":
      return `-f -a ${quote(value.words.join(" "))}`;
    case "directories":
      return "-f -a '(__fish_complete_directories)'";
    case "files":
      return "-F";
    case "ids":
      return "-f -k -a '(__kaizen_ids)'";
    case "nothing":
      return "-f";
  }
}

function quote(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
