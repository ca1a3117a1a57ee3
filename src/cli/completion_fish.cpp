#include "cli/completion_fish.hpp"

#include "cli/completion_words.hpp"

namespace metrics_event {
namespace {

// What a command substitution prints is never expanded: fish quotes it where it goes into the line.
constexpr std::string_view script = R"fish(# fish completion for metrics-event; @notice@

# Prints what stands before the cursor, a line each: the program, the directory of --events, the
# event or command, the word behind that, and an option that waits for its value; then, if there is
# a --, COMMAND behind it.
function __metrics_event_scan
    set -l words (commandline -opc)
    set -l program $words[1]
    set -l events ''
    set -l subject ''
    set -l operand ''
    set -l option ''
    while set -e words[1] && set -q words[1]
        set -l word $words[1]
        if test -n "$option"
            test $option = --events && set events $word
            set option ''
            continue
        end
        switch $word:$subject
            case '--:*'
                break
            case '--events=*'
                set events (string replace -- --events= '' $word)
            case '--*=*' @no-value@
            case '--*'
                set option $word
            case '-?*:*'
            case '*'
                if test -z "$subject"
                    set subject $word
                else if test -z "$operand"
                    set operand $word
                end
        end
    end
    for path in program events
        string match -q -- '~/*' $$path && set $path ~/(string sub -s 3 -- $$path)
    end
    printf '%s\n' $program $events $subject $operand $option $words
end

# Prints what the program lists, or what is built in when it does not answer.
function __metrics_event_list -a program events
    if command -sq -- $program
        set -l asked $argv[3..]
        test -n "$events" && set -p asked --events=$events
        if set -l rows (command $program completion $asked 2>/dev/null </dev/null)
            string join -- \n $rows
            return
        end
    end
    switch "$argv[3..]"
@built-in@
    end
end

function __metrics_event_subject_is
    set -l at (__metrics_event_scan)
    contains -- $at[3] $argv
end

function __metrics_event_events
    set -l at (__metrics_event_scan)
    __metrics_event_list $at[1] $at[2] --list-events
end

# Prints directories; in --events=DIR, only what stands behind the equals sign begins their names.
function __metrics_event_directories
    __fish_complete_directories (commandline -ct | string replace -r -- '^--[^=]*=' '')
end

# Prints what no line below says: events and their flags and values, operands, and COMMAND.
function __metrics_event_words
    set -l at (__metrics_event_scan)
    set -l current (commandline -ct)
    if set -q at[6]
        set -l command
        set -q at[7] && set command (string escape -- $at[7..])
        complete -C "$(string join -- ' ' $command $current)"
        return
    end
    set -l plain (string unescape -- $current; or echo -- $current)
    set -l event $at[3]
    switch $at[3]:$at[4]:$at[5]
        case ::
            __metrics_event_list $at[1] $at[2] --list-events
            return
@operands@
        case 'send:*'
            set event $at[4]
        case @command-pattern@
            return
    end
    test -n "$event" || return
    set -l option $at[5]
    set -l before ''
    if string match -q -- '--*=*' $plain
        set option (string replace -r -- '=.*' '' $plain)
        set before $option=
    else if test -z "$option" && string match -q -- '*=@*' $plain
        set before (string match -r -- '^.*?=@' $plain)
        printf '%s\n' $before(__fish_complete_path (string replace -- $before '' $plain))
        return
    end
    for row in (__metrics_event_list $at[1] $at[2] --list-fields $event)
        set -l part (string split -- \t $row)
        if test -z "$option"
            printf '%s\t%s\n' $part[1] $part[3]
        else if test "$option" = $part[1]
            if test "$part[2]" = TIME && string match -q -- "$before@*" $plain
                printf '%s\n' $before@(__fish_complete_path (string replace -- "$before@" '' $plain))
            else if set -q part[4]
                printf '%s\n' $before$part[4..]
            end
        end
    end
end

complete -c metrics-event -f -a '(__metrics_event_words)'
@commands@
@options@
)fish";

std::string quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    out.append(c == '\'' || c == '\\' ? "\\" : "").append(1, c);
  }
  return out + '\'';
}

std::string value(const CompletionOption& option) {
  return option.placeholder.empty()      ? ""
         : !option.choices.empty()       ? " -x -a " + quoted(joined(option.choices, " "))
         : option.placeholder == "FILE"  ? " -r -F"
         : option.placeholder == "EVENT" ? " -x -a '(__metrics_event_events)'"
         : option.placeholder != "DIR"   ? " -x"
                                         : std::string{option.needs_value() ? " -x" : ""} +
                                             " -a '(__metrics_event_directories)'";
}

// With which subjects an option may stand; empty: all.
std::string condition(const CompletionOption& option) {
  if (option.owner != nullptr) {
    return "__metrics_event_subject_is " + std::string{option.owner->name};
  }
  const std::string others = each(all_commands(), " ", [&option](const CommandType& command) {
    return is_option_of(option, &command) ? "" : std::string{command.name};
  });
  return others.empty() ? "" : "not __metrics_event_subject_is " + others;
}

std::string option_line(const CompletionOption& option) {
  std::string text = "complete -c metrics-event";
  if (const std::string when = condition(option); !when.empty()) {
    text += " -n " + quoted(when);
  }
  if (option.short_flag != '\0') {
    text += std::string{" -s "} + option.short_flag;
  }
  return text + " -l " + std::string{option.name} + value(option) +
         (option.choices.empty() ? " -d " + quoted(option.help) : "");
}

std::string command_line(const CommandType& command) {
  return "complete -c metrics-event -n '__metrics_event_subject_is \"\"' -a " +
         std::string{command.name} + " -d " + quoted(command.help);
}

std::string command_pattern(const CommandType& command) {
  return quoted(std::string{command.name} + ":*");
}

std::string operand_case(const CommandType& command) {
  const std::string action = command.operand == "[FILE]" ? "__fish_complete_path $plain"
                             : command.operand == "SHELL"
                                 ? "printf '%s\\n' " + joined(shells(), " ")
                                 : "__metrics_event_list $at[1] $at[2] --list-events";
  return command.operand.empty() ? ""
                                 : "        case " + quoted(std::string{command.name} + "::") +
                                       "\n            " + action + "\n            return";
}

std::string row_line(const CompletionRow& row) {
  return "                " + quoted(line_of(row));
}

} // namespace

std::string fish_completion(std::span<const EventType> built_in) {
  const auto list_case = [](const auto& list) {
    return "        case " + quoted(list.first) + "\n            printf '%s\\n' \\\n" +
           each(list.second, " \\\n", row_line);
  };
  return fill(script, {{"notice", std::string{completion_notice}},
                       {"no-value", '\'' + no_value_patterns("' '") + '\''},
                       {"operands", each(all_commands(), "\n", operand_case)},
                       {"command-pattern", each(all_commands(), " ", command_pattern)},
                       {"commands", each(all_commands(), "\n", command_line)},
                       {"options", each(completion_options(), "\n", option_line)},
                       {"built-in", each(built_in_lists(built_in), "\n", list_case)}});
}

} // namespace metrics_event
