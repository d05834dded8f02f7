vim.lsp.config("pylsp", {
  cmd = { "pylsp" },
  filetypes = { "python" },
  root_markers = { "pyproject.toml", "setup.cfg", ".git" },
  settings = { pylsp = { plugins = {
    flake8 = { enabled = true }, pycodestyle = { enabled = false }, pyflakes = { enabled = false },
  } } },
})
vim.lsp.enable("pylsp")
