# fish completion for metrics-event; generated from the tables in src/ by ./dev docs; do not edit

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
            case '--*=*' '--tls-skip-verify:*' '--spool:*' '--best-effort:*' '--disabled:*' '--dry-run:*' '--quiet:*' '--verbose:*' '--help:*' '--version:*' '--null:batch' '--skip-invalid:batch' '--logql:schema' '--list-events:completion' '--send:check' '--list:flush' '--drop:flush' '--all:flush' '--refused:flush'
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

# Prints what the program lists; nothing when it does not answer.
function __metrics_event_list -a program events
    command -sq -- $program || return
    set -l asked $argv[3..]
    test -n "$events" && set -p asked --events=$events
    set -l rows (command $program completion $asked 2>/dev/null </dev/null)
    and string join -- \n $rows
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
        case 'send::'
            __metrics_event_list $at[1] $at[2] --list-events
            return
        case 'batch::'
            __fish_complete_path $plain
            return
        case 'schema::'
            __metrics_event_list $at[1] $at[2] --list-events
            return
        case 'completion::'
            printf '%s\n' bash zsh fish
            return
        case 'send:*'
            set event $at[4]
        case 'send:*' 'batch:*' 'schema:*' 'completion:*' 'check:*' 'flush:*' 'listen:*'
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
complete -c metrics-event -n '__metrics_event_subject_is ""' -a send -d 'send an event that is declared nowhere'
complete -c metrics-event -n '__metrics_event_subject_is ""' -a batch -d 'send many events, each a line of JSON'
complete -c metrics-event -n '__metrics_event_subject_is ""' -a schema -d 'list the events that are known, or print one as JSON Schema'
complete -c metrics-event -n '__metrics_event_subject_is ""' -a completion -d 'print the completion script of a shell'
complete -c metrics-event -n '__metrics_event_subject_is ""' -a check -d 'say what is set and whether an event would be delivered'
complete -c metrics-event -n '__metrics_event_subject_is ""' -a flush -d 'deliver what waits in the spool'
complete -c metrics-event -n '__metrics_event_subject_is ""' -a listen -d 'receive pushes, for trying things out'
complete -c metrics-event -n 'not __metrics_event_subject_is schema completion listen' -l url -x -d 'base or full push URL; /loki/api/v1/push is added when the path is empty or /; file:///PATH appends the line to a file'
complete -c metrics-event -n 'not __metrics_event_subject_is completion flush listen' -l label -x -d 'a stream label; an empty value removes one'
complete -c metrics-event -n 'not __metrics_event_subject_is schema completion flush listen' -l metadata -x -d 'structured metadata (Loki 3, or 2.9 where it is allowed); an empty value removes one'
complete -c metrics-event -n 'not __metrics_event_subject_is schema completion listen' -l header -x -d 'an extra request header'
complete -c metrics-event -n 'not __metrics_event_subject_is schema completion flush listen' -l org-id -x -d 'the tenant, sent as X-Scope-OrgID'
complete -c metrics-event -n 'not __metrics_event_subject_is schema completion listen' -l username -x -d 'the user name of Basic authentication'
complete -c metrics-event -n 'not __metrics_event_subject_is schema completion listen' -l password-file -r -F -d 'a file with the password that belongs to it'
complete -c metrics-event -n 'not __metrics_event_subject_is schema completion listen' -l bearer-token-file -r -F -d 'a file with a bearer token, instead of a user name and a password'
complete -c metrics-event -n 'not __metrics_event_subject_is schema completion listen' -l ca-cert -r -F -d 'the authorities to trust with https (PEM), instead of the system\'s'
complete -c metrics-event -n 'not __metrics_event_subject_is schema completion listen' -l cert -r -F -d 'a client certificate (PEM), followed by its chain'
complete -c metrics-event -n 'not __metrics_event_subject_is schema completion listen' -l key -r -F -d 'the key of that certificate (PEM), when it is in a file of its own'
complete -c metrics-event -n 'not __metrics_event_subject_is schema completion listen' -l tls-skip-verify -d 'take any certificate of the receiver, which lets anybody read along; warns every time'
complete -c metrics-event -n 'not __metrics_event_subject_is schema completion listen' -l no-proxy -x -d 'hosts that are reached directly: names with all below them, addresses, networks such as 10.0.0.0/8, each with an optional :PORT, or *'
complete -c metrics-event -n 'not __metrics_event_subject_is schema completion listen' -l proxy -x -d 'an http proxy, with port 1080 unless it is given; this machine is always reached directly'
complete -c metrics-event -n 'not __metrics_event_subject_is completion' -l config -r -F -d 'the only configuration file to read, or none'
complete -c metrics-event -n 'not __metrics_event_subject_is flush listen' -l events -x -a '(__metrics_event_directories)' -d 'a directory with declared events, which counts more than the usual ones'
complete -c metrics-event -n 'not __metrics_event_subject_is schema completion' -l timeout -x -d 'the whole delivery, name lookup and retries included: a hard ceiling'
complete -c metrics-event -n 'not __metrics_event_subject_is schema completion listen' -l connect-timeout -x -d 'the connection to one address'
complete -c metrics-event -n 'not __metrics_event_subject_is schema completion listen' -l retries -x -d 'attempts after the first, within the time for the whole delivery'
complete -c metrics-event -n 'not __metrics_event_subject_is schema completion listen' -l spool -a '(__metrics_event_directories)' -d 'keep what cannot be delivered now in a directory, the usual one or DIR, until it can'
complete -c metrics-event -n 'not __metrics_event_subject_is schema completion flush listen' -l spool-max-bytes -x -d 'the size at which a spool is full'
complete -c metrics-event -n 'not __metrics_event_subject_is schema completion flush listen' -l entry-time -x -a 'now event'
complete -c metrics-event -n 'not __metrics_event_subject_is schema completion flush listen' -l on -x -a 'success failure always'
complete -c metrics-event -n 'not __metrics_event_subject_is schema completion listen' -l best-effort -d 'turn exit statuses 65 to 77 into a warning and 0'
complete -c metrics-event -n 'not __metrics_event_subject_is schema completion listen' -l disabled -d 'validate, send nothing and exit 0'
complete -c metrics-event -n 'not __metrics_event_subject_is schema completion listen' -s n -l dry-run -d 'print the exact request body instead of sending it'
complete -c metrics-event -n 'not __metrics_event_subject_is completion' -l output -x -a 'text json'
complete -c metrics-event -n 'not __metrics_event_subject_is schema completion listen' -s q -l quiet -d 'no warnings'
complete -c metrics-event -n 'not __metrics_event_subject_is schema completion' -s v -l verbose -d 'say what was delivered, where, the status and the time'
complete -c metrics-event -s h -l help -d 'help, also about one event or command'
complete -c metrics-event -s V -l version -d 'the version'
complete -c metrics-event -n '__metrics_event_subject_is batch' -s 0 -l null -d 'a NUL ends each event in the input, not a newline'
complete -c metrics-event -n '__metrics_event_subject_is batch' -l skip-invalid -d 'send the other lines when some are no events; the status is 65 all the same'
complete -c metrics-event -n '__metrics_event_subject_is schema' -l logql -d 'print the LogQL queries that read the fields of EVENT back from Loki instead'
complete -c metrics-event -n '__metrics_event_subject_is completion' -l list-events -d 'print the events instead: on each line a name, a tab, and what it says'
complete -c metrics-event -n '__metrics_event_subject_is completion' -l list-fields -x -a '(__metrics_event_events)' -d 'print the flags of an event instead: on each line, with tabs between them, a flag, what stands for its value, what it says, and each of its values where they are known'
complete -c metrics-event -n '__metrics_event_subject_is check' -l send -d 'send a real event, metrics_event_check, instead of an empty push'
complete -c metrics-event -n '__metrics_event_subject_is check' -l wait -x -d 'try again for so long, until the receiver is ready'
complete -c metrics-event -n '__metrics_event_subject_is flush' -l wait -x -d 'keep trying for so long, until nothing is left'
complete -c metrics-event -n '__metrics_event_subject_is flush' -l list -d 'show what waits instead: age, attempts, event, destination'
complete -c metrics-event -n '__metrics_event_subject_is flush' -l drop -d 'delete what a filter selects instead, or --all'
complete -c metrics-event -n '__metrics_event_subject_is flush' -l all -d 'with --drop: everything'
complete -c metrics-event -n '__metrics_event_subject_is flush' -l event -x -a '(__metrics_event_events)' -d 'with --list or --drop, a filter: events of this name'
complete -c metrics-event -n '__metrics_event_subject_is flush' -l older-than -x -d 'with --list or --drop, a filter: entries older than 12h, 7d and so on'
complete -c metrics-event -n '__metrics_event_subject_is flush' -l refused -d 'with --list or --drop: what was refused, instead of what waits'
complete -c metrics-event -n '__metrics_event_subject_is listen' -l address -x -d 'the address to listen on'
complete -c metrics-event -n '__metrics_event_subject_is listen' -l port -x -d 'the port to listen on; 0 picks a free one'
complete -c metrics-event -n '__metrics_event_subject_is listen' -l count -x -d 'end after N entries'
complete -c metrics-event -n '__metrics_event_subject_is listen' -l respond -x -d 'what to answer to one push after the other, the last one repeated: statuses with commas between them, each with an optional :retry-after=SECONDS'
