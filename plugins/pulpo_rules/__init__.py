"""The embedded planner "rules": it converses over whatever tools are declared, and knows no domain of its own.

Whoever plugs it in:        `plugin` (the hook), `planner` (what a turn calls: the only module that waits)
Whoever follows a message:  `understanding` (what it says), `acts` (greetings, thanks, a change of mind …),
                            `intents` (which tool), `reading` (which values), `offers` (which of the choices shown)
Whoever follows a reading:  `walk` (one walk over a text), on which `contacts` (names, numbers, addresses), `moments`
                            (dates and times), `listed` (values of lists), `pronouns` (who "ella" is), `whereabouts`
                            (places) and `counts` (amounts) read in turn
Whoever follows a decision: `decisions` (what to do about a message), `routing` (which goal it serves), `outset` (how it
                            goes into that goal), `wishes` (two in one message), `facts` (what it changes), `carrying`
                            (what serves the next one), `progress` (what is still missing), `shifting` (later than
                            that, the other one), `unlisted` (what there is not), `talk` (what moves no goal),
                            `replies` (what to do about results), `recall` (what they told, asked for again),
                            `situation` (what a decision may know)
Whoever adds a kind of value: `fields` (the kinds, read from declarations), `choices`, `entities`, `flags`,
                            `people`, `places`, `numbers`; `mentions` (what was read)
Whoever changes a wording:  `texts` (what it says), `lexicon` (what it recognises), `render` (values in words)
The ground:                 `text` (folding, tokens), `background` (prompts of chat clients)
"""
