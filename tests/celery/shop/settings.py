"""The shop's Django settings."""

import django

SECRET_KEY = "for experiments only"
INSTALLED_APPS = ["shop"]
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# A database in a file, as the worker's thread must not see what is not committed; the laboratory
# says where.
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ""}}
if django.VERSION >= (6, 1):
    MAILERS = {"default": {"BACKEND": "shop.mail.Backend"}}
else:
    EMAIL_BACKEND = "shop.mail.Backend"
