"""Honest sentences in other words than the guides': most of them may be shown; none that leaves out what matters."""

from pathlib import Path

import pytest

from knowledge.answers import Passage
from knowledge.chat import ChatWriter, DraftSentence
from knowledge.chat_model import ChatModel
from knowledge.chunking import cut
from knowledge.citations import Quotable
from knowledge.encoder import Encoder
from knowledge.extractive import Evidence
from knowledge.found import Found
from knowledge.limits import keeps_limits
from knowledge.names import Name, Names
from knowledge.plainly import amounts, plain

GUIDES = Path(__file__).parents[2] / "knowledge" / "guides"
FEWEST_KEPT = 34  # of 45; what is dropped is quoted from the guides instead

PARAPHRASES = {  # by guide: words of the passage, and what a good model makes of it
    "billing/bill-explained.md": [
        ("goes back within 10 working days", "Money that was paid twice is returned within ten working days."),
        ("goes back within 10 working days", "Overpaid money goes back to where it came from within 10 working days."),
        ("Refunds never go to another", "A refund is never paid to another person's account, not even to a spouse's."),
        (
            "collected 14 days after the bill day",
            "The direct debit is taken 14 days after the bill day, or on the next working day.",
        ),
        ("move the bill day once", "The customer can move the bill day once every six months."),
        ("late fee of £7.50", "A late fee of £7.50 is charged on day 10 after the bill is due."),
        ("taken off without discussion", "The first late fee in 12 months is taken off without discussion."),
        ("PAPER", "Paper bills cost £2 a month."),
        ("Paper bills are free", "Customers on the Extra Care register get paper bills free of charge."),
        ("first disputed rental", "The first disputed film rental is refunded, up to £20."),
        ("standing order isn't possible", "A standing order is not possible because amounts change."),
        ("Agents never take a card number", "Never take a card number in chat or by email."),
    ],
    "billing/credits-from-march-2026.md": [
        (
            "Total loss of internet or phone",
            "A total loss of internet or phone is credited with £6.20 for each full day, "
            "after 24 hours from the report.",
        ),
        ("Visit missed by us", "The customer gets a credit of £25 for each visit that we miss."),
        ("within 30 days of the fix", "The credit is added automatically within 30 days of the fix."),
        ("within 30 days of the fix", "The customer doesn't need to ask for it."),
        ("Severe weather is", "Severe weather is not an exception: storms and floods count like any other cause."),
        (
            "starts after 12 hours",
            "For Extra Care customers, the credit for a total loss begins after twelve hours instead of 24.",
        ),
        ("Team leader", "A team leader may give goodwill of up to £60 for each case."),
        ("blocked for non-payment", "No credit is due if the account was blocked for non-payment."),
    ],
    "contracts/moving-home.md": [
        ("Moving costs £35", "Moving home costs £35."),
        ("Moving costs £35", "It's free if the customer starts a new term of 24 months."),
        ("up to 7 days", "Both lines can run at the same time for up to seven days at no charge."),
        ("up to 7 days", "After that, each further day costs £1.50, for up to 30 days."),
        ("area code", "The phone number can be kept if the new home has the same area code."),
        ("90 days ahead", "A move can be booked 90 days ahead at the earliest."),
    ],
    "contracts/small-business-contracts.md": [
        ("Notice is 60 days", "The notice period is 60 days, in writing or by email from an address that we know."),
        ("no right of 14 days", "Businesses have no 14-day right to change their mind."),
        ("withdrawn free of charge", "An order can be cancelled free of charge until activation."),
    ],
    "contracts/contracts-and-cancellations.md": [
        (
            "paused once in 12 months",
            "A contract can be paused once in 12 months, for one to six months, and costs £4 a month.",
        ),
        ("Brook 4 Pro | £60", "If a Brook 4 Pro isn't returned, the charge is £60."),
        ("within 10 working days of the last day", "The final bill arrives within 10 working days of the last day."),
    ],
    "products/router-brook-4.md": [
        (
            "hold a paper clip",
            "To reset the Brook 4 to factory settings, "
            "hold a paper clip in the reset hole for ten seconds until the light flashes amber.",
        ),
        ("no signal from the fibre box", "A steady red light means that there is no signal from the fibre box."),
        ("has no bridge mode", "The Brook 4 does not have a bridge mode."),
    ],
    "products/router-brook-4-pro.md": [
        ("up to 80", "The Brook 4 Pro handles up to 80 devices at the same time."),
    ],
    "products/doorbell-heron-lite.md": [
        ("£69, no instalments", "The Heron Lite costs £69."),
        ("about 3 months at 20 events", "Its battery lasts about three months at 20 events a day."),
    ],
    "products/doorbell-heron.md": [
        (
            "Watch plan costs £3",
            "The Watch plan is £3 per month for each doorbell and keeps clips for 30 days in the cloud.",
        ),
    ],
    "products/fibre-plans.md": [
        (
            "Whole Home costs £7",
            "Whole Home costs £7 per month and promises at least 20 Mbps in every room we could measure.",
        ),
    ],
    "support/wifi-troubleshooting.md": [
        (
            "15 seconds until the light goes out",
            "If the pod won't pair, hold its button for 15 seconds until the light goes out.",
        ),
        ("Up to 2 pods on a Brook 4", "A Brook 4 supports up to two pods."),
    ],
    "support/outages-and-fault-triage.md": [
        ("needs an update, which takes", "TV-52 means the box needs an update, which can take up to 25 minutes."),
    ],
    "privacy/identity-checks.md": [
        (
            "Two failed attempts",
            "After two failed attempts the account is locked for checks by phone and chat for 24 hours.",
        ),
        ("Call recordings", "Call recordings are kept for 12 months."),
    ],
}


