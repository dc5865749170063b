-- What every buffer of the language gets.

vim.bo.commentstring = '// %s'
vim.bo.comments = ':///,://'
vim.bo.shiftwidth = 2
vim.bo.expandtab = true
vim.bo.formatoptions = vim.bo.formatoptions:gsub('t', '') .. 'croql'

-- Colours of the parser, if it was built; else those of the syntax file.
if vim.treesitter.start and pcall(vim.treesitter.start) then
  vim.wo.foldexpr = 'v:lua.vim.treesitter.foldexpr()'
end

require('deployc').attach(vim.api.nvim_get_current_buf())
