# bash completion for redzone; load it with: source <(redzone completion bash)
_redzone() {
  local current="${COMP_WORDS[COMP_CWORD]}" path_so_far=redzone next='' files=0 index word
  for ((index = 1; index < COMP_CWORD; index++)); do
    word="${COMP_WORDS[index]}"
    _redzone_words "$path_so_far"
    if [[ "$word" != -* && " $next " == *" $word "* ]]; then path_so_far+=" $word"; fi
  done
  _redzone_words "$path_so_far"
  mapfile -t COMPREPLY < <(compgen -W "$next" -- "$current")
  if ((files)); then
    while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -f -- "$current")
  fi
}
# Sets next and files of its caller.
_redzone_words() {
  next='' files=0
  case "$1" in
    'redzone') next='gguf completion --help --version' files=0 ;;
    'redzone gguf') next='info --help' files=0 ;;
    'redzone gguf info') next='--help --json --limits' files=1 ;;
    'redzone completion') next='bash zsh fish --help' files=0 ;;
  esac
}
complete -o filenames -F _redzone redzone