def passage_with(words: str, guide: str) -> Passage:
    title, _, text = (GUIDES / guide).read_text(encoding="utf-8").split("\n---\n", 1)[1].lstrip("# ").partition("\n")
    chunk = next(each for each in cut(title, text) if words in text[each.start : each.end])
    told = text[chunk.start : chunk.end]
    return Passage(1, 1, guide, title, None, None, None, tuple(chunk.headings), chunk.start, chunk.end, told, 1.0)


def test_most_honest_paraphrases_are_kept(encoder: Encoder) -> None:
    """The checks refuse in doubt, but not so much that a good model is never shown."""
    writer = ChatWriter(ChatModel(None), encoder)  # type: ignore[arg-type]
    kept = []
    for guide, told in PARAPHRASES.items():
        for words, text in told:
            passage = passage_with(words, guide)
            evidence = Evidence((Quotable(passage, ""),), Found((passage,), None, dense=True))
            kept.append(writer._is_supported(DraftSentence(text=text, passages=[1]), evidence, {}))

    assert sum(kept) >= FEWEST_KEPT, len(kept)


LEFT_OUT = [
    ("The visit fee of £25 was abolished.", "The visit fee is £25."),
    ("The fee is £2 unless the bill is paid by card.", "The fee is £2."),
    ("Staff should ask the customer for the PIN only in writing.", "Staff should ask the customer for the PIN."),
    ("Agents must refuse to give the PIN to callers.", "Agents must give the PIN to callers."),
    ("Agents should avoid promising a delivery date.", "Agents should promise a delivery date."),
    ("Refunds are rarely paid in cash.", "Refunds are paid in cash."),
    ("Customers under 18 may not order.", "Customers of 18 may not order."),
    ("The router is replaced in the first 2 years.", "The router is replaced after 2 years."),
    (
        "The line manager approves credits up to £50. The director approves credits over £50.",
        "The director approves credits up to £50.",
    ),
    (
        "Home customers get a refund within 10 days. Business customers get a credit note within 30 days.",
        "Business customers get a refund within 10 days.",
    ),
]
KEPT = [
    ("The fee is £2 unless the bill is paid by card.", "Unless it is paid by card, the bill has a fee of £2."),
    ("The reconnection fee was abolished in May.", "The reconnection fee was abolished in May."),
    ("Refunds are paid within 10 days.", "A refund is paid in 10 days."),
    ("Home customers get a refund. Business customers get a credit note.", "Business customers get a credit note."),
]


@pytest.mark.parametrize(
    ("said", "text", "is_shown"), [(*each, False) for each in LEFT_OUT] + [(*each, True) for each in KEPT]
)
def test_what_holds_under_a_condition_is_not_said_without(
    said: str, text: str, is_shown: bool, encoder: Encoder
) -> None:
    """Nor what is over, of another, or within other limits."""
    passage = Passage(1, 1, "a.md", "Rules", None, None, None, (), 0, len(said), said, 1.0)
    evidence = Evidence((Quotable(passage, said),), Found((passage,), None, dense=True))
    writer = ChatWriter(ChatModel(None), encoder)  # type: ignore[arg-type]

    assert writer._is_supported(DraftSentence(text=text, passages=[1]), evidence, {}) is is_shown


