"""Text in every encoding that people still have, kept as they typed it."""

from pathlib import Path

import pytest

from knowledge.decoding import decode
from tests.knowledge.conftest import Take

GUIDES = Path(__file__).parents[2] / "knowledge" / "guides"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.md", "The war\u00adran\u00adty of the Zef\u200bfa\ufeff lasts 3 years at Cafe\u0301 Mu\u0308ller."),
        ("a.html", "<p>The war&shy;ran&shy;ty of the Zef&#8203;fa lasts 3 years at Cafe&#769; Mu&#776;ller.</p>"),
    ],
)
def test_words_are_kept_as_people_type_them(take: Take, name: str, content: str) -> None:
    """Without signs that nobody sees within them, and each letter in one piece with its accent."""
    assert take(name, content).text.strip() == "The warranty of the Zeffa lasts 3 years at Café Müller."


def test_joiners_of_emoji_are_kept(take: Take) -> None:
    assert take("a.md", "For families 👨\u200d👩\u200d👧.").text == "For families 👨\u200d👩\u200d👧."


@pytest.mark.parametrize("text", ["REFUNDS\r\n\r\nTen days.\r\n\x1a", "\x02REFUNDS\x03\r\n\r\nTen days.\r\n"])
def test_text_from_dos(take: Take, text: str) -> None:
    """The sign that ends it is no part of it, and one or two others don't make it something else than text."""
    assert take("a.txt", text).text.endswith("Ten days.\n")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings(take: Take, encoding: str) -> None:
    """Text in Unicode or in an old Western encoding is read as it was meant."""
    text = "Grüße aus München – für alle Kunden über 18 Jahre, natürlich.\n"
    assert take("a.txt", text.encode(encoding)).text == text


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("The late fee is £5 a day.", "cp1252"),
        ("Refund: €20 – within 5 days", "cp1252"),
        ("Umlauts (äöüß) cost extra. " + "The fee is £5. " * 20, "cp1252"),
        ("Każdy klient może zwrócić urządzenie za 20 zł.", "cp1250"),
        ("Őszi akció, fűtés, hűtő", "cp1250"),
        ("Vevő: fizetés után a következő munkanapon szállítjuk.", "cp1250"),
        ("Clienţii pot returna produsul în 14 zile. Plăţi şi reţele", "cp1250"),
        ("Příští týden dodáme zařízení.", "cp1250"),
        ("Račun lahko plačate s kartico, naročilo pa prekličete.", "cp1250"),
        ("grąžinti prekę", "cp1257"),
        ("Par kavējumu jāmaksā soda nauda.", "cp1257"),
        ("Müşteri ürünü 14 gün içinde iade edebilir.", "cp1254"),
        ("Það þarf að greiða gjald fyrir hverja nótt.", "cp1252"),
        ("Põe a mão no coração: não há devoluções, 1º andar.", "cp1252"),
        ("Kõik õiged vastused on 14 päeva jooksul.", "cp1252"),
        ("Køb på nettet. Gebyret er på 50 kr. pr. døgn.", "cp1252"),
        ("Où s’adresser ? À l’accueil, bien sûr, près du théâtre.", "cp1252"),
        ("Así es más fácil: perché è più facile. ¿Qué? 20 m³, 1¼ in, price¹", "cp1252"),
        ("José, Müller and Søren answer at the café – £5, Nº 3.", "cp1252"),
        ("Плата составляет 200 рублей.", "cp1251"),
        ("手数料は20円です。", "shift_jis"),
    ],
)
def test_old_encodings(take: Take, text: str, encoding: str) -> None:
    """Windows' own in the West comes first, so that prices stay what they are; other languages are still told."""
    assert take("a.txt", text.encode(encoding)).text == text


def test_sample_guides_in_the_encoding_of_windows() -> None:
    """Each says the same when it was saved by an old editor."""
    texts = [path.read_text() for path in GUIDES.rglob("*") if path.suffix in {".md", ".txt", ".csv"}]
    signs = [text for text in texts if not text.isascii()]
    western = [text for text in signs if text.encode("cp1252", "ignore").decode("cp1252") == text]
    assert western
    assert [text for text in western if decode(text.encode("cp1252")) != text] == []


def test_html_that_declares_latin_1(take: Take) -> None:
    """It is read as Windows' own encoding, as browsers do."""
    assert take("a.html", "<meta charset=iso-8859-1><p>Fee €5 – now".encode("cp1252")).text == "Fee €5 – now"
