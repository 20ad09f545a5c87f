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
    connect|use|status|set|unset|show|output|timing|watch|history|edit-line|echo|include|assert|help|quit|ensure-vector|migrate|seed|rollback|schema|doctor|search|list|prompt|users|categories|fragments|duplicates|analytics|stats|recall|sql|add|edit|delete|merge|reassign|decay|dedup|reembed|undo|journal|export|import|backup|restore|models|cache|help)
        # Offer subcommand argument completions
        "_memsh_${subcommand}"
        ;;
    *)
        # Offer subcommand completions
        COMPREPLY+=($(compgen -W 'connect use status set unset show output timing watch history edit-line echo include assert help quit ensure-vector migrate seed rollback schema doctor search list prompt users categories fragments duplicates analytics stats recall sql add edit delete merge reassign decay dedup reembed undo journal export import backup restore models cache help' -- "${cur}"))
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
        __memsh_add_completions -W 'add'$'\n''analytics'$'\n''assert'$'\n''backup'$'\n''cache'$'\n''categories'$'\n''connect'$'\n''decay'$'\n''dedup'$'\n''delete'$'\n''doctor'$'\n''duplicates'$'\n''echo'$'\n''edit'$'\n''edit-line'$'\n''ensure-vector'$'\n''export'$'\n''fragments'$'\n''help'$'\n''history'$'\n''import'$'\n''include'$'\n''journal'$'\n''list'$'\n''merge'$'\n''migrate'$'\n''models'$'\n''output'$'\n''prompt'$'\n''quit'$'\n''reassign'$'\n''recall'$'\n''reembed'$'\n''restore'$'\n''rollback'$'\n''schema'$'\n''search'$'\n''seed'$'\n''set'$'\n''show'$'\n''sql'$'\n''stats'$'\n''status'$'\n''timing'$'\n''undo'$'\n''unset'$'\n''use'$'\n''users'$'\n''watch'$'\n''scripts'$'\n''formats'$'\n''environment'$'\n''exit-statuses'$'\n''sources'
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

_memsh_doctor() {
    repeating_flags=()
    non_repeating_flags=(--list --dry-run --yes -y -h --help)
    repeating_options=(--fix)
    non_repeating_options=(--output)
    __memsh_offer_flags_options -1

    # Offer option value completions
    case "${prev}" in
    '--fix')
        return
        ;;
    '--output')
        __memsh_add_completions -W 'table'$'\n''tsv'$'\n''json'$'\n''jsonl'$'\n''csv'$'\n''markdown'$'\n''vertical'
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    *)
        __memsh_add_completions -W 'tables_missing'$'\n''triggers_missing'$'\n''indexes_missing'$'\n''indexes_invalid'$'\n''text_index'$'\n''vector_log'$'\n''vector_file'$'\n''integrity'$'\n''journal_mode'$'\n''pgvector_version'$'\n''extension_outdated'$'\n''ivfflat_lists'$'\n''sequences_behind'$'\n''never_analyzed'$'\n''dead_tuples'$'\n''value_type'$'\n''nul_text'$'\n''content_empty'$'\n''user_blank'$'\n''user_variants'$'\n''category_blank'$'\n''category_variants'$'\n''importance_range'$'\n''access_negative'$'\n''metadata_invalid'$'\n''timestamp_malformed'$'\n''timestamp_future'$'\n''timestamp_order'$'\n''access_before_created'$'\n''duplicates_orphaned'$'\n''duplicates_hash'$'\n''duplicates_score'$'\n''analytics_negative'$'\n''analytics_future'$'\n''tags_invalid'$'\n''fragment_content_empty'$'\n''fragment_duplicates'$'\n''fragment_order'$'\n''embedding_not_finite'$'\n''embedding_length'$'\n''embedding_zero'$'\n''embedding_mixed'$'\n''fragment_embedding_invalid'$'\n''exact_duplicates'$'\n''embedding_missing'$'\n''fragment_embedding_missing'
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

_memsh_list() {
    repeating_flags=()
    non_repeating_flags=(--descending -h --help)
    repeating_options=(--where)
    non_repeating_options=(--user --category --min-importance --since --until --sort --limit --after --output)
    __memsh_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--user')
        __memsh_add_completions -W "$(__memsh_custom_complete ---completion list -- --user "${COMP_CWORD}" "$(__memsh_cursor_index_in_current_word)")"
        return
        ;;
    '--category')
        __memsh_add_completions -W "$(__memsh_custom_complete ---completion list -- --category "${COMP_CWORD}" "$(__memsh_cursor_index_in_current_word)")"
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
    '--sort')
        __memsh_add_completions -W 'id'$'\n''created'$'\n''updated'$'\n''accessed'$'\n''importance'$'\n''accesses'$'\n''user'$'\n''category'
        return
        ;;
    '--limit')
        return
        ;;
    '--after')
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

