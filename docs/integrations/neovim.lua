vim.lsp.config("flake8_celery_retry", {
  cmd = { "flake8-celery-retry", "server" },
  filetypes = { "python" },
  root_markers = { "pyproject.toml", "setup.cfg", "tox.ini", ".flake8", ".git" },
})
vim.lsp.enable("flake8_celery_retry")