MOST_LEFT_OUT = """\
New customers get the first month free.
    Customers get the first month free.
Business customers may cancel within 14 days.
    Customers may cancel within 14 days.
Customers with the Gold plan may cancel within 14 days.
    Customers may cancel within 14 days.
Guests who stay three nights get breakfast free.
    Guests get breakfast free.
Members on the annual plan get 2 free visits.
    Members get 2 free visits.
Senior agents may approve credits up to £50.
    Agents may approve credits up to £50.
Agents need approval of a team lead for refunds above 200 euros.
    Agents need approval of a team lead for refunds.
Nobody under 18 may rent a bike.
    Nobody may rent a bike.
Customers over 65 get a discount of 10%.
    Customers get a discount of 10%.
We used to pay 20 euros for a missed visit. Today we pay 10 euros.
    We pay 20 euros for a missed visit.
The fee is 20 euros, and 10 euros for students.
    The fee is 10 euros.
Until March 2025 the fee was 20 euros.
    The fee is 20 euros.
The fee was 20 euros. It is 25 euros now.
    The fee is 20 euros.
The customer pays the postage if the item is not faulty.
    The customer pays the postage.
If the item is faulty, we pay the postage.
    We pay the postage.
When the line is down for a day, the customer gets a credit of £6.
    The customer gets a credit of £6.
A visit can be moved free of charge until 16:00 on the day before.
    A visit can be moved free of charge.
Orders can be changed before they are shipped.
    Orders can be changed.
After 30 days a return needs approval of a manager.
    A return needs approval of a manager.
From 1 March 2026 the credit is £25.
    The credit is £25.
Once the contract has ended, the number is released.
    The number is released.
As long as the seal is intact, goods can be returned.
    Goods can be returned.
Provided the box is unopened, the shop refunds the price.
    The shop refunds the price.
The plan costs 20 euros a month for 12 months, then 30 euros a month.
    The plan costs 30 euros a month for 12 months.
    The plan costs 30 euros a month.
Ask the team lead before you pay a refund.
    Pay a refund before you ask the team lead.
Parcels over 20 kg are brought by two people.
    Parcels are brought by two people.
Refunds below 50 euros are paid in cash.
    Refunds are paid in cash.
During the first year the battery is replaced free.
    The battery is replaced free.
While the router updates, the light flashes blue.
    The light flashes blue.
A steady red light means that there is no signal.
    A red light means that there is no signal.
Home customers in Scotland pay no visit fee.
    Home customers pay no visit fee.
The deposit is returned if the room is clean, and the key is returned.
    The deposit is returned.
Since May, late fees are charged at £5.
    Late fees were charged at £5.
Only when the manager agrees, agents may give a credit.
    Agents may give a credit.
In winter the shop closes at 17:00.
    The shop closes at 17:00.
On Sundays the line opens at 10:00.
    The line opens at 10:00.
Customers can cancel by phone until the end of the first term.
    Customers can cancel by phone.
Damaged parcels are refunded without a return.
    Parcels are refunded without a return.
Customers whose line is blocked pay a fee of £10.
    Customers pay a fee of £10.
In case of theft, the card is replaced free.
    The card is replaced free.
Children under 12 travel free.
    Children travel free.
Agents with a licence may sell insurance.
    Agents may sell insurance.
Refunds for cancelled flights take 7 days.
    Refunds take 7 days.
First-time buyers get a voucher of £10.
    Buyers get a voucher of £10.
Staff with a badge can enter the depot.
    Staff can enter the depot.
Anyone who has lost a card must call the bank.
    Anyone must call the bank.
Rooms on the second floor have a balcony.
    Rooms have a balcony.
The warranty covers scratches only if they are reported within a week.
    The warranty covers scratches.
Tickets can be refunded up to 2 hours before departure.
    Tickets can be refunded.
The pool is open from May to September.
    The pool is open.
The delivery is free for orders over £50.
    The delivery is free.
Employees may work from home after the probation period.
    Employees may work from home.
Before 2020 the deposit was £100.
    The deposit is £100.
The allowance was £30 a day. Since April it is £40.
    The allowance is £30 a day.
Passengers travelling with pets pay a surcharge of £15.
    Passengers pay a surcharge of £15.
If you cancel on the same day, you lose the deposit.
    You lose the deposit.
Unless the guest agrees, never enter the room.
    Never enter the room.
Hold the button for 10 seconds, then press it twice.
    Press the button twice.
The first month costs £5, then £15 a month.
    It costs £15 a month.
Full-time employees get 28 days of leave, part-time employees 14 days.
    Employees get 28 days of leave.
Returns of sale items are not possible.
    Returns are not possible.
Claims above £1,000 go to the head office.
    Claims go to the head office.
While stocks last, each order includes a bag.
    Each order includes a bag.
Customers in arrears can't change the plan.
    Customers can't change the plan.
The shop accepts cards for purchases over £5.
    The shop accepts cards.
Let the engine cool before you open the cap.
    Open the cap before you let the engine cool.
Dogs must be kept on a lead between May and July.
    Dogs must be kept on a lead.
Once a month, the filter is cleaned by the tenant if it is dirty.
    The filter is cleaned by the tenant.
International transfers cost £12.
    Transfers cost £12.
Pregnant guests must not use the sauna.
    Guests must not use the sauna.
The code works until midnight.
    The code works.
Interns don't get a company phone.
    Get a company phone.
For the Gold card, the yearly fee is £90.
    The yearly fee is £90.
"""  # a rule, and below it sentences that leave out for whom, when or until when it holds
MOST_KEPT = """\
New customers get the first month free.
    New customers get the first month for free.
    The first month is free for new customers.
Business customers may cancel within 14 days.
    A business customer can cancel within 14 days.
Customers with the Gold plan may cancel within 14 days.
    With the Gold plan, customers can cancel within 14 days.
    Gold plan customers may cancel within fourteen days.
Guests who stay three nights get breakfast free.
    Breakfast is free for guests who stay 3 nights.
Agents need approval of a team lead for refunds above 200 euros.
    For refunds above 200 euros, agents need a team lead's approval.
Nobody under 18 may rent a bike.
    People under 18 may not rent a bike.
    Nobody under eighteen may rent a bike.
The fee is 20 euros, and 10 euros for students.
    The fee is 10 euros for students.
    Students pay a fee of 10 euros.
Until March 2025 the fee was 20 euros.
    The fee was 20 euros until March 2025.
We used to pay 20 euros for a missed visit. Today we pay 10 euros.
    Today we pay 10 euros.
The customer pays the postage if the item is not faulty.
    If the item isn't faulty, the customer pays the postage.
If the item is faulty, we pay the postage.
    We pay the postage for faulty items.
    We pay the postage when the item is faulty.
When the line is down for a day, the customer gets a credit of £6.
    The customer gets £6 credit when the line is down for one day.
A visit can be moved free of charge until 16:00 on the day before.
    Until 16:00 on the day before, a visit can be moved at no charge.
Orders can be changed before they are shipped.
    An order can be changed before it is shipped.
    Before it's shipped, an order can be changed.
After 30 days a return needs approval of a manager.
    A return needs a manager's approval after 30 days.
From 1 March 2026 the credit is £25.
    The credit is £25 from 1 March 2026.
The plan costs 20 euros a month for 12 months, then 30 euros a month.
    The plan costs 20 euros a month for twelve months, then 30 euros.
    It costs 20 euros a month for 12 months.
Ask the team lead before you pay a refund.
    Before paying a refund, ask the team lead.
    You need to ask the team lead before you pay a refund.
Parcels over 20 kg are brought by two people.
    Two people bring parcels over 20 kg.
Wait 30 seconds, then plug the router in again.
    Wait 30 seconds.
    Wait thirty seconds, then plug in the router again.
Bring your passport, a photo and the form to the desk.
    Bring your passport and the form to the desk.
    You need to bring a passport, a photo and the form.
Shops open at 9:00 and close at 18:00.
    Shops close at 18:00.
    Shops open at 9:00.
Parcels arrive within three days. Large items are brought by two people.
    Large items are brought by 2 people.
A refund is paid back within 10 working days to the account that it came from.
    A refund is paid within 10 working days.
    A refund goes back to the account it came from.
Don't share the code with anyone, because it opens the door.
    Do not share the code with anyone.
    The code opens the door.
The kit comes with a cable, two screws and a plate.
    The kit comes with a cable and two screws.
    The kit has a plate.
If the pod won't pair, hold the button for 15 seconds. If that fails, call us.
    If the pod doesn't pair, hold its button for 15 seconds.
A steady red light means that there is no signal.
    There's no signal if the red light is steady.
Log each complaint in the desk tool. A manager calls back within two days.
    A manager calls back within 2 days.
    Each complaint is logged in the desk tool.
Agents can move a visit in the planner, and the customer gets a text.
    The customer gets a text.
    Agents can move visits in the planner.
The deposit is returned if the room is clean.
    If the room is clean, the deposit is returned.
Customers pay by card or by invoice. Invoices are due after 14 days.
    Customers can pay by card or invoice.
    Invoices are due after 14 days.
Customers whose line is blocked pay a fee of £10.
    A customer whose line is blocked pays a £10 fee.
First-time buyers get a voucher of £10.
    A first-time buyer gets a £10 voucher.
Staff with a badge can enter the depot.
    You can enter the depot with a badge.
Tickets can be refunded up to 2 hours before departure.
    Up to two hours before departure, tickets can be refunded.
The pool is open from May to September.
    From May to September the pool is open.
The delivery is free for orders over £50.
    Delivery is free on orders over £50.
Employees may work from home after the probation period.
    After the probation period, employees can work from home.
The allowance was £30 a day. Since April it is £40.
    Since April, the allowance is £40.
If you cancel on the same day, you lose the deposit.
    You lose the deposit if you cancel on the same day.
    Cancelling on the same day means that you lose the deposit.
Hold the button for 10 seconds, then press it twice.
    Hold the button for ten seconds.
The first month costs £5, then £15 a month.
    The first month costs £5.
Full-time employees get 28 days of leave, part-time employees 14 days.
    Full-time employees get 28 days of leave.
Claims above £1,000 go to the head office.
    The head office handles claims above £1,000.
Customers in arrears can't change the plan.
    Customers who are in arrears cannot change the plan.
Let the engine cool before you open the cap.
    Before opening the cap, let the engine cool.
International transfers cost £12.
    An international transfer costs £12.
The code works until midnight.
    The code works until midnight.
Guests can use the gym, the sauna and the pool from 7:00 to 21:00.
    Guests can use the pool from 7:00 to 21:00.
Send the form to the office by post or by email.
    Send the form by email to the office.
The technician calls half an hour before the visit.
    The technician calls half an hour before the visit.
The technician calls half an hour before the visit. Somebody over 18 must be at home.
    Someone over 18 must be at home.
Passwords have at least 12 characters and are changed every 90 days.
    Passwords are changed every 90 days.
    Passwords have at least 12 characters.
Press the red button on the left side to stop the belt.
    To stop the belt, press the red button on the left side.
    Press the red button to stop the belt.
The invoice is sent by email on the first of each month.
    The invoice is sent by email.
A new card arrives in the post within five days.
    A new card arrives within 5 days.
    The new card arrives in the post.
Customers can see their meter readings in the app under Usage.
    Customers can see their meter readings in the app.
You can pay at the desk, online or with the app.
    You can pay online.
The manager signs the form and sends it to payroll.
    The manager signs the form.
The lift is checked every year by an engineer from the council.
    The lift is checked every year.
Breakfast is served in the hall from 7:00 to 10:00.
    Breakfast is served from 7:00 to 10:00.
Contact the help desk on extension 4400 for a new badge.
    For a new badge, contact the help desk on extension 4400.
    Contact the help desk on extension 4400.
"""  # the same with sentences that say it all, or a part that holds by itself
FEWEST_SAID = 77  # of 85


