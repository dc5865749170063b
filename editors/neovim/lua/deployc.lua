-- Starts the language server where Neovim has no `vim.lsp.enable`, and asks it the questions that are ours.

local M = {}

--- The server's configuration; `vim.g.deployc_path` is the compiler to run.
function M.config()
  return {
    name = 'deployc',
    cmd = { vim.g.deployc_path or 'deployc', 'lsp' },
    filetypes = { 'deploy' },
    root_markers = { 'deploy.toml', '.git' },
  }
end

--- The folder of the `deploy.toml` above a file, else the file's own.
local function root_of(file)
  local folder = vim.fn.fnamemodify(file, ':p:h')
  local found = vim.fn.findfile('deploy.toml', vim.fn.escape(folder, ' ;') .. ';')
  return found ~= '' and vim.fn.fnamemodify(found, ':p:h') or folder
end

local clients = {}

local function start(buffer)
  local config = M.config()
  config.root_dir = root_of(vim.api.nvim_buf_get_name(buffer))
  if vim.lsp.start then
    vim.lsp.start(config, { bufnr = buffer })
    return
  end
  local known = clients[config.root_dir]
  if not known or vim.lsp.client_is_stopped(known) then
    clients[config.root_dir] = vim.lsp.start_client(config)
  end
  if clients[config.root_dir] then vim.lsp.buf_attach_client(buffer, clients[config.root_dir]) end
end

--- Connects a buffer with the server, unless `vim.g.deployc_lsp` is false.
function M.attach(buffer)
  if vim.g.deployc_lsp == false or vim.lsp.enable then return end
  if vim.fn.executable(M.config().cmd[1]) == 1 then start(buffer) end
end

local function ask(method, take)
  local params = vim.lsp.util.make_position_params(0, 'utf-16')
  vim.lsp.buf_request(0, method, params, function(failure, answer)
    if failure then
      vim.notify(failure.message, vim.log.levels.WARN)
    elseif answer then
      take(answer)
    end
  end)
end

--- Shows the risk of the workflow at the cursor in a window of its own.
function M.risk()
  ask('deploy/plan', function(report)
    vim.cmd('botright new')
    vim.bo.buftype, vim.bo.bufhidden, vim.bo.swapfile = 'nofile', 'wipe', false
    vim.api.nvim_buf_set_lines(0, 0, -1, false, vim.split(report.text, '\n'))
    vim.bo.modifiable = false
  end)
end

--- Writes the graph of the workflow at the cursor into a file and opens it with the system's viewer.
function M.graph()
  ask('deploy/graph', function(graph)
    local file = vim.fn.tempname() .. '.svg'
    vim.fn.writefile(vim.split(graph.svg, '\n'), file)
    if vim.ui.open then vim.ui.open(file) else vim.notify(file) end
  end)
end

return M
