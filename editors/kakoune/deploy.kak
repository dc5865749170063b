# Colours and settings for `.deploy` files. The word lists are written by the tests.

hook global BufCreate .*\.deploy %{ set-option buffer filetype deploy }

hook global WinSetOption filetype=deploy %{
    require-module deploy
    set-option buffer comment_line '//'
    set-option buffer indentwidth 2
    hook window InsertChar \n -group deploy-indent deploy-indent-on-new-line
    hook -once -always window WinSetOption filetype=.* %{ remove-hooks window deploy-.+ }
}

hook -group deploy-highlight global WinSetOption filetype=deploy %{
    add-highlighter window/deploy ref deploy
    hook -once -always window WinSetOption filetype=.* %{ remove-highlighter window/deploy }
}

provide-module deploy %§

add-highlighter shared/deploy regions
add-highlighter shared/deploy/code default-region group
add-highlighter shared/deploy/documentation region '///' '$' fill documentation
add-highlighter shared/deploy/comment region '//' '$' fill comment
add-highlighter shared/deploy/block region '"""(?=\s)' '"""' fill string
add-highlighter shared/deploy/string region '"' '(?<!\\)(\\\\)*"|$' fill string

# words: declarations around > add-highlighter shared/deploy/code/ regex '\b(@)\b' 0:keyword
add-highlighter shared/deploy/code/ regex '\b(use|type|let|fn|environment|service|database|migration)\b' 0:keyword
add-highlighter shared/deploy/code/ regex '\b(released|metric|slo|gate|strategy|action|workflow|group)\b' 0:keyword
add-highlighter shared/deploy/code/ regex '\b(flag|policy|test|emergency|pub|formerly|extends)\b' 0:keyword
# words end
# words: steps operators clauses languages > add-highlighter shared/deploy/code/ regex '\b(@)\b' 0:keyword
add-highlighter shared/deploy/code/ regex '\b(rollout|migrate|run|check|approval|wait|expose|mirror)\b' 0:keyword
add-highlighter shared/deploy/code/ regex '\b(notify|together|parallel|series|for|when|rollback|finally)\b' 0:keyword
add-highlighter shared/deploy/code/ regex '\b(let|accept|and|or|not|is|if|then|else|advisory|after)\b' 0:keyword
add-highlighter shared/deploy/code/ regex '\b(against|as|ask|at|backfill|batches|because|bind|budget)\b' 0:keyword
add-highlighter shared/deploy/code/ regex '\b(burns|by|calls|case|confidence|continue|contract|crash)\b' 0:keyword
add-highlighter shared/deploy/code/ regex '\b(deletes|during|except|expand|expect|exposure|extend)\b' 0:keyword
add-highlighter shared/deploy/code/ regex '\b(failure|fails|freeze|from|given|good|hold|idempotent|in)\b' 0:keyword
add-highlighter shared/deploy/code/ regex '\b(inconclusive|index|inserts|instances|keep|keeping|lag|may)\b' 0:keyword
add-highlighter shared/deploy/code/ regex '\b(metrics|missing|needs|never|of|on|once|one|over|pause)\b' 0:keyword
add-highlighter shared/deploy/code/ regex '\b(probeable|protected|provides|ran|reads|refused|release)\b' 0:keyword
add-highlighter shared/deploy/code/ regex '\b(replicas|requests|require|retry|runbook|set|silencing)\b' 0:keyword
add-highlighter shared/deploy/code/ regex '\b(silent|simulate|spend|spent|stage|sticky|stop|surge|times)\b' 0:keyword
add-highlighter shared/deploy/code/ regex '\b(to|unavailable|under|unready|until|updates|upserts|using)\b' 0:keyword
add-highlighter shared/deploy/code/ regex '\b(warm|where|while|with|within|promql|sql)\b' 0:keyword
# words end
# words: constants weekdays > add-highlighter shared/deploy/code/ regex '\b(@)\b' 0:value
add-highlighter shared/deploy/code/ regex '\b(true|false|mon|tue|wed|thu|fri|sat|sun)\b' 0:value
# words end
add-highlighter shared/deploy/code/ regex '\b(one at a time|after the fact|at least|at most|at once|warm up)\b' 0:keyword
add-highlighter shared/deploy/code/ regex '\b([A-Za-z_]\w*)\s*=(?![=>])' 1:variable
add-highlighter shared/deploy/code/ regex '\.([A-Za-z_]\w*)' 1:variable
add-highlighter shared/deploy/code/ regex '\b[A-Z]\w*\b' 0:type
add-highlighter shared/deploy/code/ regex '\b[0-9][0-9_.:-]*(%|[A-Za-z]+| +req/s| +[A-Z]{3})?' 0:value
add-highlighter shared/deploy/code/ regex '@\w+' 0:meta

define-command -hidden deploy-indent-on-new-line %{
    evaluate-commands -draft -itersel %{
        try %{ execute-keys -draft <semicolon> K <a-&> }
        try %{ execute-keys -draft k<a-x> <a-k> [\[{(]\h*$ <ret> j<a-gt> }
    }
}

§