OTHER_FIGURES = """\
The yard closes at 8 p.m. on Fridays.
    The yard closes at 8 a.m. on Fridays.
The kiosk sells tickets from 6am to 11pm.
    The kiosk sells tickets from 6pm to 11am.
The hedges are cut every other month.
    The hedges are cut every month.
    The hedges are cut monthly.
Windows are cleaned every second Friday.
    Windows are cleaned every Friday.
Meals are stored at -22 °C in the van.
    Meals are stored at 22 °C in the van.
Students pay half of the deposit of £60.
    Students pay the deposit.
    Students pay £60.
The licence is valid for a year and a half.
    The licence is valid for a year.
Gold accounts earn 4 to 5%.
    Gold accounts earn 5%.
Cottages have two and four beds.
    Cottages have six beds.
Riders need a helmet until they are 150 cm tall or 14 years old.
    Riders need a helmet until they are 150 cm tall and 14 years old.
Bags are carried free in the coach, and in the cabin for £8.
    Bags are carried free in the coach and in the cabin.
Depot managers may cancel the charge of £12.
    Depot managers cancel the charge of £12.
A repair usually takes 9 days.
    A repair takes 9 days.
"""  # a rule, and below it what says something else with figures and words of it
SAME_FIGURES = """\
The yard closes at 8 p.m. on Fridays.
    The yard closes at 8 pm on Fridays.
The kiosk sells tickets from 6am to 11pm.
    From 6 a.m. to 11 p.m. the kiosk sells tickets.
The hedges are cut every other month.
    The hedges are cut every two months.
Meals are stored at -22 °C in the van.
    Meals are stored at minus 22 °C in the van.
Students pay half of the deposit of £60.
    Students pay half of the £60 deposit.
The licence is valid for a year and a half.
    The licence is valid for one and a half years.
Gold accounts earn 4 to 5%.
    Gold accounts earn 4–5%.
    Gold accounts earn up to 5%.
Riders need a helmet until they are 150 cm tall or 14 years old.
    Until they are 150 cm tall or 14 years old, riders need a helmet.
Bags are carried free in the coach, and in the cabin for £8.
    Bags are carried free in the coach.
Depot managers may cancel the charge of £12.
    Depot managers can cancel the charge of £12.
A repair usually takes 9 days.
    A repair usually takes nine days.
Sacks hold up to 300g.
    Sacks hold up to 300 g.
A visit takes 2½ hours.
    A visit takes two and a half hours.
The cover pays up to four thousand five hundred pounds.
    The cover pays up to £4,500.
"""


