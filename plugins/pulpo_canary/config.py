"""What every strategy that draws is told."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class Draw(BaseModel):
    """``percentage`` is a fraction: 0.1 means 10 % of those the strategy is about. ``seed`` reshuffles who is in."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    percentage: float = Field(default=0.0, ge=0.0, le=1.0)
    seed: str = ""
