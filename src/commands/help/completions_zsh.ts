// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Completion for zsh.
 * @module
 */
import {
  type CommandSpec,
  type Described,
  describeValue,
  type OptionSpec,
} from "./completion_spec.ts";

/** Renders the completion script for zsh. */
export function renderZsh(commands: readonly CommandSpec[]): string {
  return `#compdef kaizen
# Completion of kaizen for zsh, printed by: kaizen completions zsh
# To use it, run this after compinit: source <(kaizen completions zsh)
# or save it as _kaizen in a directory of $fpath

# Prints the kind of value of an option; fails for a switch.
_kaizen_value() {
  case $1 in
${valueCases(commands)}
    (*) return 1 ;;
  esac
}

_kaizen_complete() {
  local -a list
  case $1 in
    directories) _files -/ ;;
    files) _files ;;
    ids)
      list=('@latest:the newest session of this workspace')
      list+=(\${(f)"$("$words[1]" completions ids 2>/dev/null | sed -e 's/:/\\\\:/g' -e 's/\\t/:/')"})
      _describe -V session list
      ;;
    words*)
      list=(\${=1#words})
      compadd -a list
      ;;
  esac
}

_kaizen() {
  local at=kaizen i value
  local -a commands options
  for ((i = 2; i < CURRENT; i++)); do
    if _kaizen_value "$words[i]" >/dev/null; then
      ((i++))
    else
      case "$at $words[i]" in
        ${
    commands.slice(1).map(({ path }) => `'${path}'`).join(" | ")
  }) at+=" $words[i]" ;;
      esac
    fi
  done
  if [[ $words[CURRENT] == --*=* ]] && value=$(_kaizen_value "\${words[CURRENT]%%=*}"); then
    compset -P '*='
    _kaizen_complete "$value"
    return
  fi
  if ((CURRENT > 2)) && value=$(_kaizen_value "$words[CURRENT-1]"); then
    _kaizen_complete "$value"
    return
  fi
  case $at in
${commands.map(renderCommand).join("\n")}
  esac
  if [[ $words[CURRENT] == -* ]]; then
    _describe -o option options
    return
  fi
  ((\${#commands})) && _describe command commands
  [[ -n $value ]] && _kaizen_complete "$value"
}

if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
  _kaizen "$@"
else
  compdef _kaizen kaizen
fi
`;
}

function renderCommand(spec: CommandSpec): string {
  const options = spec.options.flatMap(({ word, short, description }) => [
    { word, description },
    ...short === null ? [] : [{ word: short, description }],
  ]);
  return `    '${spec.path}')
      commands=(${spec.commands.map(quote).join(" ")})
      options=(${options.map(quote).join(" ")})
      value=${quoteText(describeValue(spec.argument))}
      ;;`;
}

function quote({ word, description }: Described): string {
  return quoteText(`${word}:${description.replaceAll(":", "\\:")}`);
}

function quoteText(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** Options with the same name have the same values in all commands. */
function valueCases(commands: readonly CommandSpec[]): string {
  const lines = new Map<string, string>();
  const add = ({ word, short, value }: OptionSpec) => {
    if (value === null) return;
    const flags = short === null ? word : `${short}|${word}`;
    lines.set(
      flags,
      `    (${flags}) echo ${quoteText(describeValue(value))} ;;`,
    );
  };
  commands.flatMap(({ options }) => options).forEach(add);
  return [...lines.values()].join("\n");
}
