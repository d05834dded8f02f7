(with-eval-after-load 'eglot
  (add-to-list 'eglot-server-programs '(python-mode . ("flake8-celery-retry" "server"))))
(add-hook 'python-mode-hook #'eglot-ensure)
