-- Uses the language server in Neovim as a person would, and writes what it saw as JSON. Works with Neovim 0.7 and later.
-- Environment: NODE, ESRGAN (the program), RUN_FILE, RESULT.
local seen = { messages = {} }

local function finish(error)
  seen.error = error
  local file = io.open(vim.env.RESULT, 'w')
  file:write(vim.json.encode(seen))
  file:close()
  vim.cmd('qa!')
end

local function wait(what, holds)
  if not vim.wait(60000, holds, 20) then
    error('waited in vain for ' .. what)
  end
end

local function use()
  vim.cmd('edit ' .. vim.fn.fnameescape(vim.env.RUN_FILE))
  local client = vim.lsp.start_client({
    name = 'esrgan',
    cmd = { vim.env.NODE, vim.env.ESRGAN, 'language-server', '--stdio' },
    root_dir = vim.fn.fnamemodify(vim.env.RUN_FILE, ':h'),
    handlers = {
      ['window/showMessage'] = function(_, message)
        table.insert(seen.messages, message.message)
      end,
    },
  })
  vim.lsp.buf_attach_client(0, client)
  local document = { uri = vim.uri_from_bufnr(0) }

  local function request(method, params)
    local results, err = vim.lsp.buf_request_sync(0, method, params, 60000)
    if err ~= nil then
      error(method .. ': ' .. tostring(err))
    end
    local answer = results[client]
    if answer.error ~= nil then
      error(method .. ': ' .. answer.error.message)
    end
    return answer.result
  end

  local function at(line, character)
    return { textDocument = document, position = { line = line, character = character } }
  end

  local function lenses()
    return request('textDocument/codeLens', { textDocument = document })
  end

  local function lens(title)
    for _, each in ipairs(lenses()) do
      if vim.startswith(each.command.title, title) then
        return each.command
      end
    end
  end

  local function execute(title)
    request('workspace/executeCommand', lens(title))
  end

  -- The patch of the tiny network has a warning of its own.
  local errors = { severity = vim.diagnostic.severity.ERROR }
  wait('problems', function()
    return #vim.diagnostic.get(0, errors) > 0
  end)
  local problem = vim.diagnostic.get(0, errors)[1]
  seen.problem = problem.message
  seen.hover = request('textDocument/hover', at(2, 3)).contents.value
  local items = request('textDocument/completion', at(0, 0))
  seen.completion = { label = items[1].label, isSnippet = items[1].insertTextFormat == 2 }
  local range = { start = { line = problem.lnum, character = 0 }, ['end'] = { line = problem.lnum, character = 1 } }
  local fixes = request('textDocument/codeAction', {
    textDocument = document,
    range = range,
    context = { diagnostics = {} },
  })
  seen.fix = fixes[1].title
  vim.lsp.util.apply_workspace_edit(fixes[1].edit, 'utf-16')
  wait('the end of the problem', function()
    return vim.tbl_isempty(vim.tbl_filter(function(each)
      return each.code == problem.code
    end, vim.diagnostic.get(0)))
  end)

  local _, unsaved = pcall(execute, 'Start Pretraining')
  seen.unsaved = unsaved
  vim.cmd('write')
  seen.lenses = vim.tbl_map(function(each)
    return each.command.title
  end, lenses())
  execute('Start Pretraining')
  wait('the third epoch', function()
    local state = lens('epoch')
    return state ~= nil and tonumber(state.title:match('%d+')) >= 3
  end)
  execute('Stop')
  wait('a run that can resume', function()
    return lens('Resume') ~= nil
  end)
  execute('Open')
  wait('the page of the run', function()
    return vim.startswith(seen.messages[#seen.messages], 'Open the page')
  end)
  local page = seen.messages[#seen.messages]:match('browser: file://(.*)$')
  seen.report = table.concat(vim.fn.readfile(page), '\n')
end

local ok, message = pcall(use)
finish(not ok and message or nil)
