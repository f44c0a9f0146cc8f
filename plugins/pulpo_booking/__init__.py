"""Booking for businesses by appointment, in Spanish and English: tools, calendar, tables and routes.

Whoever plugs it in:            `plugin` (hooks and settings), `migrations/` (its alembic branch)
Whoever writes a business:      `business` (the format), `checking` (its mistakes), `files` (reading it), `errors`,
                                `samples/` (three)
Whoever changes one:            `configuration` (what is in force, at every replica), `stored` (its rows)
Whoever asks what is free:      `calendar` (the rules, pure), `opening` (hours), `festivities` (public holidays),
                                `localtime` (zones, clock changes), `search` (what is wanted, what comes closest)
Whoever looks at a day:         `agenda` (who comes, who is free), `agenda_routes`, `console/` (the page)
Whoever subscribes to it:       `ical` (the calendar), `feeds` (who may), `feed_routes`
Whoever books:                  `appointment` (the value), `appointments` (the writes), `schema` (the tables)
Whoever talks:                  `tools/` (the seven tools), `desk` (what exists and whose it is), `reasons` (why not),
                                `reader` and `when/` (dates and times in free text), `speech` and `texts` (in words)
Whoever calls over HTTP:        `routes` (services, appointments), `business_routes` (the business itself)
Whoever sits at a terminal:     `cli/` (``pulpo booking``)
"""
