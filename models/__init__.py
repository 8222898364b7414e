"""What happened: the tables, the queries that turn rows into facts, the only functions that write rows."""