APART = """\
The first locker costs £4; further lockers £7.
    The first locker costs £7; further lockers £4.
    A locker costs £4.
A swap costs £8 in the day and £15 at night.
    A swap costs £15 in the day and £8 at night.
4.1 Red passes end on 3 May 2027; blue passes on 9 June 2027.
    Blue passes end on 3 May 2027.
The reading room is quiet from 9 pm to 7 am.
    The reading room is quiet from 7 am to 9 pm.
Dues are charged from Monday to Sunday, and are due on the Monday.
    Dues are due on the Sunday.
The double rate is 140% of the twin price, not of the loft price.
    The double rate is 140% of the loft price.
If the pump has been run, the garage decides, and the renter pays for the repair.
    If the pump has been run, the garage pays for the repair.
We choose the day and the hall.
    Guests choose the day and the hall.
Canoe hire costs £25 a boat. It is open every night.
    Canoe hire costs £25 a night.
Flutes may be played between 10am and 8pm. Drums and trumpets are not allowed at all.
    Drums and trumpets may be played between 10am and 8pm.
Overnight visits are not allowed in Fresher Week or during the June exam weeks.
    Overnight visits are allowed during the June exam weeks.
A scratch without rust isn't a fault.
    A scratch without rust is a fault.
Two free weeks, formerly at Easter, were abolished in 2024.
    There are two free weeks at Easter.
The deposit of £90 is paid back if you cancel within 14 days.
    The deposit of £90 is paid back if you cancel after 14 days.
No charge is made where a move follows a fault of ours.
    A charge is made where a move follows a fault of ours.
Kettles may be used in kitchens only.
    Kettles may be used in bedrooms, and in kitchens with a letter.
Your roommate has to agree in writing. Your guest has to sign in.
    Your guest has to agree in writing.
Gold members use form RM2. Silver members use form RM1.
    Gold members use form RM1.
Choirs pay £12 a month, and bands pay £4 a visit.
    Bands pay £12 a month.
The warranty is 5 years on the hull and 2 years on the engine.
    The engine has a warranty of 5 years.
"""  # a rule, and below it what tells its figures, days, doers and denials of something else in it
TOGETHER = """\
Choirs pay £12 a month, and bands pay £4 a visit.
    Bands pay £4 a visit.
The heater runs for 8 hours and charges in 90 minutes.
    The heater charges in 90 minutes.
Lodgers may keep a hamster but not a parrot.
    Lodgers may keep a hamster.
The first locker costs £4; further lockers £7.
    The first locker costs £4 and further lockers cost £7.
    Further lockers cost £7.
A swap costs £8 in the day and £15 at night.
    A swap at night costs £15.
4.1 Red passes end on 3 May 2027; blue passes on 9 June 2027.
    Blue passes end on 9 June 2027.
The reading room is quiet from 9 pm to 7 am.
    The reading room is quiet between 9pm and 7am.
If the pump has been run, the garage decides, and the renter pays for the repair.
    If the pump has been run, the renter pays for the repair.
You may have a visitor for no more than two nights.
    You can have a visitor for up to 2 nights.
The captain has to be 21 or over.
    The captain has to be at least 21.
Rents in 2026 rise by 4%.
    The rise of rents in 2026 is 4%.
A pitch may be swapped if both hirers send form RM2.
    To swap a pitch, both hirers send form RM2.
You may cancel within 14 days of accepting. The deposit of £90 is returned in full then.
    The deposit of £90 is returned in full if you cancel within 14 days of accepting.
The plan costs £3 a month and can be stopped at any time.
    The plan costs £3 a month.
The vet sends form PA1 with an estimate.
    The vet sends form PA1 with an estimate.
Overnight visits are not allowed in Fresher Week or during the June exam weeks.
    Overnight visits are not allowed during the June exam weeks.
"""
MIXED = """\
Kayaks may be taken without a form; a sailing boat has to be signed out at the jetty.
    Kayaks have to be signed out at the jetty.
    A sailing boat may be taken without a form.
The badge works in every building but the archive.
    The badge works in every building.
Entry to the rose garden is free for everyone.
    Entry is free for everyone.
Training is free on contracts of 3 years; on contracts of 1 year it costs £90.
    Training is free.
The first 4 photo prints are free.
    Photo prints are free.
Crates heavier than 30 kg must be left at the gate.
    Crates must be left at the gate.
The rebate is lost if the tenant misses more than three payments.
    The rebate is lost if the tenant misses a payment.
Broken lamps are replaced when they are returned within 72 hours.
    Broken lamps are replaced within 72 hours.
Bikes and scooters may be parked in the yard only. Prams are allowed in the cellar.
    Bikes and scooters may be parked in the yard and the cellar.
A drone needs a licence from the Flight Desk. The Harbour Office sells maps.
    A drone needs a licence from the Harbour Office.
| Hall | Opens |\\n| --- | --- |\\n| Studios | 7am |\\n| Studios at Ely | 9am |
    Studios open at 9am.
The gym closes at 8pm.
    The gym closes at 8:00.
Entry by the side door is possible with a Blue Card, which costs £4.
    Entry by the side door is possible.
Pensioners get 20% off, but not in June.
    Pensioners get 20% off.
We may move boats after two days.
    Owners may move boats after two days.
Guides are paid by the office every week. Guests may not tip guides.
    The guests pay the guides every week.
The dive takes 50 minutes and its log is kept for 18 months.
    The dive is kept for 50 minutes.
The skipper takes notes and the guest fills in form B9.
    The guest takes notes and the skipper fills in form B9.
Guests choose the reef and skippers choose the route.
    Guests choose the route.
    The reef is chosen by the skippers.
The fee is paid by the diver, and the deposit is paid by the school.
    The fee is paid by the school.
Lamps are not allowed in bunks. Torches are.
    Lamps are allowed.
New members only: the first dive is free; the second dive costs £5.
    The second dive costs £5.
"""
REWORDED = """\
The gym is open from 07:00 to 21:30.
    The gym is open from 7am to 9:30pm.
The fund pays up to £3 million.
    The fund pays a maximum of £3,000,000.
Doctors may not prescribe more than 28 days of tablets.
    Doctors may prescribe a maximum of 28 days of tablets.
Cheques and notes are not accepted.
    We don't accept cheques or notes.
The plan doesn't include tents or stoves.
    Tents and stoves are not included in the plan.
Pensioners get 20% off, but not in June.
    Pensioners get 20% off, except in June.
Codes are never given out by phone.
    We never give out codes over the phone.
Bikes may be parked in the yard. They are not admitted to the tunnel.
    We do not admit bikes to the tunnel.
Reports must be sent within 20 days of the flood.
    Reports must be sent no later than 20 days after the flood.
Up to £80 the clerk signs the order; above this a director has to sign it.
    Orders above £80 have to be signed by a director.
Parcels larger than 2 m have to be booked three days in advance.
    Parcels over 2 m must be reserved three days ahead.
The hall is shut on Sundays except feast days, and from 2 to 9 August.
    The hall is shut on Sundays, except feast days.
The licence takes 21 days and holds for 12 months.
    The licence takes three weeks and holds for a year.
A bunk is kept only once the fee of £12 has been paid.
    A bunk is kept only after the £12 fee has been paid.
Divers may not keep lamps overnight.
    Divers aren't allowed to keep lamps overnight.
A cabin costs £70 with lunch, towels not included.
    A cabin costs £70 including lunch, excluding towels.
The skipper takes notes and the guest fills in form B9.
    The skipper takes notes while the guest completes form B9.
Those who miss two dives lose the badge.
    The badge is lost if they miss two dives.
We don't take tokens, stamps or Swiss Francs.
    Tokens, stamps and Swiss Francs are not accepted.
The warden decides if no repair is made within five days.
    If there's no repair made within five days, the warden decides.
The kiosk is manned from 9:00 to 17:30 on weekdays and until 13:00 on Saturdays.
    On Saturdays, the kiosk is manned until 1pm.
Guests give 14 days' notice in the app. Customers give 20 days' notice by post.
    You need to give 20 days' notice by post.
Fares are paid by card; tokens are accepted only at Gate 9.
    You can pay fares by card.
Skates can be had at the desk; sledges have to be booked two days ahead.
    Sledges must be booked two days in advance.
"""
CATS = """\
| | Cat Basic | Cat Plus | Rabbit |
| --- | --- | --- | --- |
| Vet fees | £30 per visit | £80 a year | £15 a year |
"""
STAYS = "| Ward | Minutes | Beds |\n| --- | --- | --- |\n| Stay on ward A | 20 | 4 |\n| Stay on ward B | 45 | 20 |\n"
REFUSED = "## What we won't carry\n\n- live hens, except chicks\n- cash, jewellery\n- spirits over 24%\n"
ASKED = "**Can guests bring a hound?**\nNo, only in the garden.\n\n**How long is the visit?**\nHalf an hour.\n"


