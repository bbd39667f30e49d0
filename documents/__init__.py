"""What patients read: texts, mails, pages and papers, written from values. Nothing is sent or stored here."""
