# bash completion for metrics-event; generated from the tables in src/ by ./dev docs; do not edit
# shellcheck shell=bash

# Sets REPLY to a word without its quotes, and open to the one that does not end.
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

# Prints what the program lists; nothing when it does not answer.
_metrics_event_list() {
  local program=${words[0]} rows
  [[ $program == \~/* ]] && program=~/${program:2}
  [[ $events == \~/* ]] && events=~/${events:2}
  [[ -n $(type -P -- "$program") ]] || return
  rows=$(command "$program" completion ${events:+"--events=$events"} "$@" 2>/dev/null </dev/null) &&
    [[ -n $rows ]] && printf '%s\n' "$rows"
}

# Offers names of files, or with -d of directories, behind what stands before them.
_metrics_event_files() {
  local file
  if [[ $2 != *@ ]]; then # else readline would quote the @
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

_metrics_event_events() {
  local row
  while IFS= read -r row; do
    offers+=("$before${row%%$'\t'*}")
  done < <(_metrics_event_list --list-events)
}

# Offers the flags of the event, or with a flag its values.
_metrics_event_fields() {
  local row flag value
  [[ -z $event ]] || while IFS= read -r row; do
    flag=${row%%$'\t'*} row=${row#*$'\t'}
    if [[ -z $1 ]]; then
      offers+=("$flag")
    elif [[ $1 == "$flag" && ${row%%$'\t'*} == TIME && $word == "$before@"* ]]; then
      _metrics_event_files -f "$before@"
    elif [[ $1 == "$flag" ]]; then
      row=${row#*$'\t'}
      while [[ $row == *$'\t'* ]]; do
        row=${row#*$'\t'} value=${row%%$'\t'*}
        offers+=("$before$value")
      done
    fi
  done < <(_metrics_event_list --list-fields "$event")
}

# Offers values of an option.
_metrics_event_values() {
  case $1:$subject in
    --password-file:*) _metrics_event_files -f "$before" ;;
    --bearer-token-file:*) _metrics_event_files -f "$before" ;;
    --ca-cert:*) _metrics_event_files -f "$before" ;;
    --cert:*) _metrics_event_files -f "$before" ;;
    --key:*) _metrics_event_files -f "$before" ;;
    --config:*) _metrics_event_files -f "$before" ;;
    --events:*) _metrics_event_files -d "$before" ;;
    --spool:*) _metrics_event_files -d "$before" ;;
    --entry-time:*) offers=("${before}now" "${before}event") ;;
    --on:*) offers=("${before}success" "${before}failure" "${before}always") ;;
    --output:*) offers=("${before}text" "${before}json") ;;
    --list-fields:completion) _metrics_event_events ;;
    --event:flush) _metrics_event_events ;;
    *) _metrics_event_fields "$1" ;;
  esac
}

_metrics_event_flags() {
  case $subject in
    batch) offers=(--url --label --metadata --header --org-id --username --password-file --bearer-token-file --ca-cert --cert --key --tls-skip-verify --no-proxy --proxy --config --events --timeout --connect-timeout --retries --spool --spool-max-bytes --entry-time --on --best-effort --disabled --dry-run --output --quiet --verbose --help --version --null --skip-invalid) ;;
    schema) offers=(--label --config --events --output --help --version --logql) ;;
    completion) offers=(--events --help --version --list-events --list-fields) ;;
    check) offers=(--url --label --metadata --header --org-id --username --password-file --bearer-token-file --ca-cert --cert --key --tls-skip-verify --no-proxy --proxy --config --events --timeout --connect-timeout --retries --spool --spool-max-bytes --entry-time --on --best-effort --disabled --dry-run --output --quiet --verbose --help --version --send --wait) ;;
    flush) offers=(--url --header --username --password-file --bearer-token-file --ca-cert --cert --key --tls-skip-verify --no-proxy --proxy --config --timeout --connect-timeout --retries --spool --best-effort --disabled --dry-run --output --quiet --verbose --help --version --wait --list --drop --all --event --older-than --refused) ;;
    listen) offers=(--config --timeout --output --verbose --help --version --address --port --count --respond) ;;
    *)
      offers=(--url --label --metadata --header --org-id --username --password-file --bearer-token-file --ca-cert --cert --key --tls-skip-verify --no-proxy --proxy --config --events --timeout --connect-timeout --retries --spool --spool-max-bytes --entry-time --on --best-effort --disabled --dry-run --output --quiet --verbose --help --version)
      _metrics_event_fields ''
      ;;
  esac
}

# Offers what is no option.
_metrics_event_words() {
  case $subject:$operand in
    :)
      offers=(send batch schema completion check flush listen)
      _metrics_event_events
      ;;
    send:) _metrics_event_events ;;
    batch:) _metrics_event_files -f "$before" ;;
    schema:) _metrics_event_events ;;
    completion:) offers=(bash zsh fish) ;;
    *)
      if [[ -n $event && $word == *=@* ]]; then
        _metrics_event_files -f "${word%%=@*}=@"
      elif [[ -z $word ]]; then
        _metrics_event_flags
      fi
      ;;
  esac
}

_metrics_event() {
  local words=() starts=() offers=() line=${COMP_LINE:0:COMP_POINT} piece space kept='' word i
  local REPLY open
  local events='' subject='' operand='' event='' option='' before='' dashes='' is_file=''
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
    words[i]=$REPLY
  done
  word=$REPLY

  for ((i = 1; i < ${#words[@]} - 1; i++)); do
    case ${words[i]}:$subject in
      --:*)
        dashes=$i
        break
        ;;
      --events=*) events=${words[i]#*=} ;;
      --*=* | --tls-skip-verify:* | --spool:* | --best-effort:* | --disabled:* | --dry-run:* | --quiet:* | --verbose:* | --help:* | --version:* | --null:batch | --skip-invalid:batch | --logql:schema | --list-events:completion | --send:check | --list:flush | --drop:flush | --all:flush | --refused:flush) ;;
      --*)
        option=${words[i]}
        if ((++i < ${#words[@]} - 1)); then
          [[ $option != --events ]] || events=${words[i]}
          option=''
        fi
        ;;
      -[!:]*) ;;
      *)
        if [[ -z $subject ]]; then
          subject=${words[i]}
        elif [[ -z $operand ]]; then
          operand=${words[i]}
        fi
        ;;
    esac
  done
  case $subject in
    send | batch | schema | completion | check | flush | listen) event='' ;;
    *) event=$subject ;;
  esac
  case $subject in
    send) event=$operand ;;
  esac

  if [[ -n $dashes ]]; then
    if declare -F _command_offset >/dev/null; then
      _command_offset "$((starts[dashes] + 1))"
      return
    fi
    if ((dashes == ${#words[@]} - 2)); then
      mapfile -t offers < <(compgen -c -- "$word")
    else
      _metrics_event_files -f ''
    fi
  elif [[ -n $option ]]; then
    _metrics_event_values "$option"
  elif [[ $word == --*=* ]]; then
    before=${word%%=*}=
    _metrics_event_values "${word%%=*}"
  elif [[ $word == -* ]]; then
    _metrics_event_flags
  else
    _metrics_event_words
  fi

  for piece in "${offers[@]}"; do
    if [[ $piece == "$word"* ]]; then
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
