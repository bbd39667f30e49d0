"""What patients read: texts, mails, pages and papers, written from values. Nothing here is sent, stored or looked up."""
