"""Language detection on sentences of our own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.curate.language import detect, reads_as, small_words

SENTENCES = {
    "en": "The council will decide on the new bridge in the spring, and it has not said where.",
    "de": "Der Rat entscheidet im Frühjahr über die neue Brücke und hat den Ort nicht genannt.",
    "fr": "Le conseil va décider au printemps pour le pont, mais il n'a pas dit où il sera.",
    "es": "El consejo decidirá en la primavera sobre el puente y no ha dicho dónde estará.",
    "pt": "O conselho vai decidir na primavera sobre a ponte, mas não disse onde ela será.",
    "it": "Il consiglio deciderà in primavera sul ponte, ma non ha detto dove sarà; è la terza volta.",
    "nl": "De raad beslist in het voorjaar over de brug en heeft niet gezegd waar die komt.",
    "sv": "Rådet beslutar i vår om den nya bron och har inte sagt var den ska ligga.",
    "pl": "Rada zdecyduje na wiosnę o moście i nie powiedziała, że będzie on w mieście.",
    "cs": "Rada rozhodne na jaře o mostě a neřekla, kde by se měl stavět; který to je.",
    "ro": "Consiliul va decide în primăvară asupra podului și nu a spus unde este.",
    "hu": "A tanács tavasszal dönt a hídról, és nem mondta meg, hogy hol lesz az.",
    "tr": "Konsey ilkbaharda köprü için karar verecek ve yeri daha açıklamadı.",
    "fi": "Neuvosto päättää sillasta keväällä, mutta se ei ole kertonut että missä.",
    "vi": "Hội đồng sẽ quyết định về cây cầu trong mùa xuân và không nói ở đâu.",
    "id": "Dewan akan memutuskan jembatan itu dalam musim ini dan tidak mengatakan di mana.",
    "ru": "Совет решит весной, что будет с мостом, и не сказал, где он будет.",
    "uk": "Рада вирішить навесні, що буде з мостом, і не сказала, де він стоятиме.",
    "bg": "Съветът ще реши през пролетта за моста и не е казал къде ще е.",
    "sr": "Савет ће у пролеће одлучити о мосту и није рекао где ће да буде.",
    "kk": "Кеңес көпір туралы және бұл жылы шешеді.",
    "ar": "يقرر المجلس في الربيع من أجل الجسر ولم يقل أين هذا",
    "fa": "شورا در بهار درباره پل تصمیم می گیرد و این را نگفته است که کجا",
    "ur": "کونسل بہار میں پل کے بارے میں فیصلہ کرے گی اور یہ نہیں بتایا ہے",
    "he": "המועצה תחליט באביב על הגשר",
    "hi": "परिषद वसंत में पुल के बारे में फैसला करेगी और यह नहीं बताया है",
    "mr": "परिषद वसंत ऋतूत निर्णय घेणार आहे आणि ते सांगितले नाही",
    "bn": "পরিষদ বসন্তে সেতু নিয়ে সিদ্ধান্ত নেবে",
    "ta": "பாலம் பற்றி சபை முடிவு செய்யும்",
    "te": "వంతెనపై మండలి నిర్ణయిస్తుంది",
    "th": "สภาจะตัดสินใจเรื่องสะพาน",
    "ko": "의회는 봄에 다리를 결정한다",
    "ja": "議会は春に橋について決める",
    "zh": "议会将在春天决定桥的事",
    "el": "Το συμβούλιο θα αποφασίσει την άνοιξη",
    "ka": "საბჭო გაზაფხულზე გადაწყვეტს",
    "hy": "Խորհուրդը կորոշի գարնանը",
}


@pytest.mark.parametrize(("language", "sentence"), SENTENCES.items())
def test_a_sentence_tells_its_language(language: str, sentence: str) -> None:
    """One ordinary sentence is enough."""
    assert detect(sentence) == language


@pytest.mark.parametrize("text", ["", "  ", "2035", "!?…", "🚀🌕", "Xqz"])
def test_silence_where_nothing_tells(text: str) -> None:
    """Numbers, signs and a lone unknown word have no language."""
    assert detect(text) == ""


def test_kana_decides_between_japanese_and_chinese() -> None:
    """A few kana among many ideographs make a text Japanese."""
    assert detect("国際協力で研究施設を建設") == "ja"
    assert detect("国际合作建设研究设施") == "zh"


@given(st.text())
def test_any_text_has_a_tag_or_none(text: str) -> None:
    """The answer is empty or a primary tag."""
    tag = detect(text)
    assert tag == "" or (tag.isascii() and tag.islower() and 2 <= len(tag) <= 3)


def test_small_words_are_listed_per_language() -> None:
    """The lint reads the same words that detection does."""
    assert "the" in small_words()["en"]
    assert "и" in small_words()["ru"]


def test_a_text_full_of_small_words_reads_as_its_language() -> None:
    """Enough small words settle the language; few, or those of another, do not."""
    text = "The base of the crews will be built on the Moon, and it has to stand for years in the dust"
    assert reads_as(text, "en")
    assert not reads_as(text, "de")
    assert not reads_as("The Moon", "en")
    assert not reads_as(text, "xx")
