"""A stream of invented lunar news: events told by several outlets in four languages, copied and summed up.

Equal arguments give equal items. Nothing of it is real.
"""

import random
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from feeds.curate.identity import identify
from feeds.model import Item, Judged
from feeds.model.value import replace
from tests.builders import NOW, a_verdict, digest

LANGUAGES = ("en", "ru", "zh", "es")

_ACTORS = (
    ("Senegal", "Сенегал", "塞内加尔", "Senegal"),
    ("Thailand", "Таиланд", "泰国", "Tailandia"),
    ("Pakistan", "Пакистан", "巴基斯坦", "Pakistán"),
    ("Serbia", "Сербия", "塞尔维亚", "Serbia"),
    ("Egypt", "Египет", "埃及", "Egipto"),
    ("Belarus", "Белоруссия", "白俄罗斯", "Bielorrusia"),
    ("South Africa", "ЮАР", "南非", "Sudáfrica"),
    ("Venezuela", "Венесуэла", "委内瑞拉", "Venezuela"),
    ("Kazakhstan", "Казахстан", "哈萨克斯坦", "Kazajistán"),
    ("Nicaragua", "Никарагуа", "尼加拉瓜", "Nicaragua"),
    ("Indonesia", "Индонезия", "印度尼西亚", "Indonesia"),
    ("Brazil", "Бразилия", "巴西", "Brasil"),
)
_DEEDS = (
    (
        "{0} signs agreement to join lunar research station",
        "{0} подписала соглашение о лунной научной станции",
        "{0}签署加入国际月球科研站协议",
        "{0} firma el acuerdo de la estación lunar",
    ),
    (
        "{0} delivers rover for crater at the lunar south pole",
        "{0} передала луноход для кратера у южного полюса Луны",
        "{0}交付月球南极撞击坑月球车",
        "{0} entrega un róver para un cráter del polo sur lunar",
    ),
    (
        "{0} tests nuclear reactor for Moon base",
        "{0} испытала ядерный реактор для лунной базы",
        "{0}测试月球基地核反应堆",
        "{0} prueba un reactor nuclear para la base lunar",
    ),
    (
        "{0} selects astronauts for crewed lunar landing",
        "{0} отобрала космонавтов для пилотируемой высадки на Луну",
        "{0}选拔载人登月航天员",
        "{0} selecciona astronautas para el alunizaje tripulado",
    ),
    (
        "{0} delays launch of its lunar lander",
        "{0} отложила запуск лунного посадочного аппарата",
        "{0}推迟月球着陆器发射",
        "{0} aplaza el lanzamiento de su módulo lunar",
    ),
)
_SYLLABLES = (
    tuple(re.findall("..", "bacedifoguhajekilomunaperisotuvawexiyozu")),
    tuple(re.findall("..", "бацедифогухажекиломунаперисотувавеёжйозу")),
    tuple("山水火木金土日云风雨石林花草鸟鱼马牛羊车船桥路门窗灯书笔纸墨琴棋茶米"),
    tuple(re.findall("...", "bracelxisfonguehasjerkillormunnavperrinsosturvalwerxilyorzun")),
)
"""What the words of an event are made of, language by language."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One item of the stream and the event it tells of; a round-up tells of none alone."""

    item: Item
    event: int | None


def stream(count: int, *, seed: int = 1, days: float = 60) -> list[Report]:
    """Make `count` items, in order of publication."""
    rng = random.Random(seed)  # noqa: S311 # repeatable, no secret
    made: list[Report] = []
    event = 0
    while len(made) < count:
        made += _event(rng, event, days, len(made))
        event += 1
    return sorted(made[:count], key=lambda each: (each.item.published or NOW, each.item.guid))


def _event(rng: random.Random, event: int, days: float, number: int) -> list[Report]:
    actor, deed = rng.choice(_ACTORS), rng.choice(_DEEDS)
    begin = NOW - timedelta(days=rng.random() * days)
    facts = [[_word(rng, tongue) for _ in range(24)] for tongue in range(4)]
    made: list[Report] = []
    for _ in range(rng.choice((1, 1, 2, 3, 4, 6, 8))):
        tongue = rng.randrange(4)
        when = begin + timedelta(minutes=rng.randrange(1, 1800))
        own = [_word(rng, tongue) for _ in range(24)]
        gap = "" if LANGUAGES[tongue] == "zh" else " "
        text = gap.join(rng.sample(facts[tongue] + own, 36))
        title = f"{deed[tongue].format(actor[tongue])}: {gap.join(rng.sample(facts[tongue], 3))}"
        made.append(
            Report(item=_item(number + len(made), tongue, title, f"{title}. {text}", when), event=event)
        )
        if rng.random() < 0.4:
            text = made[-1].item.summary + rng.choice(("", " +++", " 2026"))
            later = when + timedelta(minutes=rng.randrange(1, 600))
            made.append(Report(item=_item(number + len(made), tongue, title, text, later), event=event))
    if rng.random() < 0.1:
        other = rng.choice(_ACTORS)
        title = f"Lunar week {event}: {actor[0]} and {other[0]} in the news"
        text = f"{deed[0].format(actor[0])}; {rng.choice(_DEEDS)[0].format(other[0])}."
        item = _item(number + len(made), 0, title, text, begin + timedelta(days=1))
        made.append(Report(item=item, event=None))
    return made


def _word(rng: random.Random, tongue: int) -> str:
    return "".join(rng.choice(_SYLLABLES[tongue]) for _ in range(3))


def _item(number: int, tongue: int, title: str, text: str, when: datetime) -> Item:
    site = f"{LANGUAGES[tongue]}{number % 37}.example"
    return Item(
        source=f"https://{site}/feed",
        guid=f"item-{number}",
        url=f"https://{site}/news/{number}",
        title=title,
        summary=text,
        language=LANGUAGES[tongue],
        published=when,
        site=site,
        source_name=site,
    )


def judged(report: Report, **changes: object) -> Judged:
    """Judge an item of the stream as the wire would: kept."""
    made = Judged(
        item=report.item,
        verdict=a_verdict(),
        identity=identify(report.item),
        raw_hash=digest(report.item.guid),
    )
    return replace(made, **changes)
