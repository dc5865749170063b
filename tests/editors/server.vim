" One file in Vim with ALE: what the language server finds, and that it goes away when it is mended.
let s:question = json_decode(join(readfile($QUESTION), "\n"))
let g:ale_deploy_deployc_executable = $DEPLOYC
let g:ale_lint_on_text_changed = 'always'
let g:ale_lint_delay = 0
let g:ale_set_signs = 0
set hidden
packadd ale
filetype plugin on
syntax on

function! s:Until(condition) abort
  let end = reltime()
  while !a:condition() && reltimefloat(reltime(end)) < 60
    sleep 20m
  endwhile
  return a:condition()
endfunction

function! s:Found() abort
  return ale#engine#GetLoclist(bufnr(''))
endfunction

execute 'edit' fnameescape(s:question.file)
let s:row = s:question.broken[0] + 1
let s:good = getline(s:row)
call setline(s:row, s:question.broken[1])
call ale#Queue(0)
call s:Until({-> !empty(s:Found())})
let s:answer = {'filetype': &filetype, 'findings': map(copy(s:Found()), {_, it -> {'row': it.lnum - 1, 'message': it.text}})}
call setline(s:row, s:good)
call ale#Queue(0)
let s:answer.mended = s:Until({-> empty(s:Found())}) ? v:true : v:false
call writefile([json_encode(s:answer)], $ANSWER)
qall!
