"""The language of a text, from its script and its small words.

Small enough to run on every item: one pass over the characters, one over the words. It answers for the
languages that write most about spaceflight and stays silent where it can not tell.
"""

import functools
import re

from feeds.later import late_pattern

_SAMPLE = 400
"""Characters looked at: more changes nothing, and hostile texts are long."""
_SURE = 0.3
_FEWEST = 5
_PLAIN = 0.25
_SCRIPTS = (
    ("ja", "[\u3041-\u30fa\uff66-\uff9d]"),
    ("ko", "[\uac00-\ud7a3\u1100-\u11ff]"),
    ("zh", "[\u3400-\u9fff\uf900-\ufaff]"),
    ("cyrillic", "[\u0400-\u052f]"),
    ("arabic", "[\u0620-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufefc]"),
    ("he", "[\u05d0-\u05ea]"),
    ("devanagari", "[\u0900-\u097f]"),
    ("bn", "[\u0980-\u09ff]"),
    ("pa", "[\u0a00-\u0a7f]"),
    ("gu", "[\u0a80-\u0aff]"),
    ("or", "[\u0b00-\u0b7f]"),
    ("ta", "[\u0b80-\u0bff]"),
    ("te", "[\u0c00-\u0c7f]"),
    ("kn", "[\u0c80-\u0cff]"),
    ("ml", "[\u0d00-\u0d7f]"),
    ("si", "[\u0d80-\u0dff]"),
    ("th", "[\u0e00-\u0e7f]"),
    ("lo", "[\u0e80-\u0eff]"),
    ("my", "[\u1000-\u109f]"),
    ("ka", "[\u10a0-\u10ff]"),
    ("hy", "[\u0530-\u058f]"),
    ("am", "[\u1200-\u137f]"),
    ("km", "[\u1780-\u17ff]"),
    ("el", "[\u0370-\u03ff\u1f00-\u1fff]"),
    ("latin", "[\u00c0-\u024f\u1e00-\u1eff]"),
)
_ASCII = late_pattern("[\x00-\x7f]+")
_ASCII_LETTER = re.compile("[A-Za-z]")
_KANA_RARITY = 8
"""Ideographs per kana up to which a text is Japanese."""
_DENSE = frozenset({"ja", "ko", "zh"})
"""Scripts of which one character says what three letters of an alphabet say."""
_SMALL_WORDS = {
    "latin": {
        "en": "the of and to in is for that with on as was by are from at its it has will be an this",
        "de": "der die und das den von zu mit sich des auf für ist im dem nicht ein eine als auch wird",
        "fr": "le la les des et du une est dans pour que qui sur par au avec plus pas ce sont aux ont cette",
        "es": "el la los las de en y del que una por con para se su al como más es lo ha sobre un",
        "pt": "o os as do da dos das em e que uma para com não no na um por se mais ao como foi pela sobre",
        "it": "il lo gli della di che è per una con del nel alla sono dei delle non si più da al dal",
        "nl": "de het een van en in is op dat te met voor zijn aan er niet naar ook door bij om als wordt",
        "sv": "och att det som en på är av för med till den har inte om ett ska från vid kan",
        "no": "og det er på som en av for med til har ikke om et fra skal kan ble å etter norsk",
        "da": "og det er på som en af for med til har ikke om et fra skal kan blev at efter dansk",
        "fi": "ja on ei se että oli hän mutta kuin myös joka sen ovat voi mukaan jo",
        "pl": "w i na z się do nie że jest o za od przez jak po oraz dla ma są który która to by",
        "cs": "a v na se je že do s z o by k pro ve jako jsou který po za od také však nebo",
        "sk": "a v na sa je že do s z o by k pre vo ako sú ktorý po za od tiež však alebo",
        "hr": "i u na je se da za su od s o kao bi koji će nije što iz ali biti",
        "sl": "in v na je se da za so od z o kot bi ki bo ni iz ali tudi pri",
        "ro": "și de la în a pe cu din o care pentru că este un sau au fost prin mai nu lui",
        "hu": "a az és hogy nem is egy ez van meg de volt csak már mint el ki szerint",
        "tr": "ve bir bu için ile da de olarak daha olan gibi çok kadar sonra ne en var ise",
        "az": "və bir bu üçün ilə də olan kimi çox qədər sonra var ki olaraq daha ən isə",
        "tk": "we bir bu üçin bilen hem bolan ýaly köp soň bar has iň diýip boýunça",
        "uz": "va bir bu uchun bilan ham bo'lgan kabi ko'p keyin bor eng esa lekin",
        "vi": "và của là có trong cho được không các một với đã này những trên để",
        "id": "yang dan di untuk dengan dari pada ini dalam akan ke itu tidak adalah oleh juga",
        "ms": "yang dan di untuk dengan dari pada ini dalam akan ke itu tidak ialah oleh juga telah",
        "tl": "ang ng sa mga na ay at para ito ni kay si hindi nito ng isang",
        "sw": "na ya wa kwa ni za katika la hii kuwa cha hiyo yake",
        "lb": "den d'an vun de ass op fir mat eng dass och an dem net sinn vum goufen",
        "et": "ja on ei see et oli ka mis selle kui aga pärast oma",
        "lv": "un ir ar no uz par ka kas tas bet arī pēc tiek",
        "lt": "ir yra su iš į apie kad tai bet taip pat po",
        "sq": "dhe në të e me për që një nga është do si por",
        "ca": "el la els les de i del que una per amb als és al com més un entre",
    },
    "cyrillic": {
        "ru": "и в на с не что по для как из от это он к до за его также будет был о году были или",
        "uk": "і в на з не що та до для як із від це він у за його також буде був про році або є",
        "bg": "и в на с не че за от да се е по като към ще са до това която които със а",
        "sr": "и у на с не да за од је се по као са ће су до то која који о а ли",
        "mk": "и во на со не дека за од да се е по како ќе се до тоа која кои",
        "be": "і ў на з не што па для як з ад гэта ён у за яго таксама будзе быў пра",
        "kk": "және бұл үшін мен бен да де бір жылы деп туралы бойынша ға болады",
        "ky": "жана бул үчүн менен да де бир жылы деп тууралуу боюнча болот",
        "mn": "болон энэ нь юм байна гэж нэг оны дээр",
        "tg": "ва дар ки аз ба бо барои як ин он аст",
    },
    "arabic": {
        "ar": "في من على إلى عن أن هذا التي مع الذي هذه كما قال بعد ما لا",
        "fa": "در به از که این است را با برای آن می های شد خود کرد یک بر تا",
        "ur": "کے میں کی ہے سے کا اور کو پر نے یہ ہیں اس ایک کہ",
        "ps": "په د او چې کې له سره دی ته يې",
        "ug": "ۋە بىلەن بۇ ئۈچۈن بىر",
    },
    "devanagari": {
        "hi": "के में की है से का और को पर ने यह हैं इस एक कि लिए भी था",
        "mr": "आहे आणि या च्या ते हा ही आहेत होते साठी करण्यात मध्ये",
        "ne": "को मा र छ ले लागि पनि हो भएको गर्ने छन्",
    },
}
_WEIGHTS: dict[str, dict[str, dict[str, float]]] = {}
_WORD = late_pattern(r"[^\s\d!-/:-@\[-`{-~«»“”„…؟،。—–]+")
_LETTERS = (
    ("uk", "cyrillic", "іїєґ"),
    ("be", "cyrillic", "ў"),
    ("kk", "cyrillic", "әғқңұһ"),
    ("sr", "cyrillic", "ђјљњћџ"),
    ("mk", "cyrillic", "ѓќѕ"),
    ("ru", "cyrillic", "ыэё"),
    ("fa", "arabic", "پچژگ"),
    ("ur", "arabic", "ٹڈڑںے"),
    ("tr", "latin", "ğış"),
    ("az", "latin", "ə"),
    ("vi", "latin", "ơưạảấầẩậắằặẹếềểệịọốồổộớờợụứừựỹđ"),
    ("de", "latin", "ßäöü"),
    ("pl", "latin", "ąęłńśźż"),
    ("cs", "latin", "ěřů"),
    ("ro", "latin", "ăâîșțşţ"),
    ("hu", "latin", "őű"),
    ("es", "latin", "ñ¿¡"),
    ("pt", "latin", "ãõ"),
    ("fr", "latin", "êèœ"),
    ("tk", "latin", "ýňž"),
)


