"""From the visit to the balance: the verbs that change the books. One verb, one transaction, one tale of it."""