@pytest.mark.parametrize(
    ("said", "text", "shown"),
    [
        (CATS, "Vet fees on Cat Basic are £30 per visit.", True),
        (CATS, "Vet fees on Cat Plus are £80 a year.", True),
        (CATS, "Vet fees on Cat Plus are £30 per visit.", False),
        (CATS, "Vet fees on Cat Basic are £30 a year.", False),
        (STAYS, "A stay on ward B takes 45 minutes.", True),
        (STAYS, "A stay on ward B takes 20 minutes.", False),
        (REFUSED, "We carry cash and jewellery.", False),
        (REFUSED, "We carry spirits over 24%.", False),
        (REFUSED, "We don't carry spirits over 24%.", True),
        (ASKED, "Guests can bring a hound.", False),
        (ASKED, "The visit is half an hour long.", True),
    ],
)
def test_cells_items_and_answers_keep_what_they_stand_below(
    said: str, text: str, shown: bool, encoder: Encoder
) -> None:
    """The name of the column, a heading that denies its list, the question before the answer."""
    assert is_shown(said, text, encoder) is shown


def test_all_stays_with_what_it_belongs_to(encoder: Encoder) -> None:
    """Figures with their part of the sentence, days with their preposition, deeds with who does them."""
    assert [told for told in told_below(APART) if is_shown(*told, encoder)] == []
    assert [told for told in told_below(TOGETHER) if not is_shown(*told, encoder)] == []


