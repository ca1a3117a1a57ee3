#include "cli/completion_words.hpp"

namespace metrics_event {
namespace {

// The script uses neither eval nor compgen -W, so that no word of the line and no output of the
// program is ever expanded. The helpers share the variables of _metrics_event.
constexpr std::string_view bash_script = R"bash(# bash completion for metrics-event; @notice@
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
@values@
    *) _metrics_event_fields "$1" ;;
  esac
}

_metrics_event_flags() {
  case $subject in
@flags@
    *)
      offers=(@event-flags@)
      _metrics_event_fields ''
      ;;
  esac
}

# Offers what is no option.
_metrics_event_words() {
  case $subject:$operand in
    :)
      offers=(@commands@)
      _metrics_event_events
      ;;
@operands@
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
      --*=* | @no-value@) ;;
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
    @command-pattern@) event='' ;;
    *) event=$subject ;;
  esac
  case $subject in
    @senders@) event=$operand ;;
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
)bash";

std::string flags(std::span<const Command> commands, const Command* command) {
  return each(completion_options(commands), " ", [=](const Option& option) {
    return option.is_of(command) ? "--" + option.name : "";
  });
}

// Returns the code that completes a value or an operand; none for free text.
std::string bash_action(ValueKind kind) {
  switch (kind) {
  case ValueKind::file: return "_metrics_event_files -f \"$before\"";
  case ValueKind::directory: return "_metrics_event_files -d \"$before\"";
  case ValueKind::event: return "_metrics_event_events";
  case ValueKind::shell: return "offers=(" + joined(shells, " ") + ')';
  default: return "";
  }
}

std::string branch(const std::string& pattern, const std::string& action) {
  return action.empty() ? "" : "    " + pattern + ") " + action + " ;;";
}

std::string bash_operand(const Command& command) {
  return branch(std::string{command.name} + ':', bash_action(command.operand.kind));
}

std::string value_branch(const Option& option) {
  const std::string choice = "\"${before}";
  return branch(pattern(option),
                option.choices.empty()
                    ? bash_action(option.value_kind)
                    : "offers=(" + choice + joined(option.choices, "\" " + choice) + "\")");
}

} // namespace

std::string bash_completion(std::span<const Command> commands) {
  const auto name = [](const Command& command) { return std::string{command.name}; };
  const auto flag_branch = [commands](const Command& command) { // an event's flags follow `send`
    return command.sends_event ? ""
                               : "    " + std::string{command.name} + ") offers=(" +
                                     flags(commands, &command) + ") ;;";
  };
  return fill(bash_script, {{"notice", std::string{completion_notice}},
                            {"values", each(completion_options(commands), "\n", value_branch)},
                            {"flags", each(commands, "\n", flag_branch)},
                            {"event-flags", flags(commands, nullptr)},
                            {"commands", each(commands, " ", name)},
                            {"command-pattern", each(commands, " | ", name)},
                            {"senders", each(commands, " | ", sender_name)},
                            {"operands", each(commands, "\n", bash_operand)},
                            {"no-value", no_value_patterns(commands, " | ")}});
}

} // namespace metrics_event
