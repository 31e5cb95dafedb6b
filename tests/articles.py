"""Items to compare: an article, its like on another site, one event told in five languages."""

from typing import Any

from feeds.curate.identity import relate
from feeds.model import Item, Relation
from tests.builders import NOW

ENGLISH = (
    "Delegates from eleven countries met in Hainan on Tuesday to agree on the power supply of the lunar "
    "research station. The reactor is to be landed before the first crew, said the project's chief "
    "designer, and will feed two habitats, a workshop and the drill at the rim of the crater. "
    "Partners may book a share of the output until the end of the year, he added, and those who bring "
    "instruments of their own will be served first. A second meeting is planned for the autumn."
)
CHINESE = (
    "国际月球科研站供电方案周二在海南敲定，来自十一个国家的代表出席会议。项目总设计师表示，反应堆将在首批航天员到达之前"
    "着陆，为两座居住舱、一座工坊和环形山边缘的钻机供电。合作方可在年底前预订电力份额，自带仪器的伙伴优先。"
    "第二次会议计划于秋季举行，届时将公布选址结果、运输时间表以及各方的分工。与会专家认为，供电是整个科研站建设的关键，"
    "必须提前在地面完成全部试验，并在月面留有备份。会议还讨论了数据共享和人员培训等问题，并商定成立联络小组，每月通报一次。"
)


def an_article(**changes: Any) -> Item:  # noqa: ANN401 # any field of the item
    """Make an item with text, of a site of its own unless told otherwise."""
    site = changes.get("site", "news.example")
    values: dict[str, Any] = {
        "source": f"https://{site}/feed",
        "guid": changes.get("url", f"https://{site}/a"),
        "url": f"https://{site}/a",
        "title": "Eleven countries agree on power for the lunar station",
        "summary": ENGLISH,
        "language": "en",
        "published": NOW,
        "site": site,
    }
    return Item(**values | changes)


def relation(a: Item, b: Item) -> Relation:
    """Relate two items in both orders, which must agree."""
    one, other = relate(a, b), relate(b, a)
    assert one == other
    assert one.reasons
    return one.relation


def elsewhere(**changes: Any) -> Item:  # noqa: ANN401 # any field of the item
    """Make an item of another site."""
    return an_article(**{"site": "copy.example", "url": "https://copy.example/z"} | changes)


EVENT = (
    (
        "en",
        "Thailand joins China's lunar research station",
        "Thailand and China signed a memorandum on the International Lunar Research Station, the CNSA said.",
    ),
    (
        "zh",
        "泰国加入国际月球科研站",
        "中国国家航天局表示，中国和泰国签署了关于国际月球科研站合作的谅解备忘录。",
    ),
    (
        "ru",
        "Таиланд присоединился к лунной станции Китая и России",
        "Китай и Таиланд подписали меморандум о Международной научной лунной станции, сообщила КНКА.",
    ),
    (
        "es",
        "Tailandia se une a la estación lunar de China",
        "China y Tailandia firmaron un memorando sobre la Estación Internacional de Investigación Lunar.",
    ),
    (
        "ja",
        "タイ、月研究基地計画に参加",
        "中国とタイ王国は国際月面研究ステーションに関する覚書に署名した。国家航天局が発表した。",
    ),
)
