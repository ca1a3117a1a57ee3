#include "completion_bash.hpp"

#include "completion_words.hpp"

namespace metrics_event {
namespace {

// No word of the line, and nothing that the program says, is ever expanded: no eval, no compgen -W.
// The helpers see the variables of _metrics_event.
constexpr std::string_view script = R"bash(# bash completion for metrics-event; @notice@
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

# Prints what the program lists, or what is built in when it does not answer.
_metrics_event_list() {
  local program=${words[0]} rows
  [[ $program == \~/* ]] && program=$HOME${program:1}
  [[ $events == \~/* ]] && events=$HOME${events:1}
  if [[ -n $(type -P -- "$program") ]] &&
    rows=$(command "$program" completion ${events:+"--events=$events"} "$@" 2>/dev/null </dev/null); then
    :
  else
    case "$*" in
@built-in@
      *) rows='' ;;
    esac
  fi
  [[ -z $rows ]] || printf '%s\n' "$rows"
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
    offers+=("${row%%$'\t'*}")
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
  local words=() starts=() offers=() line=$COMP_LINE piece space kept='' word i REPLY open
  local events='' subject='' operand='' event='' option='' before='' dashes='' is_file=''
  COMPREPLY=()

  # Readline splits at = and @ as well, and replaces what follows, with an @ before it.
  for ((i = 0; i <= COMP_CWORD; i++)); do
    piece=${COMP_WORDS[i]}
    space=${line%%[![:space:]]*}
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
  [[ $subject != send ]] || event=$operand

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

// A branch of a `case`.
std::string branch(std::span<const std::string> patterns, const std::string& action) {
  return "    " + joined(patterns, " | ") + ") " + action + " ;;\n";
}

std::string value_branches() {
  const auto with = [](std::string_view placeholder) {
    std::vector<std::string> patterns;
    for (const CompletionOption& option : completion_options()) {
      if (option.placeholder == placeholder) {
        patterns.push_back(pattern(option));
      }
    }
    return patterns;
  };
  std::string text = branch(with("FILE"), "_metrics_event_files -f \"$before\"") +
                     branch(with("DIR"), "_metrics_event_files -d \"$before\"") +
                     branch(with("EVENT"), "_metrics_event_events");
  for (const CompletionOption& option : completion_options()) {
    if (!option.choices.empty()) {
      text += branch(std::vector{pattern(option)},
                     "offers=(\"${before}" + joined(option.choices, "\" \"${before}") + "\")");
    }
  }
  text.pop_back();
  return text;
}

std::string flags(const CommandType* command) {
  std::vector<std::string> all;
  for (const CompletionOption& option : completion_options()) {
    if (is_option_of(option, command)) {
      all.push_back("--" + std::string{option.name});
    }
  }
  return joined(all, " ");
}

std::string flag_branches() {
  std::string text;
  for (const CommandType& command : all_commands()) {
    if (command.name != "send") { // has the flags of the event
      text += "    " + std::string{command.name} + ") offers=(" + flags(&command) + ") ;;\n";
    }
  }
  text.pop_back();
  return text;
}

std::string operand_branches() {
  std::string text;
  for (const CommandType& command : all_commands()) {
    const std::string action =
        command.operand == "[FILE]"                                 ? "_metrics_event_files -f ''"
        : command.operand == "[EVENT]" || command.operand == "NAME" ? "_metrics_event_events"
        : command.operand == "SHELL" ? "offers=(" + joined(shells(), " ") + ')'
                                     : "";
    text += action.empty() ? "" : "    " + std::string{command.name} + ":) " + action + " ;;\n";
  }
  text.pop_back();
  return text;
}

// The lists of what is built in, each by the option that asks for it.
std::string built_in_branches(std::span<const EventType> built_in) {
  std::vector<CompletionRow> events;
  std::string text;
  for (const EventType& type : built_in) {
    events.push_back(event_row(type));
    text += "      '--list-fields " + events.back().front() +
            "') rows=" + single_quoted(lines_of(field_rows(type))) + " ;;\n";
  }
  return text + "      --list-events) rows=" + single_quoted(lines_of(events)) + " ;;";
}

} // namespace

std::string bash_completion(std::span<const EventType> built_in) {
  return fill(script, {{"notice", std::string{completion_notice}},
                       {"values", value_branches()},
                       {"flags", flag_branches()},
                       {"event-flags", flags(nullptr)},
                       {"commands", joined(command_names(), " ")},
                       {"command-pattern", joined(command_names(), " | ")},
                       {"operands", operand_branches()},
                       {"no-value", no_value_patterns(" | ")},
                       {"built-in", built_in_branches(built_in)}});
}

} // namespace metrics_event
