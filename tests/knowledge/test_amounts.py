"""Which kind of amount is asked for, and whether one that is stated lies within what a sentence allows."""

import pytest

from knowledge.amounts import (
    answers_in,
    are_within,
    counted_in,
    days_in,
    figures_in,
    limits_of,
    off_the_step,
    says_of_the_rest,
)


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
        ("how many boats are there", "| Quay | 12 |", "| Quay | 9 m | £4 | 30 years | 5 May |"),
        ("how many miles is it", "12 miles", "far"),
        ("how much notice do they give", "a week", "It is 4.8%."),
    ],
)
def test_a_question_for_one_kind_of_amount_is_not_answered_by_another(question: str, answers: str, other: str) -> None:
    patterns = answers_in(question)

    assert any(each.search(answers) for each in patterns)
    assert not any(each.search(other) for each in patterns)


@pytest.mark.parametrize(
    "question",
    ["who may sign the form", "How do I charge a phone", "Can I pay by card?", "what if it's red when I call"],
)
def test_a_question_for_no_amount_has_no_such_answer(question: str) -> None:
    assert not answers_in(question)


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
        ("pays 300 euro in cash", "above EUR 200", "up to €250"),
        ("back after 40 days", "no sooner; 30 days or more", "no more than 30 days"),
        ("back after 10 days", "no later than 28 days", "no less than 28 days"),
        ("claim is £30", "not over £50", "not under £50"),
        ("weighs 12 kg", "must not exceed 20 kg", "exceeding 20 kg"),
        ("uses 500 MB", "under 1 gb", "up to 300 mb"),
        ("20 percent off", "10% to 25%", "30+% or more"),
        ("out for an hour", "after half an hour", "over 2 hours"),
        ("out for 30h", "over 24 hours", "up to a day"),
        ("off 5d ahead", "less than 7 days before", "7–13 days before"),
        ("parcel of 500g on 5G in 3D", "up to 1 kg", "up to 100 gram, 3 days"),
        ("ten days ahead", "14 or fewer days", "15 or more days"),
        ("three rooms", "2 or more rooms", "up to two rooms"),
        ("2 rooms", "two rooms or more", "3 rooms or more"),
        ("a party of 5 people", "4 to 6 people", "7 to 9 people"),
        ("nineteen days", "18 to 20 days", "up to 18 days"),
        ("a child of 4", "Under 5", "Child (5 to 15)"),
        ("her child is 7", "6 to 9 years", "aged 8–12"),
        ("for a 4 yr old", "under 5s free", "over 3 days"),
        ("he is 19", "Adult (16 and over)", "not over 18"),
        ("she's 4yo", "3+", "over £3"),
    ],
)
def test_an_amount_lies_within_limits_of_its_kind(asked: str, within: str, outside: str) -> None:
    assert are_within(figures_in(asked), within)
    assert not are_within(figures_in(asked), outside)


@pytest.mark.parametrize("text", ["30–59 kg", "40 minutes", "30 to 59 pages", "£30 to £59"])
def test_an_amount_is_not_within_what_is_no_limit_for_it(text: str) -> None:
    assert not are_within(figures_in("40 minutes"), text)


@pytest.mark.parametrize("text", ["over £10k", "over £2 million", "£5 and £10 vouchers", "above £1,0", "under £5,5"])
def test_an_amount_that_is_only_half_read_limits_nothing(text: str) -> None:
    assert not are_within(figures_in("it was £7"), text)


@pytest.mark.parametrize("text", ["sıx days", "SİX days", "ſix days", "7,5 kg", "5G", "room 12", "٣ days"])
def test_what_only_looks_like_an_amount_is_none(text: str) -> None:
    """Also in letters that count as equal to others of another alphabet."""
    assert figures_in(text) == []


@pytest.mark.parametrize(
    ("asked", "within", "outside"),
    [
        ("open on a sunday", "Sat–Sun 10:00", "Mon–Fri 9:00"),
        ("open on a sunday", "Fri to Mon", "Monday to Saturday"),
        ("closed on wednesdays", "on weekdays", "at weekends"),
        ("is it open in may", "from 15 May to 15 September", "from 1 June to 31 August"),
        ("can she swim in January", "November to February", "in July and August"),
    ],
)
def test_a_day_or_month_lies_from_one_to_another(asked: str, within: str, outside: str) -> None:
    assert are_within(days_in(asked), within)
    assert not are_within(days_in(asked), outside)


