# Completion of memsh in bash. Written by scripts/generate.

_memsh() {
    local kind line
    COMPREPLY=()
    {
        IFS= read -r kind
        while IFS= read -r line; do COMPREPLY+=("${line}"); done
    } < <("${1/#\~\//${HOME}/}" ---completion bash "${COMP_LINE:0:COMP_POINT}" "${2}" 2>/dev/null)
    # Files are completed by bash itself; behind a folder's name, or a name whose value follows, comes no space.
    if [[ ${kind} == files* ]]; then compopt -o default 2>/dev/null; fi
    if [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *[/=] ]]; then compopt -o nospace 2>/dev/null; fi
}

complete -F _memsh memsh
