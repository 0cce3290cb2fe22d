"""Which kind of amount is asked for, and whether one that is stated lies within what a sentence allows."""

import pytest

from knowledge.amounts import answers_in, are_within, figures_in


@pytest.mark.parametrize(
    ("question", "answers", "other"),
    [
        ("what is the late fee", "10 days after that, £7.50", "within 10 working days"),
        ("How much is delivery?", "It is free.", "It takes 3 days."),
        ("how long can I return it", "14 days from delivery", "It is £14."),
        ("when does it shut", "open until 18:00", "£18 for 2 people"),
        ("when does it open", "CENTRAL | 0900-1800", "CENTRAL | 12 STAFF"),
        ("how long until it ends", "It ends at once.", "Ask two people."),
        ("how many guests", "up to two guests", "as many as fit"),
        ("what's the fee and by when", "by 18 May", "ask 3 people"),
    ],
)
def test_a_question_for_one_kind_of_amount_is_not_answered_by_another(question: str, answers: str, other: str) -> None:
    patterns = answers_in(question)

    assert any(each.search(answers) for each in patterns)
    assert not any(each.search(other) for each in patterns)


def test_a_question_for_no_amount_has_no_such_answer() -> None:
    assert not answers_in("who may sign the form")


@pytest.mark.parametrize(
    ("asked", "within", "outside"),
    [
        ("train is 40 mins late", "30–59 minutes", "60-119 minutes"),
        ("calls off 5 weeks ahead", "| 8 to 4 weeks before | half |", "less than 4 weeks before"),
        ("boiler is 9 yrs old", "between seven and twelve years old", "under seven years old"),
        ("her 16 year old", "anyone under 18 years", "aged 18 or over"),
        ("gentleman aged 78", "no one over the age of 65", "up to the age of 74"),
        ("claim is £400", "from £300 to £1,000", "£100 or less"),
        ("three weeks ago", "within 28 days", "within 14 days"),
        ("away for two months", "more than 40 days running", "for up to six weeks"),
        ("parcel of 12 kg", "10 kg or more", "below 10 kilograms"),
        ("out for an hour", "after half an hour", "over 2 hours"),
    ],
)
def test_an_amount_lies_within_limits_of_its_kind(asked: str, within: str, outside: str) -> None:
    assert are_within(figures_in(asked), within)
    assert not are_within(figures_in(asked), outside)


@pytest.mark.parametrize("text", ["30–59 kg", "40 minutes", "30 to 59 pages", "£30 to £59"])
def test_an_amount_is_not_within_what_is_no_limit_for_it(text: str) -> None:
    assert not are_within(figures_in("40 minutes"), text)


def test_a_price_a_month_lasts_no_month() -> None:
    assert [kind for kind, _ in figures_in("£5 a month, twice a year")] == ["money"]
