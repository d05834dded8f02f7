local client
vim.api.nvim_create_autocmd("FileType", {
  pattern = "python",
  callback = function(event)
    client = client or vim.lsp.start_client({
      name = "flake8_celery_retry",
      cmd = { "flake8-celery-retry", "server" },
      root_dir = vim.fn.getcwd(),
    })
    vim.lsp.buf_attach_client(event.buf, client)
  end,
})