_memsh_duplicates() {
    repeating_flags=()
    non_repeating_flags=(-h --help)
    repeating_options=()
    non_repeating_options=(--of --limit --output)
    __memsh_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--of')
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
        __memsh_add_completions -W 'user'$'\n''category'$'\n''day'$'\n''month'$'\n''importance'
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

_memsh_add() {
    repeating_flags=()
    non_repeating_flags=(--force --dry-run -h --help)
    repeating_options=()
    non_repeating_options=(--user --category --importance --metadata --fuzzy --key-phrase --semantic --output)
    __memsh_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--user')
        __memsh_add_completions -W "$(__memsh_custom_complete ---completion add -- --user "${COMP_CWORD}" "$(__memsh_cursor_index_in_current_word)")"
        return
        ;;
    '--category')
        __memsh_add_completions -W "$(__memsh_custom_complete ---completion add -- --category "${COMP_CWORD}" "$(__memsh_cursor_index_in_current_word)")"
        return
        ;;
    '--importance')
        return
        ;;
    '--metadata')
        return
        ;;
    '--fuzzy')
        return
        ;;
    '--key-phrase')
        return
        ;;
    '--semantic')
        return
        ;;
    '--output')
        __memsh_add_completions -W 'table'$'\n''tsv'$'\n''json'$'\n''jsonl'$'\n''csv'$'\n''markdown'$'\n''vertical'
        return
        ;;
    esac
}

_memsh_edit() {
    repeating_flags=()
    non_repeating_flags=(--dry-run -h --help)
    repeating_options=()
    non_repeating_options=(--content --user --category --importance --metadata --output)
    __memsh_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--content')
        return
        ;;
    '--user')
        __memsh_add_completions -W "$(__memsh_custom_complete ---completion edit -- --user "${COMP_CWORD}" "$(__memsh_cursor_index_in_current_word)")"
        return
        ;;
    '--category')
        __memsh_add_completions -W "$(__memsh_custom_complete ---completion edit -- --category "${COMP_CWORD}" "$(__memsh_cursor_index_in_current_word)")"
        return
        ;;
    '--importance')
        return
        ;;
    '--metadata')
        return
        ;;
    '--output')
        __memsh_add_completions -W 'table'$'\n''tsv'$'\n''json'$'\n''jsonl'$'\n''csv'$'\n''markdown'$'\n''vertical'
        return
        ;;
    esac
}

_memsh_delete() {
    repeating_flags=()
    non_repeating_flags=(--dry-run --yes -y -h --help)
    repeating_options=(--where)
    non_repeating_options=(--user --category --min-importance --since --until --output)
    __memsh_offer_flags_options -1

    # Offer option value completions
    case "${prev}" in
    '--user')
        __memsh_add_completions -W "$(__memsh_custom_complete ---completion delete -- --user "${COMP_CWORD}" "$(__memsh_cursor_index_in_current_word)")"
        return
        ;;
    '--category')
        __memsh_add_completions -W "$(__memsh_custom_complete ---completion delete -- --category "${COMP_CWORD}" "$(__memsh_cursor_index_in_current_word)")"
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
    '--output')
        __memsh_add_completions -W 'table'$'\n''tsv'$'\n''json'$'\n''jsonl'$'\n''csv'$'\n''markdown'$'\n''vertical'
        return
        ;;
    esac
}

_memsh_merge() {
    repeating_flags=()
    non_repeating_flags=(--dry-run --yes -y -h --help)
    repeating_options=()
    non_repeating_options=(--keep --output)
    __memsh_offer_flags_options -1

    # Offer option value completions
    case "${prev}" in
    '--keep')
        return
        ;;
    '--output')
        __memsh_add_completions -W 'table'$'\n''tsv'$'\n''json'$'\n''jsonl'$'\n''csv'$'\n''markdown'$'\n''vertical'
        return
        ;;
    esac
}

