//! The editors' protocol over the questions of `ide`: what `deployc lsp` runs.
