"""What the shop stores."""

from django.db import models


class Order(models.Model):
    """An order, and how far it got."""

    status = models.CharField(max_length=20, default="new")


class Payment(models.Model):
    """One attempt to take the money for an order."""

    order_id = models.BigIntegerField()
    status = models.CharField(max_length=20, default="started")