@pytest.mark.parametrize("text", ["May I ask?", "Two of us may sit", "marching on"])
def test_a_word_like_a_month_is_none(text: str) -> None:
    assert days_in(text) == []


def test_a_price_a_month_lasts_no_month() -> None:
    assert [kind for kind, _ in figures_in("£5 a month, twice a year")] == ["money"]
    assert [kind for kind, _ in figures_in("50p a day")] == []


@pytest.mark.parametrize("text", ["open 3 to 5", "sleeps up to 6", "under 5 guests", "room 4", "from 2", "over 3:30"])
def test_a_mere_number_limits_no_age_where_it_may_be_another(text: str) -> None:
    assert not are_within(figures_in("a child of 4"), text)


@pytest.mark.parametrize("text", ["he is 2nd", "she is 130", "she is 3 days late"])
def test_a_number_that_is_no_age_is_none(text: str) -> None:
    assert not any(kind == "age" for kind, _ in figures_in(text))


@pytest.mark.parametrize(
    ("question", "answers", "other"),
    [
        ("how many offers may he refuse", "Two fair offers", "2 of them"),
        ("how many rowing boats", "12 boats", "12 rowers"),
        ("how much notice is needed", "a month's notice", "a notice in May"),
    ],
)
def test_a_number_of_what_is_counted_stands_in_front_of_it(question: str, answers: str, other: str) -> None:
    counted = counted_in(question)

    assert counted is not None
    assert counted.search(answers)
    assert not counted.search(other)


@pytest.mark.parametrize("question", ["how much is it", "how many", "how long is the notice"])
def test_what_counts_nothing_has_no_such_number(question: str) -> None:
    assert counted_in(question) is None


def test_an_amount_that_no_step_includes_is_off_none() -> None:
    assert off_the_step(figures_in("aged 30"), ["3 to 5 years", "6 to 9 years"]) == {}


@pytest.mark.parametrize(
    ("asked", "limit", "behind", "expected"),
    [
        ("2 weeks late", "More than four weeks late, no.", "Shorter delays are fine.", True),
        ("2 weeks late", "More than four weeks late, no.", "Longer delays are fine.", False),
        ("2 weeks late", "More than four weeks late, no.", "Shorter than a day is fine.", False),
        ("6 weeks late", "More than four weeks late, no.", "Shorter delays are fine.", False),
        ("6 weeks late", "Up to four weeks late, yes.", "More than that, no.", True),
        ("6 weeks late", "Up to four weeks late, yes.", "More on this below.", False),
        ("in November", "Daily from April to October.", "Outside it, at weekends.", True),
        ("in July", "Daily from April to October.", "Outside it, at weekends.", False),
        ("in November", "Open daily.", "Otherwise ring.", False),
    ],
)
def test_what_limits_leave_out_may_be_said_behind_them(asked: str, limit: str, behind: str, expected: bool) -> None:
    assert says_of_the_rest([*figures_in(asked), *days_in(asked)], limit, behind) is expected


@pytest.mark.parametrize(
    ("asked", "text", "expected"),
    [
        ("on the 20th of March", "15 Mar to 11 Apr", True),
        ("on the 20th of March", "19 Dec to 14 March", False),
        ("on 10 feb", "6–21 February", True),
        ("on March 3rd", "Mar", True),
        ("on New Year’s Eve", "24 December to 2 January", True),
        ("on xmas day", "27 December to 2 January", False),
        ("in March", "15 Mar to 11 Apr", True),
        ("on 4 June", "from 1 May", False),
        ("on 4 June", "1 June onwards", False),
        ("what may 3 people do", "3 May", False),
    ],
)
def test_a_day_lies_within_a_season(asked: str, text: str, expected: bool) -> None:
    """What only begins or ends on a day has no limits: the other end may be in another year."""
    assert are_within(days_in(asked), text) is expected


def test_what_begins_on_a_day_leaves_no_other_out() -> None:
    assert limits_of(days_in("on 4 June"), "from 1 August") is None
    assert limits_of(days_in("on 4 June"), "1 to 9 August") == []
