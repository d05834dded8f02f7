vim.api.nvim_create_autocmd("BufWritePre", {
  pattern = "*.py",
  callback = function(event)
    local start = { line = 0, character = 0 }
    local params = {
      textDocument = vim.lsp.util.make_text_document_params(event.buf),
      range = { start = start, ["end"] = start },
      context = { only = { "source.fixAll.flake8-celery-retry" }, diagnostics = {} },
    }
    local answers = vim.lsp.buf_request_sync(event.buf, "textDocument/codeAction", params, 5000)
    for id, answer in pairs(answers or {}) do
      for _, action in ipairs(answer.result or {}) do
        local encoding = vim.lsp.get_client_by_id(id).offset_encoding
        vim.lsp.util.apply_workspace_edit(action.edit, encoding)
      end
    end
  end,
})
