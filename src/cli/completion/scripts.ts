/** What each shell runs at a press of Tab: it asks this program, and falls back to files where that says nothing. */
const bash = `# Completion of relay for bash: source <(relay completion bash)
_relay_completion() {
  local line quoted
  COMPREPLY=()
  while IFS= read -r line; do
    printf -v quoted '%q' "$line"
    COMPREPLY+=("$quoted")
  done < <("\${COMP_WORDS[0]}" completion bash -- "\${COMP_WORDS[@]:0:COMP_CWORD+1}" 2>/dev/null)
  if [[ \${#COMPREPLY[@]} -eq 1 && \${COMPREPLY[0]} == *= ]]; then compopt -o nospace; fi
}
complete -o default -F _relay_completion relay softlab-relay
`;

const zsh = `#compdef relay softlab-relay
# Completion of relay for zsh: source <(relay completion zsh), or save it as _relay in a folder of $fpath.
_relay() {
  local line word
  local -a finished unfinished
  for line in "\${(@f)$("\${(Q)words[1]}" completion zsh -- "\${(@Q)words[1,CURRENT]}" 2>/dev/null)}"; do
    [[ -n $line ]] || continue
    word=\${line%%$'\\t'*}
    if [[ $word == *= ]]; then
      unfinished+=("\${word//:/\\\\:}")
    else
      finished+=("\${word//:/\\\\:}\${\${line#$word}/$'\\t'/:}")
    fi
  done
  if (( \${#finished} + \${#unfinished} == 0 )); then
    _files
    return
  fi
  (( \${#finished} )) && _describe relay finished
  (( \${#unfinished} )) && _describe relay unfinished -S ''
}
if [[ $funcstack[1] == _relay ]]; then
  _relay "$@"
else
  compdef _relay relay softlab-relay
fi
`;

const fish = `# Completion of relay for fish: relay completion fish | source
function __relay_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l lines ($words[1] completion fish -- $words "$current" 2>/dev/null)
    if test (count $lines) -eq 0
        __fish_complete_path "$current"
    else
        printf '%s\\n' $lines
    end
end
for name in relay softlab-relay
    complete -c $name -f -a '(__relay_complete)'
end
`;

export const completionScripts = { bash, zsh, fish } as const;

export type Shell = keyof typeof completionScripts;
