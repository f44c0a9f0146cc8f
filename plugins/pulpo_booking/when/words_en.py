"""English words: weekdays, months, numbers, chat spelling, and what only looks like a date word."""

from pulpo_booking.when.lexicon import Lexicon, Weak, month_symbol, ordinal, pairs, symbols

_WEEKDAYS = (
    "monday mon mondy munday monday's",
    "tuesday tue tues teusday tuseday tusday tuesdy tuesday's",
    "wednesday weds wensday wendsday wednsday wednesdy wedensday wednesday's",
    "thursday thu thur thurs thrusday thirsday thusday thurday thersday thursday's",
    "friday fri firday freday friday's",
    "saturday saterday satuday saturaday satday saturday's",
    "sunday sundy sunday's",
)
_PLURALS = "mondays tuesdays wednesdays thursdays fridays saturdays sundays".split()
_MONTHS = (
    "january jan",
    "february feb febuary",
    "",
    "april apr",
    "",
    "june jun",
    "july jul",
    "august aug",
    "september sep sept",
    "october oct",
    "november nov",
    "december dec",
)
_NUMBERS = (
    "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty"
).split()
_ORDINALS = (
    "third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth "
    "sixteenth seventeenth eighteenth nineteenth twentieth"
).split()
_CHAT = pairs(
    "tmrw=tomorrow tmr=tomorrow tmw=tomorrow tomoz=tomorrow tomos=tomorrow 2moro=tomorrow 2morrow=tomorrow "
    "2mrw=tomorrow 2mo=tomorrow tomorow=tomorrow tommorow=tomorrow tommorrow=tomorrow tomorro=tomorrow "
    "tomorrw=tomorrow tomrrow=tomorrow tomarrow=tomorrow tommrow=tomorrow tmrow=tomorrow tmorrow=tomorrow "
    "toomorrow=tomorrow tommorro=tomorrow tomorrows=tomorrow tomorrow's=tomorrow "
    "tday=today 2day=today todays=today today's=today tonite=tonight 2nite=tonight tnight=tonight "
    "2night=tonight tonigh=tonight nxt=next wk=week wks=weeks wkend=weekend wknd=weekend "
    "afternon=afternoon aftrnoon=afternoon arvo=afternoon aft=afternoon aftenoon=afternoon "
    "afternoons=afternoon mornings=morning evenings=evening morn=morning mornin=morning mornng=morning eve=eve "
    "oclock=o'clock o=o arnd=around abt=about w=w hrs=hours hr=hour mins=minutes min=minutes minute=minutes "
    "mid-day=midday betwen=between btw=btw btwn=between b4=before til=until till=until 'til=until untill=until "
    "xmas=christmas pls=please thx=thanks u=you r=are fortnights=fortnight weekends=weekend cant=can't "
    "dont=don't doesnt=doesn't wont=won't couldnt=couldn't im=i'm its=it's isnt=isn't id=i'd"
)
_ON = frozenset("on this next for by until from to or and , - coming every through between last of a".split())
_AFTER = frozenset("at morning afternoon evening night , or - to around week please pls ? after before".split())
_IN_MONTH = frozenset("in early mid late of end next during through until - this".split())

_words = dict(_CHAT)
_words |= {word: str(number) for number, word in enumerate(_NUMBERS, start=2)}
_words |= {"thirty": "30", "forty": "40", "fifty": "50", "fourty": "40"}
_words |= {word: ordinal(number) for number, word in enumerate(_ORDINALS, start=3)}
_words |= {"thirtieth": "30th", "twelth": "12th", "nineth": "9th"}
_words |= symbols(_WEEKDAYS, _MONTHS)
_words |= {word: f"W{index}s" for index, word in enumerate(_PLURALS)}


def _weak_weekday(index: int) -> tuple[Weak, ...]:
    return (Weak(f"W{index}", before=_ON, followed_by=_AFTER, number_after=True),)


def _weak_month(index: int) -> tuple[Weak, ...]:
    return (Weak(month_symbol(index), before=_IN_MONTH, number_before=True, number_after=True),)


EN = Lexicon(
    words=_words,
    weak={
        "sat": _weak_weekday(5),
        "sun": _weak_weekday(6),
        "wed": _weak_weekday(2),
        "may": _weak_month(5),
        "march": _weak_month(3),
        "mar": _weak_month(3),
        "marc": (Weak(month_symbol(3), number_before=True),),
    },
    tens={"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50},
    units={w: n for n, w in enumerate("one two three four five six seven eight nine".split(), start=1)},
    unit_ordinals={
        w: n for n, w in enumerate("first second third fourth fifth sixth seventh eighth ninth".split(), start=1)
    },
    tens_joint=frozenset({" ", "-"}),
    names=frozenset({"april", "june", "august", "may", "jan"}),
    name_before=frozenset("i'm am is with name's named called name mrs ms miss mr dr lady by ask see".split()),
    typo_targets=(
        {w: symbols(_WEEKDAYS, ())[w] for w in "monday tuesday wednesday thursday friday saturday sunday".split()}
        | {
            w: symbols((), _MONTHS)[w]
            for w in "january february april august september october november december".split()
        }
        | {"tomorrow": "tomorrow", "tonight": "tonight", "afternoon": "afternoon", "morning": "morning"}
        | {"evening": "evening", "weekend": "weekend"}
    ),
    never_typos=frozenset(
        "today money mondo tuesdayish fridge friend friends fried sundry sundae saturated thursty "
        "mourning warning evening evenings weekend weekends weekday weekdays weeken moaning learning turning "
        "burning evenly opening events augusto augusta gust octopus decembers remember member members "
        "novembers afternoon afternoons apr appril aprils april's june july tomorrow tonight toning morning "
        "mornings noon".split()
    ),
)
