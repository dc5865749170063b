" The language server, for ALE.

call ale#Set('deploy_deployc_executable', 'deployc')

function! ale_linters#deploy#deployc#Root(buffer) abort
  let manifest = ale#path#FindNearestFile(a:buffer, 'deploy.toml')
  return fnamemodify(!empty(manifest) ? manifest : bufname(a:buffer), ':p:h')
endfunction

call ale#linter#Define('deploy', {
\   'name': 'deployc',
\   'lsp': 'stdio',
\   'executable': {buffer -> ale#Var(buffer, 'deploy_deployc_executable')},
\   'command': '%e lsp',
\   'project_root': function('ale_linters#deploy#deployc#Root'),
\})
