"""Words of the calendar in the languages feeds are written in, as they appear in dates.

Month names are given by their shortest unmistakable stem, so that cases and abbreviations of a language
need no entry of their own: `октяб` reads октября and октябрь. Keys are case-folded
and hold no accents (NFKD without combining marks), as `feeds.intake.dates` folds the text.
"""

_MONTH_STEMS: dict[int, str] = {
    1: (
        "jan januar janv ene gen январ янв січ sty sau stycz ocak oca leden ledna led siecz يناير "
        "جانفي जनवरी जन ianuarie ian ιαν janeiro enero gennaio tammi студз януари ינואר januari"
    ),
    2: (
        "feb fev fevr febrer февр фев лют lut luty lutego subat şub sub unor unora feabh فبراير "
        "فيفري फरवरी फर fevereiro febbraio φεβ helmi февруари פברואר pebruari"
    ),
    3: (
        "mar march marz marzo mars март мар марта берез бер brezen brezna mart marzec marca maa "
        "مارس मार्च martie marco μαρ maalis сакав מרץ maret maart mrt"
    ),
    4: (
        "apr april avr abr aprile апр апрел квіт кв kwi kwiet nisan nis duben dubna dub أبريل "
        "ابريل أفريل अप्रैल अप्र aprilie abril απρ huhti красав אפריל"
    ),
    5: (
        "may mai mayo maggio mag maj maja май мая трав тра kveten kvetna kve mayis مايو ماي मई "
        "maio μαι touko mei מאי"
    ),
    6: (
        "jun june juin junio giu giugno июн июнь июня черв чер cze czerw cerven cervna cvn "
        "haziran haz يونيو جوان जून iunie junho ιουν kesa чэрв юни יוני juni"
    ),
    7: (
        "jul july juil julio lug luglio июл июль июля лип lip lipiec lipca cervenec cervence cvc "
        "temmuz tem يوليو جويلية जुलाई जुल iulie julho ιουλ heina юли יולי juli"
    ),
    8: (
        "aug august aout ago agosto авг август серп сер sie sierp srpen srpna srp agustos agu "
        "أغسطس اغسطس أوت अगस्त αυγ elo жнів אוגוסט agustus"
    ),
    9: (
        "sep sept september septem set setembro settembre сент сен верес вер wrz wrzes zari eylul "
        "eyl سبتمبر सितंबर सितम्बर सित septiembre σεπ syys вераc ספטמבר"
    ),
    10: (
        "oct october okt oktober ott ottobre out outubro octubre окт октябр октяб жовт жов paz "
        "pazdz rijen rijna rij ekim eki أكتوبر اكتوبر अक्टूबर अक्टू अक्तूबर οκτ loka октомври "
        "אוקטובר"
    ),
    11: (
        "nov november novembre novem noviembre ноя нояб листоп лис lis listop listopad listopada "
        "kasim kas نوفمبر नवंबर नवम्बर नव noiembrie νοε marras ноември נובמבר"
    ),
    12: (
        "dec december dez dezember dic diciembre dicembre dezembro дек декаб груд гру gru grud "
        "prosinec prosince pro aralik ara ديسمبر दिसंबर दिसम्बर दिस decembrie δεκ joulu декември "
        "דצמבר desember des"
    ),
}
_MONTHS = {stem: month for month, stems in _MONTH_STEMS.items() for stem in stems.split()}
_LISTOPAD_TEN = frozenset(("hr",))
"""Languages in which listopad is October, not November."""

_PM = frozenset(["pm", "p.m", "p.m.", "下午", "晚上", "午後", "오후", "м.ж", "μμ", "م", "مساء", "अपराह्न"])
_AM = frozenset(["am", "a.m", "a.m.", "上午", "早上", "凌晨", "午前", "오전", "πμ", "ص", "صباحا", "पूर्वाह्न"])

# fmt: off
_ZONES = {
    "ut": 0, "utc": 0, "gmt": 0, "z": 0, "wet": 0, "west": 60, "bst": 60, "cet": 60, "met": 60,
    "mez": 60, "cest": 120, "mest": 120, "mesz": 120, "eet": 120, "sast": 120, "cat": 120,
    "wat": 60, "eat": 180, "eest": 180, "msk": 180, "мск": 180, "trt": 180, "msd": 240, "gst": 240,
    "samt": 240, "irst": 210, "irdt": 270, "yekt": 300, "pkt": 300, "uzt": 300, "npt": 345,
    "omst": 360, "bdt": 360, "krat": 420, "novt": 420, "wib": 420, "ict": 420, "hkt": 480,
    "sgt": 480, "myt": 480, "pht": 480, "awst": 480, "irkt": 480, "wita": 480, "jst": 540,
    "kst": 540, "yakt": 540, "wit": 540, "acst": 570, "acdt": 630, "aest": 600, "vlat": 600,
    "aedt": 660, "magt": 660, "nzst": 720, "pett": 720, "nzdt": 780, "hst": -600, "akst": -540,
    "akdt": -480, "pst": -480, "pdt": -420, "pt": -480, "mst": -420, "mdt": -360, "mt": -420,
    "cdt": -300, "ct": -360, "est": -300, "edt": -240, "et": -300, "ast": -240, "adt": -180,
    "nst": -210, "ndt": -150, "brt": -180, "brst": -120, "art": -180, "clt": -240, "clst": -180,
    "cot": -300, "pet": -300, "vet": -240, "uyt": -180,
}
# fmt: on
"""Minutes east of UTC; where an abbreviation has several meanings, the one that feeds mean."""
_ZONES_BY_LANGUAGE = {
    "cst": ({"zh": 480, "es": -360}, -360),
    "ist": ({"he": 120, "iw": 120, "ga": 60}, 330),
}
"""Abbreviations that mean different offsets in different places: by language, and otherwise."""


def month_of(word: str, language: str = "") -> int:
    """Month 1 to 12 that a folded word names, in any of the languages; 0 when it names none."""
    word = word.rstrip(".")
    if word in {"listopad", "listopada", "lis"} and language in _LISTOPAD_TEN:
        return 10
    if month := _MONTHS.get(word):
        return month
    shortest = 3 if word.isascii() else 2
    for size in range(len(word) - 1, shortest - 1, -1):
        if month := _MONTHS.get(word[:size]):
            return month
    return 0


def half_of_day(word: str) -> int:
    """12 for the second half of the day, 0 for the first, -1 for words that are neither."""
    return 12 if word in _PM else 0 if word in _AM else -1


def zone_minutes(word: str, language: str = "") -> int | None:
    """Minutes east of UTC of a folded zone abbreviation; None when it is none."""
    if word in _ZONES_BY_LANGUAGE:
        special, usual = _ZONES_BY_LANGUAGE[word]
        return special.get(language, usual)
    return _ZONES.get(word)
