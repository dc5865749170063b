-- One file in Neovim with the language server: what it finds, says, leads to and formats.
-- question: { file, hover = [row, column], definition = [row, column], broken = [row, text] }

local question = vim.fn.json_decode(vim.fn.readfile(vim.env.QUESTION))

local WAIT = 30000

local function offers(provider)
  for _, client in pairs(vim.lsp.buf_get_clients(0)) do
    local offered = (client.server_capabilities or {})[provider]
    if offered and offered ~= vim.NIL then return true end
  end
  return false
end

local function ask(method, place, provider)
  if provider and not offers(provider) then return nil end
  vim.api.nvim_win_set_cursor(0, { place[1] + 1, place[2] })
  local params = vim.lsp.util.make_position_params(0, 'utf-16')
  for _, answer in pairs(vim.lsp.buf_request_sync(0, method, params, WAIT) or {}) do
    if answer.result then return answer.result end
    if answer.error then return { error = answer.error.message } end
  end
end

local function findings()
  return vim.tbl_map(function(it)
    return { row = it.lnum, column = it.col, code = it.code or (it.user_data and it.user_data.lsp and it.user_data.lsp.code), message = it.message }
  end, vim.diagnostic.get(0))
end

local function wait_for_findings(wanted)
  return vim.wait(WAIT, function() return (#vim.diagnostic.get(0) > 0) == wanted end, 20)
end

local answer = {}
vim.cmd('edit ' .. vim.fn.fnameescape(question.file))
answer.filetype = vim.bo.filetype
vim.wait(WAIT, function() return offers('documentFormattingProvider') or offers('document_formatting') end, 20)
answer.offers = { hover = offers('hoverProvider'), definition = offers('definitionProvider') }
answer.hover = ask('textDocument/hover', question.hover, 'hoverProvider')
answer.definition = ask('textDocument/definition', question.definition, 'definitionProvider')
answer.graph = ask('deploy/graph', question.hover)
answer.report = ask('deploy/plan', question.hover)

local good = vim.api.nvim_buf_get_lines(0, question.broken[1], question.broken[1] + 1, false)
vim.api.nvim_buf_set_lines(0, question.broken[1], question.broken[1] + 1, false, { question.broken[2] })
wait_for_findings(true)
answer.findings = findings()
vim.api.nvim_buf_set_lines(0, question.broken[1], question.broken[1] + 1, false, good)
answer.mended = wait_for_findings(false)

vim.api.nvim_buf_set_lines(0, 0, 0, false, { '', '   ' })
if vim.lsp.buf.format then vim.lsp.buf.format({ timeout_ms = WAIT }) else vim.lsp.buf.formatting_sync(nil, WAIT) end
answer.formatted = table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\n') .. '\n'

vim.fn.writefile({ vim.fn.json_encode(answer) }, vim.env.ANSWER)
vim.cmd('qall!')
