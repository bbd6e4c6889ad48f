// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Completion for fish.
 * @module
 */
import {
  type CommandSpec,
  type Completion,
  ENDLESS_OPTIONS,
  type OptionSpec,
} from "./completion_spec.ts";

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

# Reads the words up to the cursor: prints the command that they name, then "own" after an option
# that not every command has, "given" after an argument, "endless" if the output has no end.
function __kaizen_state
    set -l at kaizen
    set -l skip 0
    set -l state
    for word in (commandline -opc)[2..-1]
        set -l flag (string split -m 1 = -- $word)[1]
        if test $skip = 1
            set skip 0
        else if string match -q -- '-?*' $word
            contains -- $flag ${globalFlags(commands).join(" ")}
            or set -a state own
            contains -- $flag ${ENDLESS_OPTIONS.join(" ")}
            and set -a state endless
            contains -- $word ${[...valued].join(" ")}
            and set skip 1
        else if not contains own $state
            and contains -- "$at $word" ${
    commands.slice(1).map(({ path }) => quote(path)).join(" ")
  }
            set at "$at $word"
        else if test "$at" = 'kaizen help'; and not contains given $state
            and contains -- "kaizen $word" ${
    commands.slice(1).map(({ path }) => quote(path)).join(" ")
  }
            set -a state given "help of kaizen $word"
        else
            set -a state own given
        end
    end
    printf '%s\\n' $at $state
end

# Tells whether the words name a command, and none of the given states is reached.
function __kaizen_is
    set -l state (__kaizen_state)
    test "$state[1]" = "$argv[1]"
    or return 1
    for one in $argv[2..-1]
        contains -- $one $state
        and return 1
    end
    return 0
end
function __kaizen_endless
    set -l state (__kaizen_state)
    test "$state[1]" = "$argv[1]"
    and contains endless $state
end
function __kaizen_help_of
    contains -- "help of $argv[1]" (__kaizen_state)
end

function __kaizen_ids
    set -l words (commandline -opc)
    $words[1] completions ids 2>/dev/null
end
function __kaizen_sessions
    printf '@latest\\tthe newest session of this workspace\\n'
    __kaizen_ids
end

complete -c kaizen -f
${commands.flatMap(renderCommand).join("\n")}
`;
}

function globalFlags(commands: readonly CommandSpec[]): string[] {
  return commands.slice(0, 1).flatMap(({ options }) =>
    options.filter(({ isGlobal }) => isGlobal)
      .flatMap(({ word, short }) => short === null ? [word] : [short, word])
  );
}

function renderCommand(spec: CommandSpec): string[] {
  const offer = (test: string, what: string) =>
    `complete -c kaizen -n ${quote(test)} ${what}`;
  const path = quote(spec.path);
  const { argument } = spec;
  return [
    ...spec.commands.flatMap(({ word, description }) => {
      const what = `-a ${quote(word)} -d ${quote(description)}`;
      return [
        offer(`__kaizen_is ${path} own`, what),
        offer(`__kaizen_help_of ${path}`, what),
      ];
    }),
    ...argument === null
      ? []
      : [offer(`__kaizen_is ${path} given`, renderValue(argument))],
    ...spec.options.flatMap((option) => {
      const { endlessValue: value } = option;
      if (value === null) {
        return [offer(`__kaizen_is ${path}`, renderOption(option))];
      }
      return [
        offer(`__kaizen_is ${path} endless`, renderOption(option)),
        offer(`__kaizen_endless ${path}`, renderOption({ ...option, value })),
      ];
    }),
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
    case "sessions":
      return "-f -k -a '(__kaizen_sessions)'";
    case "nothing":
      return "-f";
  }
}

function quote(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
