autocmd BufRead,BufNewFile *.deploy setfiletype deploy
