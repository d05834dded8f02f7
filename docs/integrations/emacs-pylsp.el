(setq-default eglot-workspace-configuration
  '(:pylsp (:plugins (:flake8 (:enabled t) :pycodestyle (:enabled :json-false) :pyflakes (:enabled :json-false)))))
(add-hook 'python-mode-hook #'eglot-ensure)
