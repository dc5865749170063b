-- Parses texts with the grammar for tree-sitter, and runs queries over them.
-- question: { texts = [{ name, text }], queries = { name: text } }
-- answer:   { texts = { name: { errors = [..], tree } }, captures = { name: [[row, column, end_row, end_column, capture]] } }

local question = vim.fn.json_decode(vim.fn.readfile(vim.env.QUESTION))
if vim.treesitter.language and vim.treesitter.language.add then
  vim.treesitter.language.add('deploy', { path = vim.env.PARSER })
else
  vim.treesitter.require_language('deploy', vim.env.PARSER)
end
local parse_query = vim.treesitter.query.parse or vim.treesitter.parse_query

local function errors(node, found)
  if node:type() == 'ERROR' or node:missing() then
    local row, column = node:start()
    table.insert(found, (row + 1) .. ':' .. (column + 1) .. ' ' .. node:sexpr())
  elseif node:has_error() then
    for child in node:iter_children() do errors(child, found) end
  end
  return found
end

local answer = { texts = vim.empty_dict(), captures = vim.empty_dict() }
local queries = {}
for name, text in pairs(question.queries) do queries[name] = parse_query('deploy', text) end

for _, it in ipairs(question.texts) do
  local root = vim.treesitter.get_string_parser(it.text, 'deploy'):parse()[1]:root()
  answer.texts[it.name] = { errors = errors(root, {}), tree = root:sexpr() }
  if it.capture then
    local found = {}
    local query = queries[it.capture]
    for id, node in query:iter_captures(root, it.text, 0, -1) do
      local row, column, end_row, end_column = node:range()
      table.insert(found, { row, column, end_row, end_column, query.captures[id] })
    end
    answer.captures[it.name] = found
  end
end

vim.fn.writefile({ vim.fn.json_encode(answer) }, vim.env.ANSWER)
