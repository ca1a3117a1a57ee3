# bash completion for metrics-event
# shellcheck shell=bash

# The script uses neither eval nor compgen -W, so that no word of the line and no output of the
# program is ever expanded. The helpers share the variables of _metrics_event.

# Sets REPLY to a word without its quotes, and open to the quote that does not end.
_metrics_event_unquote() {
  local rest=$1 next
  REPLY='' open=''
  while [[ -n $rest ]]; do
    next=${rest:0:1} rest=${rest:1}
    case $open$next in
      \\ | \"\\) REPLY+=${rest:0:1} rest=${rest:1} ;;
      \" | \') open=$next ;;
      \"\" | \'\') open='' ;;
      *) REPLY+=$next ;;
    esac
  done
}

# Offers the names of files (with -d, of directories), each after the part of the word before it.
_metrics_event_files() {
  local file
  if [[ $2 != *@ ]]; then # readline would quote the @
    compopt -o filenames
    is_file=yes
  fi
  while IFS= read -r file; do
    if [[ $2 == *@ && -d $file ]]; then
      compopt -o nospace
      file+=/
    fi
    offers+=("$2$file")
  done < <(compgen "$1" -- "${word#"$2"}")
}

# Offers what the program offers for the last word; nothing when the program does not answer.
_metrics_event_ask() {
  local row asked=("${words[@]:1}")
  [[ -n $(type -P -- "${words[0]}") ]] || return
  compopt -o nosort
  while IFS= read -r row; do
    case $row in
      $'\tfiles\t'*) _metrics_event_files -f "${row#$'\tfiles\t'}" ;;
      $'\tdirectories\t'*) _metrics_event_files -d "${row#$'\tdirectories\t'}" ;;
      *) offers+=("${row%%$'\t'*}") ;;
    esac
  done < <(command "${words[0]}" completion bash "${asked[@]/#/--word=}" 2>/dev/null </dev/null)
}

_metrics_event() {
  local words=() starts=() offers=() line=${COMP_LINE:0:COMP_POINT} piece space kept='' word i
  local REPLY open dashes='' is_file=''
  COMPREPLY=()

  # Readline splits at = and @ as well, and replaces what follows up to the cursor, with an @ before
  # it.
  for ((i = 0; i <= COMP_CWORD; i++)); do
    [[ -n $line || -z ${COMP_WORDS[i]} ]] || break
    piece=${COMP_WORDS[i]}
    space=${line%%[![:space:]]*}
    [[ $line == "$space$piece"* ]] || piece=${line#"$space"}
    line=${line#"$space$piece"}
    if ((i == 0)) || [[ -n $space ]]; then
      words+=("$piece") starts+=("$i") kept=''
    else
      kept=${words[-1]} words[-1]+=$piece
    fi
  done
  [[ $piece == *[!"$COMP_WORDBREAKS"]* ]] || kept=${words[-1]}
  _metrics_event_unquote "${kept%@}"
  kept=$REPLY
  for ((i = 0; i < ${#words[@]}; i++)); do
    _metrics_event_unquote "${words[i]}"
    if ((i < ${#words[@]} - 1)); then
      [[ $REPLY != \~/* ]] || REPLY=~/${REPLY:2}
      [[ -n $dashes || $REPLY != -- ]] || dashes=$i
    fi
    words[i]=$REPLY
  done
  word=$REPLY

  if [[ -z $dashes ]]; then
    _metrics_event_ask
  elif declare -F _command_offset >/dev/null; then
    _command_offset "$((starts[dashes] + 1))"
    return
  elif ((dashes == ${#words[@]} - 2)); then
    mapfile -t offers < <(compgen -c -- "$word")
  else
    _metrics_event_files -f ''
  fi

  for piece in "${offers[@]}"; do
    if [[ $piece == "$word"* ]]; then
      [[ $piece != *= ]] || compopt -o nospace # the value of a key follows
      piece=${piece#"$kept"}
      printf -v REPLY %q "$piece"
      if [[ -n $is_file ]]; then
        COMPREPLY+=("$piece")
      elif [[ -z $open ]]; then
        COMPREPLY+=("$REPLY")
      elif [[ ${REPLY//\\ / } == "$piece" ]]; then # inside quotes, only what needs none but them
        COMPREPLY+=("$piece")
      fi
    fi
  done
}

complete -F _metrics_event metrics-event
