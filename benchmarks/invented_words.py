"""Everyday words and made-up syllables of some languages, of which `invented.py` makes texts."""

import re

TONGUES = {"en": 60, "zh": 10, "ru": 10, "es": 11, "ja": 3, "ar": 3, "ko": 2, "hi": 1}
"""Languages and how many of a hundred items are written in each."""

COMMON = {
    tongue: words.split()
    for tongue, words in {
        "en": "the of and to in a for on is that with as was by it at from be has said will an are"
        " which its this have would had new more also were but year one been after first two who"
        " their about people than other could time when up into last over some out years only"
        " work day part made most world these while state early four team long under next three"
        " since near later city group data week local high report small far",
        "es": "de la que el en y a los se del las un por con no una su para es al lo como más o pero"
        " sus le ha este sí porque esta entre cuando muy sin sobre también me hasta hay donde"
        " quien desde todo nos durante todos uno les ni contra otros ese eso ante ellos e esto"
        " mí antes algunos qué unos yo otro otras otra él tanto esa",
        "ru": "и в не на что с по это как а из к он у но за от его до же все для бы так они мы было"
        " только еще ее или был при уже чтобы после года их можно более была также быть этого"
        " время лет во того один первый этом нет между через новый новых день стал сказал"
        " человек будет около сейчас работа мир город группа часть два три",
        "zh": "的 是 在 了 和 有 为 中 将 与 这 对 等 上 也 我们 进行 一个 可以 已经 通过 表示 目前"
        " 工作 发展 问题 時間 今年 方面 记者 时间 其中 以及 开始 由于 成为 主要 重要 情况 需要"
        " 第一 之后 昨天 人们 公司 地区 活动 相关 继续 介绍 认为 两国",
        "ja": "の は に を が と で も から ます した です この その ある いる こと これ ため など"
        " よう として について また さらに 年 月 日 時間 会社 世界 日間 今回 予定 発表 今年 一部"
        " 現在 問題 地域 必要 同社 昨日 最初 関係 以上 継続 説明 活動",
        "ko": "은 는 이 가 을 를 에 의 도 로 과 와 에서 으로 하는 있다 했다 것으로 대한 위해 이번"
        " 지난 올해 따르면 통해 함께 밝혔다 말했다 오늘 최근 처음 현재 가장 많은 다른 모든 시간"
        " 사람 지역 회사 계속 문제 관련 중요한 필요 두 세 첫 주요 작업",
        "ar": "في من على إلى أن التي الذي عن مع هذا هذه كان كما بعد قبل بين كل أو لم لا ما قد حتى عام"
        " أكثر أول اليوم خلال وقال عند غير منذ حيث عدد كبير جديد مدينة شركة عمل وقت جزء سنوات"
        " شهر أسبوع مجموعة تقرير محلي عالم اخر ثلاثة",
        "hi": "के में की है और से को का पर ने कि यह भी एक हैं इस लिए कहा नहीं तो था गया साथ कर बाद हो"
        " अपने दिया रहे करने वाले होने तक जो किया समय दिन साल पहले लोग काम नई बड़ी शहर समूह भाग"
        " दो तीन देश आज सप्ताह रिपोर्ट स्थानीय आगे जारी",
    }.items()
}
"""The most common first."""

SYLLABLES = {
    "en": tuple(re.findall("..", "bacedifoguhajekilomunaperisotuvawexiyozudretrilonsart")),
    "es": tuple(re.findall("..", "bacedifoguhajekilomunaperisotuvaliecriadosuentor")),
    "ru": tuple(re.findall("..", "бацедифогухажекиломунаперисотувавежирадонитьлесо")),
    "zh": tuple("山水火木金土云风雨石林花草鸟鱼马牛羊车船桥路门窗灯书笔纸墨琴棋茶米竹松梅兰江河湖海岛"),
    "ja": tuple("かきくけこさしすせそたちつてとなにぬねのはひふへほまみむめもやゆよらりるれろ山川田木林森"),
    "ko": tuple("가나다라마바사아자차카타파하고노도로모보소오조초코토포호구누두루무부수우주추"),
    "ar": tuple(re.findall("..", "بادورينلمقافعسيشوجرحاخوذيضبطاظهغكتر")),
    "hi": tuple(re.findall("..", "काकीगागेचाचीजाजोटाडेतादीनानेपापोबाभीमामेयारोलावेसाहो")),
}
