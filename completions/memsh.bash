#!/bin/bash

__memsh_cursor_index_in_current_word() {
    local remaining="${COMP_LINE}"

    local word
    for word in "${COMP_WORDS[@]::COMP_CWORD}"; do
        remaining="${remaining##*([[:space:]])"${word}"*([[:space:]])}"
    done

    local -ir index="$((COMP_POINT - ${#COMP_LINE} + ${#remaining}))"
    if [[ "${index}" -le 0 ]]; then
        printf 0
    else
        printf %s "${index}"
    fi
}

# positional arguments:
#
# - 1: the current (sub)command's count of positional arguments
#
# required variables:
#
# - repeating_flags: the repeating flags that the current (sub)command can accept
# - non_repeating_flags: the non-repeating flags that the current (sub)command can accept
# - repeating_options: the repeating options that the current (sub)command can accept
# - non_repeating_options: the non-repeating options that the current (sub)command can accept
# - positional_number: value ignored
# - unparsed_words: unparsed words from the current command line
#
# modified variables:
#
# - non_repeating_flags: remove flags for this (sub)command that are already on the command line
# - non_repeating_options: remove options for this (sub)command that are already on the command line
# - positional_number: set to the current positional number
# - unparsed_words: remove all flags, options, and option values for this (sub)command
__memsh_offer_flags_options() {
    local -ir positional_count="${1}"
    positional_number=0

    local was_flag_option_terminator_seen=false
    local is_parsing_option_value=false

    local -ar unparsed_word_indices=("${!unparsed_words[@]}")
    local -i word_index
    for word_index in "${unparsed_word_indices[@]}"; do
        if "${is_parsing_option_value}"; then
            # This word is an option value:
            # Reset marker for next word iff not currently the last word
            [[ "${word_index}" -ne "${unparsed_word_indices[${#unparsed_word_indices[@]} - 1]}" ]] && is_parsing_option_value=false
            unset "unparsed_words[${word_index}]"
            # Do not process this word as a flag or an option
            continue
        fi

        local word="${unparsed_words["${word_index}"]}"
        if ! "${was_flag_option_terminator_seen}"; then
            case "${word}" in
            --)
                unset "unparsed_words[${word_index}]"
                # by itself -- is a flag/option terminator, but if it is the last word, it is the start of a completion
                if [[ "${word_index}" -ne "${unparsed_word_indices[${#unparsed_word_indices[@]} - 1]}" ]]; then
                    was_flag_option_terminator_seen=true
                fi
                continue
                ;;
            -*)
                # ${word} is a flag or an option
                # If ${word} is an option, mark that the next word to be parsed is an option value
                local option
                for option in "${repeating_options[@]}" "${non_repeating_options[@]}"; do
                    [[ "${word}" = "${option}" ]] && is_parsing_option_value=true && break
                done

                # Remove ${word} from ${non_repeating_flags} or ${non_repeating_options} so it isn't offered again
                local not_found=true
                local -i index
                for index in "${!non_repeating_flags[@]}"; do
                    if [[ "${non_repeating_flags[${index}]}" = "${word}" ]]; then
                        unset "non_repeating_flags[${index}]"
                        non_repeating_flags=("${non_repeating_flags[@]}")
                        not_found=false
                        break
                    fi
                done
                if "${not_found}"; then
                    for index in "${!non_repeating_flags[@]}"; do
                        if [[ "${non_repeating_flags[${index}]}" = "${word}" ]]; then
                            unset "non_repeating_flags[${index}]"
                            non_repeating_flags=("${non_repeating_flags[@]}")
                            break
                        fi
                    done
                fi
                unset "unparsed_words[${word_index}]"
                continue
                ;;
            esac
        fi

        # ${word} is neither a flag, nor an option, nor an option value
        if [[ "${positional_number}" -lt "${positional_count}" || "${positional_count}" -lt 0 ]]; then
            # ${word} is a positional
            ((positional_number++))
            unset "unparsed_words[${word_index}]"
        else
            if [[ -z "${word}" ]]; then
                # Could be completing a flag, option, or subcommand
                positional_number=-1
            else
                # ${word} is a subcommand or invalid, so stop processing this (sub)command
                positional_number=-2
            fi
            break
        fi
    done

    unparsed_words=("${unparsed_words[@]}")

    if\
        ! "${was_flag_option_terminator_seen}"\
        && ! "${is_parsing_option_value}"\
        && [[ ("${cur}" = -* && "${positional_number}" -ge 0) || "${positional_number}" -eq -1 ]]
    then
        COMPREPLY+=($(compgen -W "${repeating_flags[*]} ${non_repeating_flags[*]} ${repeating_options[*]} ${non_repeating_options[*]}" -- "${cur}"))
    fi
}

