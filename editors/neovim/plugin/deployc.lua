-- Commands, and the language server where Neovim starts servers by itself.

vim.api.nvim_create_user_command('DeployRisk', function() require('deployc').risk() end, {})
vim.api.nvim_create_user_command('DeployGraph', function() require('deployc').graph() end, {})

if vim.lsp.enable and vim.g.deployc_lsp ~= false then vim.lsp.enable('deployc') end
