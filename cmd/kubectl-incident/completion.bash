# The package bash-completion, or what is needed of it.
if ! declare -F _get_comp_words_by_ref >/dev/null 2>&1; then
_get_comp_words_by_ref() {
    # Joins the words again that bash splits at some characters, and sets cur, prev, words and cword of the caller.
    local glue="" rest=$COMP_LINE word last i
    if [[ $1 == -n ]]; then glue=$2; fi
    words=() cword=0
    for ((i = 0; i < ${#COMP_WORDS[@]}; i++)); do
        word=${COMP_WORDS[i]} last=${#words[@]}
        if ((last > 0)) && [[ $rest != [[:space:]]* && -n $word ]] &&
            [[ $word == ["$glue"]* || ${words[last - 1]} == *["$glue"] ]]; then
            words[last - 1]+=$word
        else
            words+=("$word")
        fi
        while [[ $rest == [[:space:]]* ]]; do rest=${rest:1}; done
        rest=${rest#"$word"}
        if ((i == COMP_CWORD)); then cword=$((${#words[@]} - 1)); fi
    done
    cur=${words[cword]} prev=""
    if ((cword > 0)); then prev=${words[cword - 1]}; fi
}
fi
if ! declare -F _filedir >/dev/null 2>&1; then
_filedir() {
    local kind=-f name
    if [[ $1 == -d ]]; then kind=-d; fi
    while IFS= read -r name; do COMPREPLY+=("$name"); done < <(compgen "$kind" -- "$cur")
}
fi