__memsh_add_completions() {
    local completion
    while IFS='' read -r completion; do
        COMPREPLY+=("${completion}")
    done < <(IFS=$'\n' compgen "${@}" -- "${cur}")
}

__memsh_custom_complete() {
    if [[ -n "${cur}" || -z ${COMP_WORDS[${COMP_CWORD}]} || "${COMP_LINE:${COMP_POINT}:1}" != ' ' ]]; then
        local -ar words=("${COMP_WORDS[@]}")
    else
        local -ar words=("${COMP_WORDS[@]::${COMP_CWORD}}" '' "${COMP_WORDS[@]:${COMP_CWORD}}")
    fi

    "${COMP_WORDS[0]}" "${@}" "${words[@]}"
}

_memsh() {
    local state
    state="$(shopt -p;shopt -po)"
    trap "${state//$'\n'/;}" RETURN
    shopt -s extglob
    set +o history +o posix

    local -xr SAP_SHELL=bash
    local -x SAP_SHELL_VERSION
    SAP_SHELL_VERSION="$(IFS='.';printf %s "${BASH_VERSINFO[*]}")"
    local -r SAP_SHELL_VERSION

    local -r cur="${2}"
    local -r prev="${3}"

    local -i positional_number
    local -a unparsed_words=("${COMP_WORDS[@]:1:${COMP_CWORD}}")

    local -a repeating_flags=()
    local -a non_repeating_flags=(--check -y --yes --no-rc --quiet -q -h --help)
    local -a repeating_options=(-f --file -c --command -v --variable)
    local -a non_repeating_options=(-d --database --output --log-level --embedder)
    __memsh_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '-d'|'--database')
        __memsh_add_completions -f
        return
        ;;
    '-f'|'--file')
        __memsh_add_completions -o plusdirs -fX '!*.@(memsh)'
        return
        ;;
    '-c'|'--command')
        return
        ;;
    '-v'|'--variable')
        return
        ;;
    '--output')
        __memsh_add_completions -W 'table'$'\n''tsv'$'\n''json'$'\n''jsonl'$'\n''csv'$'\n''markdown'$'\n''vertical'
        return
        ;;
    '--log-level')
        __memsh_add_completions -W 'trace'$'\n''debug'$'\n''info'$'\n''notice'$'\n''warning'$'\n''error'$'\n''critical'
        return
        ;;
    '--embedder')
        __memsh_add_completions -W 'openai'$'\n''local'$'\n''hash'
        return
        ;;
    esac

    # Offer subcommand / subcommand argument completions
    local -r subcommand="${unparsed_words[0]}"
    unset 'unparsed_words[0]'
    unparsed_words=("${unparsed_words[@]}")
    case "${subcommand}" in
    connect|use|status|set|unset|show|output|timing|watch|history|edit-line|echo|include|assert|help|quit|ensure-vector|migrate|seed|rollback|schema|search|prompt|users|categories|fragments|analytics|stats|recall|sql|reembed|models|cache|help)
        # Offer subcommand argument completions
        "_memsh_${subcommand}"
        ;;
    *)
        # Offer subcommand completions
        COMPREPLY+=($(compgen -W 'connect use status set unset show output timing watch history edit-line echo include assert help quit ensure-vector migrate seed rollback schema search prompt users categories fragments analytics stats recall sql reembed models cache help' -- "${cur}"))
        ;;
    esac
}

_memsh_connect() {
    repeating_flags=()
    non_repeating_flags=(-h --help)
    repeating_options=()
    non_repeating_options=(--schema --label --output)
    __memsh_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--schema')
        return
        ;;
    '--label')
        __memsh_add_completions -W 'production'$'\n''staging'$'\n''development'
        return
        ;;
    '--output')
        __memsh_add_completions -W 'table'$'\n''tsv'$'\n''json'$'\n''jsonl'$'\n''csv'$'\n''markdown'$'\n''vertical'
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __memsh_add_completions -f
        return
        ;;
    esac
}

