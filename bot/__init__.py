"""Slack: where staff work. Listeners, cards, modals, commands, and the noticeboard that keeps the cards true."""
