/**
 * The scripts of `nva completion`: they hold no words of ours and ask the program itself, so that they never
 * go out of date.
 */

/** Hidden; takes `--` and the words after `nva`, the one under the cursor last. */
export const COMPLETE_COMMAND = '__complete';

const BASH = `# bash completion for nva
_nva() {
  local line="\${COMP_LINE:0:COMP_POINT}"
  local -a words
  read -ra words <<<"$line"
  [[ "$line" == *[[:space:]] ]] && words+=("")
  local current="\${words[-1]}"
  mapfile -t COMPREPLY < <("\${words[0]}" ${COMPLETE_COMMAND} -- "\${words[@]:1}" 2>/dev/null)
  # bash replaces only what follows the last break character.
  local prefix="\${current%"\${current##*[:=]}"}"
  if [[ -n "$prefix" && "$COMP_WORDBREAKS" == *:* ]]; then
    COMPREPLY=("\${COMPREPLY[@]#"$prefix"}")
  fi
}
complete -o default -F _nva nva
`;

const ZSH = `#compdef nva
_nva() {
  local -a found
  found=("\${(@f)$("\${words[1]}" ${COMPLETE_COMMAND} -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n "\${found[*]}" ]]; then
    compadd -- "\${found[@]}"
  else
    _files
  fi
}
compdef _nva nva
`;

const FISH = `# fish completion for nva
function __nva_complete
  set -l words (commandline -opc) (commandline -ct)
  $words[1] ${COMPLETE_COMMAND} -- $words[2..-1] 2>/dev/null
end
complete -c nva -f -a '(__nva_complete)'
complete -c nva -n '__fish_seen_subcommand_from apply delete' -s f -l filename -r -F
complete -c nva -n '__fish_seen_subcommand_from serve' -l config -r -F
complete -c nva -n '__fish_seen_subcommand_from backup restore' -F
`;

export const COMPLETION_SCRIPTS: Readonly<Record<string, string>> = {
  bash: BASH,
  zsh: ZSH,
  fish: FISH,
};