_memsh_use() {
    repeating_flags=()
    non_repeating_flags=(-h --help)
    repeating_options=()
    non_repeating_options=(--output)
    __memsh_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--output')
        __memsh_add_completions -W 'table'$'\n''tsv'$'\n''json'$'\n''jsonl'$'\n''csv'$'\n''markdown'$'\n''vertical'
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __memsh_add_completions -W 'sqlite'$'\n''postgres'
        return
        ;;
    esac
}

_memsh_status() {
    repeating_flags=()
    non_repeating_flags=(-h --help)
    repeating_options=()
    non_repeating_options=(--output)
    __memsh_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--output')
        __memsh_add_completions -W 'table'$'\n''tsv'$'\n''json'$'\n''jsonl'$'\n''csv'$'\n''markdown'$'\n''vertical'
        return
        ;;
    esac
}

_memsh_set() {
    repeating_flags=()
    non_repeating_flags=(-h --help)
    repeating_options=()
    non_repeating_options=()
    __memsh_offer_flags_options 2
}

_memsh_unset() {
    repeating_flags=()
    non_repeating_flags=(-h --help)
    repeating_options=()
    non_repeating_options=()
    __memsh_offer_flags_options 1
}

_memsh_show() {
    repeating_flags=()
    non_repeating_flags=(-h --help)
    repeating_options=()
    non_repeating_options=(--output)
    __memsh_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--output')
        __memsh_add_completions -W 'table'$'\n''tsv'$'\n''json'$'\n''jsonl'$'\n''csv'$'\n''markdown'$'\n''vertical'
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __memsh_add_completions -W 'vars'
        return
        ;;
    esac
}

_memsh_output() {
    repeating_flags=()
    non_repeating_flags=(-h --help)
    repeating_options=()
    non_repeating_options=()
    __memsh_offer_flags_options 1

    # Offer positional completions
    case "${positional_number}" in
    1)
        __memsh_add_completions -W 'table'$'\n''tsv'$'\n''json'$'\n''jsonl'$'\n''csv'$'\n''markdown'$'\n''vertical'
        return
        ;;
    esac
}

_memsh_timing() {
    repeating_flags=()
    non_repeating_flags=(-h --help)
    repeating_options=()
    non_repeating_options=()
    __memsh_offer_flags_options 1

    # Offer positional completions
    case "${positional_number}" in
    1)
        __memsh_add_completions -W 'on'$'\n''off'
        return
        ;;
    esac
}

_memsh_watch() {
    repeating_flags=()
    non_repeating_flags=(-h --help)
    repeating_options=()
    non_repeating_options=(--count)
    __memsh_offer_flags_options -1

    # Offer option value completions
    case "${prev}" in
    '--count')
        return
        ;;
    esac
}

_memsh_history() {
    repeating_flags=()
    non_repeating_flags=(-h --help)
    repeating_options=()
    non_repeating_options=(--limit --output)
    __memsh_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--limit')
        return
        ;;
    '--output')
        __memsh_add_completions -W 'table'$'\n''tsv'$'\n''json'$'\n''jsonl'$'\n''csv'$'\n''markdown'$'\n''vertical'
        return
        ;;
    esac
}

_memsh_edit-line() {
    repeating_flags=()
    non_repeating_flags=(-h --help)
    repeating_options=()
    non_repeating_options=()
    __memsh_offer_flags_options 0
}

_memsh_echo() {
    repeating_flags=()
    non_repeating_flags=(-h --help)
    repeating_options=()
    non_repeating_options=()
    __memsh_offer_flags_options -1
}

_memsh_include() {
    repeating_flags=()
    non_repeating_flags=(-h --help)
    repeating_options=()
    non_repeating_options=()
    __memsh_offer_flags_options 1

    # Offer positional completions
    case "${positional_number}" in
    1)
        __memsh_add_completions -o plusdirs -fX '!*.@(memsh)'
        return
        ;;
    esac
}

_memsh_assert() {
    repeating_flags=()
    non_repeating_flags=(-h --help)
    repeating_options=()
    non_repeating_options=()
    __memsh_offer_flags_options -1
}

