"""Backups: one encrypted file with the database, the stored files, and figures to compare after a restore."""
