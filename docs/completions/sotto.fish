function __sotto_should_offer_completions_for_flags_or_options -a expected_commands
    set -l non_repeating_flags_or_options $argv[2..]
    set -l non_repeating_flags_or_options_absent 0
    set -l positional_index 0
    set -l commands
    __sotto_parse_tokens
    test "$commands" = "$expected_commands"; and return $non_repeating_flags_or_options_absent
end

function __sotto_should_offer_completions_for_positional -a expected_commands positional_index_comparison expected_positional_index
    set -l non_repeating_flags_or_options
    set -l non_repeating_flags_or_options_absent 0
    set -l positional_index 0
    set -l commands
    __sotto_parse_tokens
    test "$commands" = "$expected_commands" -a \( "$positional_index" "$positional_index_comparison" "$expected_positional_index" \)
end

function __sotto_parse_tokens -S
    set -l unparsed_tokens (__sotto_tokens -pc)
    switch $unparsed_tokens[1]
    case 'sotto'
        __sotto_parse_subcommand 0 'version' 'h/help'
        switch $unparsed_tokens[1]
        case 'scan'
            __sotto_parse_subcommand -r 1 'home=+' 'root=+' 'in=+' 'format=' 'strict' 'version' 'h/help'
        case 'list'
            __sotto_parse_subcommand -r 1 'home=+' 'root=+' 'in=+' 'app=+' 'user=+' 'since=' 'until=' 'model=+' 'deleted' 'copies' 'format=' 'strict' 'version' 'h/help'
        case 'show'
            __sotto_parse_subcommand 1 'home=+' 'root=+' 'in=+' 'format=' 'version' 'h/help'
        case 'search'
            __sotto_parse_subcommand 1 'home=+' 'root=+' 'in=+' 'app=+' 'exact' 'regex' 'format=' 'strict' 'version' 'h/help'
        case 'export'
            __sotto_parse_subcommand -r 1 'home=+' 'root=+' 'in=+' 'app=+' 'user=+' 'since=' 'until=' 'model=+' 'deleted' 'copies' 'format=' 'strict' 'version' 'h/help'
        case 'help'
            __sotto_parse_subcommand -r 1 'version'
        end
    end
end

function __sotto_tokens
    if test (string split -m 1 -f 1 -- . "$FISH_VERSION") -gt 3
        commandline --tokens-raw $argv
    else
        commandline -o $argv
    end
end

function __sotto_parse_subcommand -S -a positional_count
    argparse -s r -- $argv
    set -l option_specs $argv[2..]
    set -l is_repeating_positional $_flag_r
    set -el _flag_r
    set -a commands $unparsed_tokens[1]
    set positional_index 0
    while true
        set -e unparsed_tokens[1]
        argparse -sn "$commands" $option_specs -- $unparsed_tokens 2> /dev/null
        set unparsed_tokens $argv
        set positional_index (math $positional_index + 1)
        for non_repeating_flag_or_option in $non_repeating_flags_or_options
            if set -ql "_flag_$(string replace -a - _ -- $non_repeating_flag_or_option)"
                set non_repeating_flags_or_options_absent 1
                break
            end
        end
        test (count $unparsed_tokens) -eq 0 -o \( -z "$is_repeating_positional" -a "$positional_index" -gt "$positional_count" \) && break
    end
end

function __sotto_complete_directories
    set -l token (commandline -t)
    string match -- '*/' $token
    set -l subdirs $token*/
    printf %s\n $subdirs
end

function __sotto_custom_completion
    set -x SAP_SHELL fish
    set -x SAP_SHELL_VERSION $FISH_VERSION
    set -l tokens (__sotto_tokens -p)
    if test -z "$(__sotto_tokens -t)"
        set -l index (count (__sotto_tokens -pc))
        set tokens $tokens[..$index] \'\' $tokens[(math $index + 1)..]
    end
    command $tokens[1] $argv $tokens
end

