"""Analyses: facts about a function of the IR that passes rely on; none changes it."""