_memsh_reassign() {
    repeating_flags=()
    non_repeating_flags=(--dry-run --yes -y -h --help)
    repeating_options=(--where)
    non_repeating_options=(--from --to --user --category --min-importance --since --until --output)
    __memsh_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--from')
        __memsh_add_completions -W "$(__memsh_custom_complete ---completion reassign -- --from "${COMP_CWORD}" "$(__memsh_cursor_index_in_current_word)")"
        return
        ;;
    '--to')
        return
        ;;
    '--user')
        __memsh_add_completions -W "$(__memsh_custom_complete ---completion reassign -- --user "${COMP_CWORD}" "$(__memsh_cursor_index_in_current_word)")"
        return
        ;;
    '--category')
        __memsh_add_completions -W "$(__memsh_custom_complete ---completion reassign -- --category "${COMP_CWORD}" "$(__memsh_cursor_index_in_current_word)")"
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
    '--output')
        __memsh_add_completions -W 'table'$'\n''tsv'$'\n''json'$'\n''jsonl'$'\n''csv'$'\n''markdown'$'\n''vertical'
        return
        ;;
    esac
}

_memsh_decay() {
    repeating_flags=()
    non_repeating_flags=(--dry-run --yes -y -h --help)
    repeating_options=(--where)
    non_repeating_options=(--half-life --unused --user --category --min-importance --since --until --output)
    __memsh_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--half-life')
        return
        ;;
    '--unused')
        return
        ;;
    '--user')
        __memsh_add_completions -W "$(__memsh_custom_complete ---completion decay -- --user "${COMP_CWORD}" "$(__memsh_cursor_index_in_current_word)")"
        return
        ;;
    '--category')
        __memsh_add_completions -W "$(__memsh_custom_complete ---completion decay -- --category "${COMP_CWORD}" "$(__memsh_cursor_index_in_current_word)")"
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
    '--output')
        __memsh_add_completions -W 'table'$'\n''tsv'$'\n''json'$'\n''jsonl'$'\n''csv'$'\n''markdown'$'\n''vertical'
        return
        ;;
    esac
}

_memsh_dedup() {
    repeating_flags=()
    non_repeating_flags=(--record --merge --dry-run --yes -y -h --help)
    repeating_options=(--where)
    non_repeating_options=(--user --category --min-importance --since --until --fuzzy --key-phrase --semantic --limit --output)
    __memsh_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--user')
        __memsh_add_completions -W "$(__memsh_custom_complete ---completion dedup -- --user "${COMP_CWORD}" "$(__memsh_cursor_index_in_current_word)")"
        return
        ;;
    '--category')
        __memsh_add_completions -W "$(__memsh_custom_complete ---completion dedup -- --category "${COMP_CWORD}" "$(__memsh_cursor_index_in_current_word)")"
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
    '--fuzzy')
        return
        ;;
    '--key-phrase')
        return
        ;;
    '--semantic')
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

_memsh_reembed() {
    repeating_flags=()
    non_repeating_flags=(--missing --no-journal --dry-run --yes -y -h --help)
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

_memsh_undo() {
    repeating_flags=()
    non_repeating_flags=(--run --dry-run --yes -y -h --help)
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
}

_memsh_journal() {
    repeating_flags=()
    non_repeating_flags=(--dry-run --yes -y -h --help)
    repeating_options=()
    non_repeating_options=(--limit --older-than --output)
    __memsh_offer_flags_options 2

    # Offer option value completions
    case "${prev}" in
    '--limit')
        return
        ;;
    '--older-than')
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
        __memsh_add_completions -W 'list'$'\n''show'$'\n''prune'
        return
        ;;
    esac
}

_memsh_export() {
    repeating_flags=()
    non_repeating_flags=(--no-embeddings --overwrite -h --help)
    repeating_options=(--where)
    non_repeating_options=(--format --user --category --min-importance --since --until --output)
    __memsh_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--format')
        __memsh_add_completions -W 'jsonl'$'\n''csv'$'\n''sqlite'
        return
        ;;
    '--user')
        __memsh_add_completions -W "$(__memsh_custom_complete ---completion export -- --user "${COMP_CWORD}" "$(__memsh_cursor_index_in_current_word)")"
        return
        ;;
    '--category')
        __memsh_add_completions -W "$(__memsh_custom_complete ---completion export -- --category "${COMP_CWORD}" "$(__memsh_cursor_index_in_current_word)")"
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

_memsh_import() {
    repeating_flags=()
    non_repeating_flags=(--no-embeddings --dry-run --yes -y -h --help)
    repeating_options=()
    non_repeating_options=(--format --on-conflict --output)
    __memsh_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--format')
        __memsh_add_completions -W 'jsonl'$'\n''csv'$'\n''sqlite'
        return
        ;;
    '--on-conflict')
        __memsh_add_completions -W 'skip'$'\n''replace'$'\n''fail'
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

_memsh_backup() {
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
        __memsh_add_completions -f
        return
        ;;
    esac
}

_memsh_restore() {
    repeating_flags=()
    non_repeating_flags=(--no-backup --dry-run --yes -y -h --help)
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
        __memsh_add_completions -f
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
