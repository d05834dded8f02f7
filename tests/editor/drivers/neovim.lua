-- What a user does in Neovim: open a file, wait for diagnostics, save. $SEEN has what was shown.
local seen = io.open(vim.env.SEEN, "w")
vim.wait(60000, function() return #vim.diagnostic.get(0) > 0 end, 50)
for _, each in ipairs(vim.diagnostic.get(0)) do
  local code = each.code or each.user_data.lsp.code
  seen:write(string.format("%d %s [%s]: %s\n", each.lnum + 1, each.source, code, each.message))
end
vim.cmd("write")
seen:close()
vim.cmd("qall!")
