"""What is kept, and where: tables, the database, the journal and who is connected."""