complete -c 'sotto' -f
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto" version' -l 'version' -d 'Show the version.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_positional "sotto" -eq 1' -fa 'scan' -d 'Show every store: conversations, messages, attachments, copies, leftovers.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_positional "sotto" -eq 1' -fa 'list' -d 'List conversations, one line each.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_positional "sotto" -eq 1' -fa 'show' -d 'Show one conversation with all its branches.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_positional "sotto" -eq 1' -fa 'search' -d 'Find a text in messages, attachments, documents, histories and logs.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_positional "sotto" -eq 1' -fa 'export' -d 'Write conversations whole: JSON Lines, Markdown or HTML.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_positional "sotto" -eq 1' -fa 'help' -d 'Show subcommand help information.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto scan"' -l 'home' -d 'Look in this home instead of your own; repeatable.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto scan"' -l 'root' -d 'Look in a mounted image or backup with any mix of Linux, macOS and Windows profiles.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto scan"' -l 'in' -d 'Look in a home, a data folder, any folder above one, or one file; repeatable.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto scan" format' -l 'format' -d 'table for people, json for programs.' -rfka 'table json'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto scan" strict' -l 'strict' -d 'Exit with 1 when anything could not be read whole.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto scan" version' -l 'version' -d 'Show the version.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto scan" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto list"' -l 'home' -d 'Look in this home instead of your own; repeatable.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto list"' -l 'root' -d 'Look in a mounted image or backup with any mix of Linux, macOS and Windows profiles.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto list"' -l 'in' -d 'Look in a home, a data folder, any folder above one, or one file; repeatable.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto list"' -l 'app' -d 'Only of this application; repeatable.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto list"' -l 'user' -d 'Only of this person or this account; repeatable.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto list" since' -l 'since' -d 'Only what changed at or after this date or time (RFC 3339, universal time).' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto list" until' -l 'until' -d 'Only what was begun before or at this date or time.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto list"' -l 'model' -d 'Only where this model answered, or one whose name contains it.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto list" deleted' -l 'deleted' -d 'Only what was deleted and is still found.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto list" copies' -l 'copies' -d 'Also copies: old data folders, snapshots, migrated originals.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto list" format' -l 'format' -d 'table for people, json for programs.' -rfka 'table json'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto list" strict' -l 'strict' -d 'Exit with 1 when anything could not be read whole.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto list" version' -l 'version' -d 'Show the version.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto list" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto show"' -l 'home' -d 'Look in this home instead of your own; repeatable.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto show"' -l 'root' -d 'Look in a mounted image or backup with any mix of Linux, macOS and Windows profiles.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto show"' -l 'in' -d 'Look in a home, a data folder, any folder above one, or one file; repeatable.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto show" format' -l 'format' -d 'text for people, json for programs.' -rfka 'text json'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto show" version' -l 'version' -d 'Show the version.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto show" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto search"' -l 'home' -d 'Look in this home instead of your own; repeatable.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto search"' -l 'root' -d 'Look in a mounted image or backup with any mix of Linux, macOS and Windows profiles.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto search"' -l 'in' -d 'Look in a home, a data folder, any folder above one, or one file; repeatable.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto search"' -l 'app' -d 'Only of this application; repeatable.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto search" exact' -l 'exact' -d 'Tell upper from lower case.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto search" regex' -l 'regex' -d 'Take the text as a regular expression.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto search" format' -l 'format' -d 'text for people, json for programs.' -rfka 'text json'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto search" strict' -l 'strict' -d 'Exit with 1 when anything could not be read whole.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto search" version' -l 'version' -d 'Show the version.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto search" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto export"' -l 'home' -d 'Look in this home instead of your own; repeatable.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto export"' -l 'root' -d 'Look in a mounted image or backup with any mix of Linux, macOS and Windows profiles.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto export"' -l 'in' -d 'Look in a home, a data folder, any folder above one, or one file; repeatable.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto export"' -l 'app' -d 'Only of this application; repeatable.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto export"' -l 'user' -d 'Only of this person or this account; repeatable.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto export" since' -l 'since' -d 'Only what changed at or after this date or time (RFC 3339, universal time).' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto export" until' -l 'until' -d 'Only what was begun before or at this date or time.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto export"' -l 'model' -d 'Only where this model answered, or one whose name contains it.' -rfka ''
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto export" deleted' -l 'deleted' -d 'Only what was deleted and is still found.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto export" copies' -l 'copies' -d 'Also copies: old data folders, snapshots, migrated originals.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto export" format' -l 'format' -d 'jsonl, markdown or html.' -rfka 'jsonl markdown html'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto export" strict' -l 'strict' -d 'Exit with 1 when anything could not be read whole.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto export" version' -l 'version' -d 'Show the version.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto export" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'sotto' -n '__sotto_should_offer_completions_for_flags_or_options "sotto help" version' -l 'version' -d 'Show the version.'