_memsh_help() {
    repeating_flags=()
    non_repeating_flags=(-h --help)
    repeating_options=()
    non_repeating_options=()
    __memsh_offer_flags_options 1

    # Offer positional completions
    case "${positional_number}" in
    1)
        __memsh_add_completions -W 'analytics'$'\n''assert'$'\n''cache'$'\n''categories'$'\n''connect'$'\n''echo'$'\n''edit-line'$'\n''ensure-vector'$'\n''fragments'$'\n''help'$'\n''history'$'\n''include'$'\n''migrate'$'\n''models'$'\n''output'$'\n''prompt'$'\n''quit'$'\n''recall'$'\n''reembed'$'\n''rollback'$'\n''schema'$'\n''search'$'\n''seed'$'\n''set'$'\n''show'$'\n''sql'$'\n''stats'$'\n''status'$'\n''timing'$'\n''unset'$'\n''use'$'\n''users'$'\n''watch'$'\n''scripts'$'\n''formats'$'\n''environment'$'\n''exit-statuses'$'\n''sources'
        return
        ;;
    esac
}

_memsh_quit() {
    repeating_flags=()
    non_repeating_flags=(-h --help)
    repeating_options=()
    non_repeating_options=()
    __memsh_offer_flags_options 0
}

_memsh_ensure-vector() {
    repeating_flags=()
    non_repeating_flags=(--check --update -h --help)
    repeating_options=()
    non_repeating_options=(--output)
    __memsh_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--output')
        __memsh_add_completions -W 'table'$'\n''tsv'$'\n''json'$'\n''jsonl'$'\n''csv'$'\n''markdown'$'\n''vertical'
        return
        ;;
    esac
}

_memsh_migrate() {
    repeating_flags=()
    non_repeating_flags=(--dry-run --verify --no-verify --no-wait --force-recreate --no-backup --skip-test --yes -y -h --help)
    repeating_options=()
    non_repeating_options=(--from --embeddings --source-model --index --schema --reject-file --output)
    __memsh_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--from')
        __memsh_add_completions -f
        return
        ;;
    '--embeddings')
        __memsh_add_completions -W 'keep'$'\n''regenerate'$'\n''auto'
        return
        ;;
    '--source-model')
        return
        ;;
    '--index')
        __memsh_add_completions -W 'hnsw'$'\n''ivfflat'$'\n''none'
        return
        ;;
    '--schema')
        return
        ;;
    '--reject-file')
        __memsh_add_completions -f
        return
        ;;
    '--output')
        __memsh_add_completions -W 'table'$'\n''tsv'$'\n''json'$'\n''jsonl'$'\n''csv'$'\n''markdown'$'\n''vertical'
        return
        ;;
    esac
}

_memsh_seed() {
    repeating_flags=()
    non_repeating_flags=(-h --help)
    repeating_options=()
    non_repeating_options=(--file --output)
    __memsh_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--file')
        __memsh_add_completions -o plusdirs -fX '!*.@(json|yaml|yml)'
        return
        ;;
    '--output')
        __memsh_add_completions -W 'table'$'\n''tsv'$'\n''json'$'\n''jsonl'$'\n''csv'$'\n''markdown'$'\n''vertical'
        return
        ;;
    esac
}

_memsh_rollback() {
    repeating_flags=()
    non_repeating_flags=(--sync --dry-run --force --yes -y -h --help)
    repeating_options=()
    non_repeating_options=(--run --output)
    __memsh_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--run')
        __memsh_add_completions -W "$(__memsh_custom_complete ---completion rollback -- --run "${COMP_CWORD}" "$(__memsh_cursor_index_in_current_word)")"
        return
        ;;
    '--output')
        __memsh_add_completions -W 'table'$'\n''tsv'$'\n''json'$'\n''jsonl'$'\n''csv'$'\n''markdown'$'\n''vertical'
        return
        ;;
    esac
}

_memsh_schema() {
    repeating_flags=()
    non_repeating_flags=(--create -h --help)
    repeating_options=()
    non_repeating_options=(--index --output)
    __memsh_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--index')
        __memsh_add_completions -W 'hnsw'$'\n''ivfflat'$'\n''none'
        return
        ;;
    '--output')
        __memsh_add_completions -W 'table'$'\n''tsv'$'\n''json'$'\n''jsonl'$'\n''csv'$'\n''markdown'$'\n''vertical'
        return
        ;;
    esac
}