def _weights(script: str) -> dict[str, dict[str, float]]:
    """Give, for each small word, how much it says for each language that uses it."""
    if script not in _WEIGHTS:
        table: dict[str, dict[str, float]] = {}
        for language, words in _SMALL_WORDS[script].items():
            for word in words.split():
                table.setdefault(word, {})[language] = 1.0
        for shares in table.values():
            for language in shares:
                shares[language] = 1.0 / len(shares)
        _WEIGHTS[script] = table
    return _WEIGHTS[script]


def small_words() -> dict[str, frozenset[str]]:
    """Give, for each language with an alphabet of several, the small words it is known by."""
    return {
        language: frozenset(words.split())
        for profiles in _SMALL_WORDS.values()
        for language, words in profiles.items()
    }


@functools.cache
def _small(language: str) -> frozenset[str]:
    return small_words().get(language, frozenset())


def reads_as(text: str, language: str) -> bool:
    """Say whether so many words of `text` are small words of `language` that no other is worth a thought."""
    words = text[:_SAMPLE].lower().split()
    return sum(map(_small(language).__contains__, words)) >= max(_FEWEST, len(words) * _PLAIN)


def detect(text: str) -> str:
    """Give the BCP 47 primary tag of the language of `text`, or the empty string when nothing tells it."""
    sample = text[:_SAMPLE]
    script = _script(sample)
    if script not in _SMALL_WORDS:
        return script
    table = _weights(script)
    points: dict[str, float] = dict.fromkeys(_SMALL_WORDS[script], 0.0)
    lowered = sample.lower()
    words = _WORD.findall(lowered)
    for word in words:
        for language, share in table.get(word, {}).items():
            points[language] += share
    for language, letters_of, letters in () if sample.isascii() else _LETTERS:
        if letters_of == script:
            points[language] += min(sum(map(lowered.count, letters)) * 0.35, 2.5)
    best = max(points, key=lambda language: points[language])
    return best if points[best] >= max(_SURE, len(words) * 0.03) else ""


@functools.cache
def _scripts() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Compile the scripts' patterns, when a text first asks for more than ASCII."""
    return tuple((name, re.compile(letters)) for name, letters in _SCRIPTS)


def _script(sample: str) -> str:
    foreign = _ASCII.sub("", sample)
    if not foreign:
        return "latin" if any(map(str.isalpha, sample)) else ""
    counts = {name: len(pattern.findall(foreign)) for name, pattern in _scripts()}
    counts["latin"] += len(_ASCII_LETTER.findall(sample))
    for dense in _DENSE:
        counts[dense] *= 3
    if counts["ja"] and counts["ja"] * _KANA_RARITY >= counts["zh"]:
        counts["ja"] += counts["zh"]
    best = max(counts, key=lambda name: counts[name])
    return best if counts[best] else ""
