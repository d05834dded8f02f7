"""The shop's Celery app, set up as a Django project does it.

``CELERY_BROKER_URL`` names another broker than the one in memory; Redis then keeps results too.
"""

import os

from celery import Celery

MEMORY = "memory://"

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")

broker = os.environ.get("CELERY_BROKER_URL") or MEMORY
backend = broker if broker.startswith("redis") else "cache+memory://"

app = Celery("shop", broker=broker, backend=backend)
app.conf.update(
    broker_connection_retry_on_startup=True,
    # Transports that poll (memory, files) look once a second otherwise; each retry waits for it.
    broker_transport_options={"polling_interval": 0.002} if broker == MEMORY else {},
    # A queue of its own, so that a broker someone else uses too is not disturbed.
    task_default_queue="flake8-celery-retry",
)
