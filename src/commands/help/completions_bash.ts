// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Completion for bash 4 or later.
 * @module
 */
import {
  type CommandSpec,
  describeValue,
  type OptionSpec,
} from "./completion_spec.ts";

/** Renders the completion script for bash. */
export function renderBash(commands: readonly CommandSpec[]): string {
  const cases = (print: (spec: CommandSpec) => string) =>
    commands.map((spec) => `    '${spec.path}') ${print(spec)} ;;`).join("\n");
  return `# Completion of kaizen for bash, printed by: kaizen completions bash
# To use it, run: eval "$(kaizen completions bash)"
# or save it as ~/.local/share/bash-completion/completions/kaizen

# Prints the words and the kind of argument that may follow a command.
_kaizen_words() {
  case $1 in
${
    cases(({ commands }) =>
      `echo '${commands.map(({ word }) => word).join(" ")}'`
    )
  }
  esac
}
_kaizen_argument() {
  case $1 in
${cases(({ argument }) => `echo '${describeValue(argument)}'`)}
  esac
}
_kaizen_options() {
  case $1 in
${cases(({ options }) => `echo '${options.flatMap(flagsOf).join(" ")}'`)}
  esac
}

# Prints the kind of value of an option; fails for a switch.
_kaizen_value() {
  case $1 in
${valueCases(commands)}
    *) return 1 ;;
  esac
}

# Offers the words of $2 that start with $1, without expansion.
_kaizen_offer() {
  local word
  while IFS= read -r word; do
    [[ -n $word && $word == "$1"* ]] && COMPREPLY+=("$word")
  done < <(printf '%s\\n' $2)
}

# Offers paths. The bash of macOS has neither mapfile nor compopt;
# without compopt, a directory gets no slash.
_kaizen_paths() {
  local path
  compopt -o filenames 2>/dev/null
  while IFS= read -r path; do COMPREPLY+=("$path"); done < <(compgen "$1" -- "$2")
}

_kaizen_complete() {
  case $2 in
    directories) _kaizen_paths -d "$1" ;;
    files) _kaizen_paths -f "$1" ;;
    ids) _kaizen_offer "$1" "@latest $("\${COMP_WORDS[0]}" completions ids 2>/dev/null | cut -f 1)" ;;
    words*) _kaizen_offer "$1" "\${2#words}" ;;
  esac
}

_kaizen() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD - 1]} at=kaizen value i colons=
  local line=\${COMP_LINE:0:\${COMP_POINT:-0}} word
  COMPREPLY=()
  # bash splits --output=json into three words.
  if [[ $cur == = ]]; then
    cur=
  elif [[ $prev == = ]]; then
    prev=\${COMP_WORDS[COMP_CWORD - 2]}
  fi
  # bash also splits git:/path, and replaces only the part after the last colon.
  word=\${line##*[[:space:]]}
  if [[ $word == *:* && $COMP_WORDBREAKS == *:* ]]; then
    if [[ $word == -*=* ]]; then
      cur=\${word#*=} prev=\${word%%=*}
    else
      cur=$word
      line=\${line%"$word"}
      line=\${line%"\${line##*[![:space:]]}"}
      prev=\${line##*[[:space:]]}
    fi
    colons=\${cur%"\${cur##*:}"}
  fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    if _kaizen_value "\${COMP_WORDS[i]}" >/dev/null; then
      [[ \${COMP_WORDS[i + 1]} == = ]] && ((i++))
      ((i++))
    elif [[ " $(_kaizen_words "$at") " == *" \${COMP_WORDS[i]} "* ]]; then
      at+=" \${COMP_WORDS[i]}"
    fi
  done
  if value=$(_kaizen_value "$prev"); then
    _kaizen_complete "$cur" "$value"
  elif [[ $cur == -* ]]; then
    _kaizen_offer "$cur" "$(_kaizen_options "$at")"
  else
    _kaizen_complete "$cur" "$(_kaizen_argument "$at")"
    _kaizen_offer "$cur" "$(_kaizen_words "$at")"
  fi
  [[ -z $colons ]] || COMPREPLY=("\${COMPREPLY[@]#"$colons"}")
}

complete -F _kaizen kaizen
`;
}

function flagsOf({ word, short }: OptionSpec): string[] {
  return short === null ? [word] : [short, word];
}

/** Options with the same name have the same values in all commands. */
function valueCases(commands: readonly CommandSpec[]): string {
  const lines = new Map<string, string>();
  for (const option of commands.flatMap(({ options }) => options)) {
    if (option.value === null) continue;
    lines.set(
      flagsOf(option).join(" | "),
      `    ${flagsOf(option).join(" | ")}) echo '${
        describeValue(option.value)
      }' ;;`,
    );
  }
  return [...lines.values()].join("\n");
}
