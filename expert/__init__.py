"""A rule-based expert system for people who train neural networks. `expert.diagnose(log)` gives a plan."""
