;; Emacs: fix the buffer
(defun fix-celery-retries ()
  (interactive)
  (shell-command-on-region (point-min) (point-max) "flake8-celery-retry fix -" nil t))
