"""The stages of a customer's journey, in its order; ideas, wins and feedback name one."""

from enum import StrEnum


class Stage(StrEnum):
    AWARENESS = "awareness"
    CONSIDERATION = "consideration"
    PURCHASE = "purchase"
    ONBOARDING = "onboarding"
    USE = "use"
    SUPPORT = "support"
    RENEWAL = "renewal"