def test_halves_keep_apart_and_other_words_say_the_same(encoder: Encoder) -> None:
    """What holds for one half of a sentence, for some of them, or for one row, is not said of the other or of all."""
    assert [told for told in told_below(MIXED) if is_shown(*told, encoder)] == []
    assert [told for told in told_below(REWORDED) if not is_shown(*told, encoder)] == []


def test_long_sentences_are_checked_at_once(encoder: Encoder) -> None:
    """Also where each word begins something that is looked for: people wait for the answer."""
    assert is_shown("guest pays " * 120, "guest pays " * 50, encoder)


def test_long_numbers_are_written_plainly_at_once() -> None:
    """And a capital that is two characters in small letters is no fault."""
    assert plain("9" * 200_000) == "9" * 200_000
    assert plain("BY İTSELF") == "BY İTSELF"


def test_a_price_for_each_month_is_no_time_of_day(encoder: Encoder) -> None:
    assert is_shown("Lockers are £15 pm.", "Lockers are £15 pm.", encoder)
    assert not is_shown("Lockers close at 3 pm.", "Lockers are £15 pm.", encoder)
    assert plain("Lockers are £15 pm, until 3 pm") == "Lockers are £15 pm, until 15:00"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("$1,299.00 until 10/15/2026", "1299 dollars until October 15, 2026"),
        ("Mon-Fri 9a-5:30p, at 12 p.m.", "Mon-Fri 9:00 a.m. to 5:30 p.m., at noon"),
        ("45 lbs., 27-3/8 in., 4.5 cu. ft., 6 ft.", "45 lb, 27 3/8 inches, 4.5 cubic feet, 6 feet"),
        ("99¢ at 45°F", "99 cents at 45 degrees F"),
    ],
)
def test_american_figures_are_the_same_however_they_are_written(one: str, other: str) -> None:
    assert amounts(plain(one)) == amounts(plain(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("$1,299.99", "$1,299"),
        ("10/11/2026", "October 11, 2026"),  # or 10 November
        ("45 lbs.", "$45"),
        ("4.5 cu. ft.", "4.5 ft."),
        ("27-3/8 in.", "27 in."),
        ("5p-10p", "5 p.m. to 10 p.m."),
    ],
)
def test_other_figures_are_others(one: str, other: str) -> None:
    assert not amounts(plain(other)) <= amounts(plain(one))


def told_below(rules: str) -> list[tuple[str, str]]:
    """Each sentence with the rule that it stands below."""
    told: list[tuple[str, str]] = []
    rule = ""
    for line in rules.splitlines():
        if line.startswith(" "):
            told.append((rule.replace("\\n", "\n"), line.strip()))
        rule = rule if line.startswith(" ") else line
    return told


def is_shown(
    said: str,
    text: str,
    encoder: Encoder,
    names: Names | None = None,
    wanted: frozenset[Name] = frozenset(),
    asked: str = "",
    *,
    is_headed: bool = False,
) -> bool:
    """Whether a sentence is shown that cites a passage."""
    passage = Passage(1, 1, "a.md", "Rules", None, None, None, (), 0, len(said), said, 1.0)
    found = Found(
        (passage,), None, dense=True, names=names or Names(()), wanted=wanted, is_headed=is_headed, asked=asked
    )
    writer = ChatWriter(ChatModel(None), encoder)  # type: ignore[arg-type]
    return writer._is_supported(DraftSentence(text=text, passages=[1]), Evidence((Quotable(passage, said),), found), {})


def test_whom_and_when_a_rule_is_for_is_never_left_out(encoder: Encoder) -> None:
    """Conditions, limits, times, places and kinds of people stay, and what was so is not said to be so."""
    assert [told for told in told_below(MOST_LEFT_OUT) if is_shown(*told, encoder)] == []


def test_most_sentences_that_leave_nothing_out_are_kept(encoder: Encoder) -> None:
    """The same in other words, or one part of what a guide says."""
    told = told_below(MOST_KEPT)

    assert sum(is_shown(*each, encoder) for each in told) >= FEWEST_SAID, len(told)


def test_figures_keep_what_belongs_to_them(encoder: Encoder) -> None:
    """Halves of the day, signs, shares and reaches; "or" stays "or", and what may be so is no rule."""
    assert [told for told in told_below(OTHER_FIGURES) if is_shown(*told, encoder)] == []
    assert [told for told in told_below(SAME_FIGURES) if not is_shown(*told, encoder)] == []


BROOK_4, BROOK_4_PRO, BROOK_5, HERON = ("brook", "4"), ("brook", "4", "pro"), ("brook", "5"), ("heron",)
OF_BROOK_5 = "The guarantee of the Brook 5 is 12 years."
OF_LITE = "The Heron Lite has a guarantee of 4 years. The Heron records sound."
OF_BOTH = "## Brook 5\n\nThe guarantee is 12 years.\n\n## Brook 4\n\nIt is white."
COLOURS = "The Brook 4 is white. The Brook 5 is black. The Brook 5 has a guarantee of 4 years."
PRO = "The Brook 4 Pro handles up to 80 devices. The Brook 4 is white."
TABLE = "| Product | Price |\n| --- | --- |\n| Brook 4 | £20 |\n| Brook 5 | £30 |"


