"""The store on PostgreSQL: any number of stateless processes over one database. Imported only when it is chosen.

Whoever runs turns:          `store` (the store), `turns` and `ledger` (a turn's rows, written in sets)
Whoever lends it to plugins: `database` (closures over SQLAlchemy), `slots` (who waits for a connection)
Whoever waits for others:    `hearing` (notifications of other replicas)
Whoever wonders about speed: `committer` (one task, group commit)
Whoever reaches it:          `link` (connecting, patience, which errors mean that it is away)
"""
