-- The language server, for Neovim 0.11 and later: `vim.lsp.enable('deployc')`.

return require('deployc').config()
