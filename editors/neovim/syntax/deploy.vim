" Colours of the language. The word lists are written by the tests.

if exists('b:current_syntax') | finish | endif

" words: declarations around > syn keyword deployDeclaration @
syn keyword deployDeclaration use type let fn environment service database migration released metric slo gate
syn keyword deployDeclaration strategy action workflow group flag policy test emergency pub formerly extends
" words end
" words: steps > syn keyword deployStep @
syn keyword deployStep rollout migrate run check approval wait expose mirror notify together parallel series for when
syn keyword deployStep rollback finally let accept
" words end
" words: operators > syn keyword deployWordOperator @
syn keyword deployWordOperator and or not is if then else
" words end
" words: constants weekdays > syn keyword deployConstant @
syn keyword deployConstant true false mon tue wed thu fri sat sun
" words end
" words: clauses languages > syn keyword deployClause @
syn keyword deployClause advisory after against as ask at backfill batches because bind budget burns by calls case
syn keyword deployClause confidence continue contract crash deletes during except expand expect exposure extend
syn keyword deployClause failure fails freeze from given good hold idempotent in inconclusive index inserts instances
syn keyword deployClause keep keeping lag may metrics missing needs never of on once one over pause probeable
syn keyword deployClause protected provides ran reads refused release replicas requests require retry runbook set
syn keyword deployClause silencing silent simulate spend spent stage sticky stop surge times to unavailable under
syn keyword deployClause unready until updates upserts using warm where while with within promql sql
" words end

syn match deployClause "\<\%(one at a time\|after the fact\|at least\|at most\|at once\|warm up\)\>"
syn match deployField "\<\h\w*\>\ze\s*=\%([=>]\)\@!"
syn match deployField "\.\@<=\h\w*"
syn match deployType "\<\u\w*\>"
syn match deployNumber "\<\d[0-9_]*\%(\.\d[0-9_]*\)\?\%(%\|\a\w*\| \+req/s\| \+\u\u\u\)\?"
syn match deployNumber "\<\d\{4}-\d\d-\d\d\>"
syn match deployNumber "\<\d\d\?:\d\d\>"
syn match deployOperator "=>\|->\|==\|!=\|<=\|>=\|??\|\.\.\|[-+*=<>|?]\|/\@<!/\/\@!"
syn match deployAnnotation "@\h\w*" contained
syn match deployAnnotation "^\s*@\h\w*"

syn match deployEscape "\\\%(u{\x\+}\|[nt\"\\$]\)" contained
syn region deployInterpolation matchgroup=deployDelimiter start="\${" end="}" contained contains=TOP
syn region deployString start=+"+ skip=+\\.+ end=+"+ end=+$+ contains=deployEscape,deployInterpolation
syn region deployString start=+"""\_s\@=+ end=+"""+ contains=deployEscape,deployInterpolation

syn match deployComment "//.*" contains=@Spell
syn match deployDocumentation "///.*" contains=@Spell

syn sync minlines=200

hi def link deployDeclaration Structure
hi def link deployStep Statement
hi def link deployWordOperator Operator
hi def link deployConstant Constant
hi def link deployClause Keyword
hi def link deployField Identifier
hi def link deployType Type
hi def link deployNumber Number
hi def link deployOperator Operator
hi def link deployAnnotation PreProc
hi def link deployEscape SpecialChar
hi def link deployDelimiter Delimiter
hi def link deployString String
hi def link deployComment Comment
hi def link deployDocumentation SpecialComment

let b:current_syntax = 'deploy'
