" Vim, Neovim: fix the buffer
:%!flake8-celery-retry fix --stdin-display-name=% -
