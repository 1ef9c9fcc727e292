#compdef redzone
# zsh completion for redzone; load it with: source <(redzone completion zsh)
_redzone() {
  local path_so_far=redzone next='' files=0 index
  for ((index = 2; index < CURRENT; index++)); do
    _redzone_words "$path_so_far"
    if [[ "${words[index]}" != -* && " $next " == *" ${words[index]} "* ]]; then
      path_so_far+=" ${words[index]}"
    fi
  done
  _redzone_words "$path_so_far"
  compadd -- ${=next}
  if ((files)); then _files; fi
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
compdef _redzone redzone
