"""An appointment and whose it is, as values. (No database here: `appointments` keeps them.)"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Literal, TypeAlias

from msgspec import Struct

from pulpo_booking.localtime import utc

State: TypeAlias = Literal["active", "cancelled"]


class Appointment(Struct, frozen=True):
    """One appointment; times are UTC seconds, ``price`` is as agreed when it was booked."""

    id: str
    workspace_id: str
    customer: str
    service_id: str
    staff_id: str
    starts_at: int
    ends_at: int
    state: State
    name: str
    phone: str
    price: Decimal | None

    @property
    def start(self) -> datetime:
        """Its start, aware, in UTC."""
        return utc(self.starts_at)


class Customer(Struct, frozen=True):
    """Whose appointment it is (``key``), and how the business reaches them."""

    key: str
    name: str
    phone: str
