"""Find and fix the mistakes people make with Celery retries."""

__version__ = "0.1.0"