@pytest.mark.parametrize(
    ("wanted", "said", "text", "shown"),
    [
        (None, "The Brook 5 has a guarantee of 4 years.", "Brook 4 has a guarantee of 4 years.", False),
        (None, COLOURS, "Brook 4 has a guarantee of 4 years.", False),
        (BROOK_4, COLOURS, "The Brook 4 has a guarantee of 4 years.", False),
        (BROOK_4, COLOURS, "The Brook 4 is black.", False),
        (BROOK_4, COLOURS, "The Brook 4 is white.", True),
        (BROOK_4, COLOURS, "The Brook 5 is black.", False),
        (HERON, OF_LITE, "The Heron has a guarantee of 4 years.", False),
        (None, OF_LITE, "The Heron has a guarantee of 4 years.", False),
        (HERON, OF_LITE, "The Heron Lite has a guarantee of four years.", False),
        (HERON, OF_LITE, "Heron Lites have a guarantee of 4 years.", False),
        (HERON, OF_LITE, "The Acme Heron Lite has a guarantee of 4 years.", False),
        (HERON, OF_LITE, "It has a guarantee of 4 years.", False),
        (HERON, OF_LITE, "The Lite has a guarantee of 4 years.", False),
        (None, OF_LITE, "The Heron Lite has a guarantee of 4 years.", True),
        (HERON, OF_LITE, "The Heron records sound.", True),
        (BROOK_4, OF_BROOK_5, "The guarantee is 12 years.", False),
        (BROOK_4, OF_BROOK_5, "The guarantee of the Brook is 12 years.", False),
        (None, OF_BROOK_5, "The guarantee of the Brook is 12 years.", False),
        (None, OF_BROOK_5, "The guarantee is 12 years.", False),
        (BROOK_5, OF_BROOK_5, "The guarantee is 12 years.", True),
        (BROOK_5, OF_BROOK_5, "The guarantee of the Brook is 12 years.", True),
        (BROOK_4, OF_BROOK_5, "The guarantee of the Brook 5 is 12 years.", False),
        (None, OF_BROOK_5, "The guarantee of the Brook 5 is 12 years.", True),
        (BROOK_4_PRO, "The Brook 4 is white, the Brook 4 Pro is black.", "The Brook 4 is white.", False),
        (BROOK_4, OF_BOTH, "The guarantee is 12 years.", False),
        (BROOK_4, OF_BOTH, "The guarantee of the Brook 4 is 12 years.", False),
        (BROOK_5, OF_BOTH, "The guarantee of the Brook 5 is 12 years.", True),
        (BROOK_4, PRO, "The Brook 4 handles up to 80 devices.", False),
        (BROOK_4, TABLE, "The Brook 4 costs £30.", False),
        (BROOK_4, TABLE, "The price is £30.", False),
        (BROOK_4, "Wait 30 seconds. The light of the Brook 4 turns blue.", "Wait thirty seconds.", True),
        (BROOK_4, "The Brook 4 and the Brook 5 have a guarantee of 3 years.", "The guarantee is 3 years.", True),
        (BROOK_4, "Unlike the Brook 5, the Brook 4 is white.", "The Brook 4 is white, unlike the Brook 5.", True),
    ],
)
def test_what_is_said_of_a_sibling_is_not_said_of_a_product(
    wanted: Name | None, said: str, text: str, shown: bool, encoder: Encoder
) -> None:
    """Whether the sentence names the product, or the question does; nor of the sibling by its name instead."""
    names = Names(["The Brook 4, the Brook 4 Pro and the Brook 5. The Heron and the Heron Lite.", said])

    assert is_shown(said, text, encoder, names, frozenset({wanted} if wanted else ())) is shown


def test_what_is_said_of_another_product_is_not_said_of_the_one_asked_for(encoder: Encoder) -> None:
    """Where there is a passage on that: then it is a product, too."""
    names, asked = Names(["The Tove and the Tove Mini are heaters.", "The Kiln is new."]), "guarantee of the kiln"
    said, kiln = "## Tove\n\nThe guarantee is 3 years.", frozenset({("kiln",)})

    assert is_shown(said, "The guarantee is 3 years.", encoder, names, kiln, asked)
    assert not is_shown(said, "The guarantee is 3 years.", encoder, names, kiln, asked, is_headed=True)


@pytest.mark.parametrize(
    ("question", "wanted", "shown"),
    [
        ("Which colour has the Brook 4?", {BROOK_4}, False),
        ("Is another Brook 4 black?", {BROOK_4}, True),
        ("Which router is darker than the Brook 4?", {BROOK_4}, True),
        ("Which colours have the Brook 4 and the Brook 5?", {BROOK_4, BROOK_5}, True),
    ],
)
def test_a_sibling_is_spoken_of_where_it_is_asked_for(
    question: str, wanted: set[Name], shown: bool, encoder: Encoder
) -> None:
    """By its name, or because the question compares."""
    names = Names([COLOURS])

    assert is_shown(COLOURS, "The Brook 5 is black.", encoder, names, frozenset(wanted), question) is shown


@pytest.mark.parametrize(
    ("text", "there", "kept"),
    [
        ("between 8:00 and 13:00", "from 8:00 to 13:00", True),
        ("from 8:00 to 18:00", "8:00 until 18:00", True),
        ("after 8:00", "from 8:00 to 13:00", True),
        ("after 13:00", "until 13:00", False),
    ],
)
def test_the_ends_of_a_range_are_no_limits_by_themselves(text: str, there: str, kept: bool) -> None:
    assert keeps_limits(text, there) is kept
