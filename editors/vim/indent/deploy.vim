" Two spaces between brackets.

if exists('b:did_indent') | finish | endif
let b:did_indent = 1

setlocal indentexpr=DeployIndent() indentkeys=0},0],0),o,O
let b:undo_indent = 'setlocal indentexpr< indentkeys<'

if exists('*DeployIndent') | finish | endif

" A line without its comment and without its strings.
function! s:Code(number) abort
  return substitute(substitute(getline(a:number), '"\%([^"\\]\|\\.\)*"', '', 'g'), '//.*', '', '')
endfunction

function! DeployIndent() abort
  let before = prevnonblank(v:lnum - 1)
  if before == 0 | return 0 | endif
  let code = s:Code(before)
  let opens = code =~# '[{\[(]\s*$'
  let closes = getline(v:lnum) =~# '^\s*[}\])]'
  return max([0, indent(before) + (opens - closes) * shiftwidth()])
endfunction