_memsh_search() {
    repeating_flags=()
    non_repeating_flags=(--exact --approximate --explain --record -h --help)
    repeating_options=(--where)
    non_repeating_options=(--similar-to --mode --user --category --min-importance --since --until --limit --offset --threshold --fields --output)
    __memsh_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--similar-to')
        return
        ;;
    '--mode')
        __memsh_add_completions -W 'semantic'$'\n''lexical'$'\n''hybrid'
        return
        ;;
    '--user')
        __memsh_add_completions -W "$(__memsh_custom_complete ---completion search -- --user "${COMP_CWORD}" "$(__memsh_cursor_index_in_current_word)")"
        return
        ;;
    '--category')
        __memsh_add_completions -W "$(__memsh_custom_complete ---completion search -- --category "${COMP_CWORD}" "$(__memsh_cursor_index_in_current_word)")"
        return
        ;;
    '--min-importance')
        return
        ;;
    '--since')
        return
        ;;
    '--until')
        return
        ;;
    '--where')
        return
        ;;
    '--limit')
        return
        ;;
    '--offset')
        return
        ;;
    '--threshold')
        return
        ;;
    '--fields')
        return
        ;;
    '--output')
        __memsh_add_completions -W 'table'$'\n''tsv'$'\n''json'$'\n''jsonl'$'\n''csv'$'\n''markdown'$'\n''vertical'
        return
        ;;
    esac
}

_memsh_prompt() {
    repeating_flags=()
    non_repeating_flags=(-h --help)
    repeating_options=()
    non_repeating_options=(--user --agent --tier --output)
    __memsh_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--user')
        __memsh_add_completions -W "$(__memsh_custom_complete ---completion prompt -- --user "${COMP_CWORD}" "$(__memsh_cursor_index_in_current_word)")"
        return
        ;;
    '--agent')
        __memsh_add_completions -W "$(__memsh_custom_complete ---completion prompt -- --agent "${COMP_CWORD}" "$(__memsh_cursor_index_in_current_word)")"
        return
        ;;
    '--tier')
        __memsh_add_completions -W 'core'$'\n''standard'$'\n''full'
        return
        ;;
    '--output')
        __memsh_add_completions -W 'table'$'\n''tsv'$'\n''json'$'\n''jsonl'$'\n''csv'$'\n''markdown'$'\n''vertical'
        return
        ;;
    esac
}

_memsh_users() {
    repeating_flags=()
    non_repeating_flags=(-h --help)
    repeating_options=()
    non_repeating_options=(--limit --output)
    __memsh_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--limit')
        return
        ;;
    '--output')
        __memsh_add_completions -W 'table'$'\n''tsv'$'\n''json'$'\n''jsonl'$'\n''csv'$'\n''markdown'$'\n''vertical'
        return
        ;;
    esac
}

_memsh_categories() {
    repeating_flags=()
    non_repeating_flags=(-h --help)
    repeating_options=()
    non_repeating_options=(--user --limit --output)
    __memsh_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--user')
        __memsh_add_completions -W "$(__memsh_custom_complete ---completion categories -- --user "${COMP_CWORD}" "$(__memsh_cursor_index_in_current_word)")"
        return
        ;;
    '--limit')
        return
        ;;
    '--output')
        __memsh_add_completions -W 'table'$'\n''tsv'$'\n''json'$'\n''jsonl'$'\n''csv'$'\n''markdown'$'\n''vertical'
        return
        ;;
    esac
}

_memsh_fragments() {
    repeating_flags=()
    non_repeating_flags=(--dry-run --yes -y -h --help)
    repeating_options=()
    non_repeating_options=(--category --content --priority --tags --agent --tier --output)
    __memsh_offer_flags_options -1

    # Offer option value completions
    case "${prev}" in
    '--category')
        return
        ;;
    '--content')
        return
        ;;
    '--priority')
        return
        ;;
    '--tags')
        return
        ;;
    '--agent')
        __memsh_add_completions -W "$(__memsh_custom_complete ---completion fragments -- --agent "${COMP_CWORD}" "$(__memsh_cursor_index_in_current_word)")"
        return
        ;;
    '--tier')
        __memsh_add_completions -W 'core'$'\n''standard'$'\n''full'
        return
        ;;
    '--output')
        __memsh_add_completions -W 'table'$'\n''tsv'$'\n''json'$'\n''jsonl'$'\n''csv'$'\n''markdown'$'\n''vertical'
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __memsh_add_completions -W 'list'$'\n''show'$'\n''add'$'\n''edit'$'\n''enable'$'\n''disable'$'\n''delete'$'\n''import'$'\n''export'
        return
        ;;
    *)
        __memsh_add_completions -f
        return
        ;;
    esac
}

