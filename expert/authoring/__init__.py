"""For people who write packs."""
