"""When a suppression has to be looked at again."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from typing import Optional

from .suppression_file import Entry

# A quarter: so long after it was added or last reviewed an entry may stand at most.
DAYS_MAX = 92

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True)
class ReviewState:
    review: Optional[datetime.date]  # None: the entry gives no date
    days_left: Optional[int]  # 0 or less: due

    @property
    def due(self) -> bool:
        return self.days_left is not None and self.days_left <= 0

    @property
    def since(self) -> str:
        days = -(self.days_left or 0)
        return "today" if days == 0 else "1 day ago" if days == 1 else f"{days} days ago"


def date_of(text: str) -> Optional[datetime.date]:
    """The day, or None when `text` is no YYYY-MM-DD."""
    try:
        return datetime.date.fromisoformat(text) if _DATE.fullmatch(text) else None
    except ValueError:
        return None


def state_of(entry: Entry, today: datetime.date) -> ReviewState:
    review = date_of(entry.value("review"))
    return ReviewState(review, (review - today).days if review else None)