_memsh_analytics() {
    repeating_flags=()
    non_repeating_flags=(-h --help)
    repeating_options=()
    non_repeating_options=(--user --limit --output)
    __memsh_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--user')
        __memsh_add_completions -W "$(__memsh_custom_complete ---completion analytics -- --user "${COMP_CWORD}" "$(__memsh_cursor_index_in_current_word)")"
        return
        ;;
    '--limit')
        return
        ;;
    '--output')
        __memsh_add_completions -W 'table'$'\n''tsv'$'\n''json'$'\n''jsonl'$'\n''csv'$'\n''markdown'$'\n''vertical'
        return
        ;;
    esac
}

_memsh_stats() {
    repeating_flags=()
    non_repeating_flags=(--index --latency -h --help)
    repeating_options=()
    non_repeating_options=(--user --by --output)
    __memsh_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--user')
        __memsh_add_completions -W "$(__memsh_custom_complete ---completion stats -- --user "${COMP_CWORD}" "$(__memsh_cursor_index_in_current_word)")"
        return
        ;;
    '--by')
        __memsh_add_completions -W 'user'$'\n''category'$'\n''day'$'\n''importance'
        return
        ;;
    '--output')
        __memsh_add_completions -W 'table'$'\n''tsv'$'\n''json'$'\n''jsonl'$'\n''csv'$'\n''markdown'$'\n''vertical'
        return
        ;;
    esac
}

_memsh_recall() {
    repeating_flags=()
    non_repeating_flags=(-h --help)
    repeating_options=()
    non_repeating_options=(--sample --neighbours --output)
    __memsh_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--sample')
        return
        ;;
    '--neighbours')
        return
        ;;
    '--output')
        __memsh_add_completions -W 'table'$'\n''tsv'$'\n''json'$'\n''jsonl'$'\n''csv'$'\n''markdown'$'\n''vertical'
        return
        ;;
    esac
}

_memsh_sql() {
    repeating_flags=()
    non_repeating_flags=(--write -h --help)
    repeating_options=()
    non_repeating_options=(--limit --output)
    __memsh_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--limit')
        return
        ;;
    '--output')
        __memsh_add_completions -W 'table'$'\n''tsv'$'\n''json'$'\n''jsonl'$'\n''csv'$'\n''markdown'$'\n''vertical'
        return
        ;;
    esac
}

_memsh_reembed() {
    repeating_flags=()
    non_repeating_flags=(--missing --dry-run --yes -y -h --help)
    repeating_options=()
    non_repeating_options=(--user --category --index --output)
    __memsh_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--user')
        __memsh_add_completions -W "$(__memsh_custom_complete ---completion reembed -- --user "${COMP_CWORD}" "$(__memsh_cursor_index_in_current_word)")"
        return
        ;;
    '--category')
        __memsh_add_completions -W "$(__memsh_custom_complete ---completion reembed -- --category "${COMP_CWORD}" "$(__memsh_cursor_index_in_current_word)")"
        return
        ;;
    '--index')
        __memsh_add_completions -W 'hnsw'$'\n''ivfflat'$'\n''none'
        return
        ;;
    '--output')
        __memsh_add_completions -W 'table'$'\n''tsv'$'\n''json'$'\n''jsonl'$'\n''csv'$'\n''markdown'$'\n''vertical'
        return
        ;;
    esac
}

_memsh_models() {
    repeating_flags=()
    non_repeating_flags=(-h --help)
    repeating_options=()
    non_repeating_options=(--output)
    __memsh_offer_flags_options 2

    # Offer option value completions
    case "${prev}" in
    '--output')
        __memsh_add_completions -W 'table'$'\n''tsv'$'\n''json'$'\n''jsonl'$'\n''csv'$'\n''markdown'$'\n''vertical'
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __memsh_add_completions -W 'list'$'\n''use'
        return
        ;;
    esac
}

_memsh_cache() {
    repeating_flags=()
    non_repeating_flags=(--yes -y -h --help)
    repeating_options=()
    non_repeating_options=(--output)
    __memsh_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--output')
        __memsh_add_completions -W 'table'$'\n''tsv'$'\n''json'$'\n''jsonl'$'\n''csv'$'\n''markdown'$'\n''vertical'
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __memsh_add_completions -W 'stats'$'\n''clear'$'\n''prune'
        return
        ;;
    esac
}

_memsh_help() {
    :
}

complete -o filenames -F _memsh memsh
