"""Every night: the trip of `expert/diagnose.py` for every run of a fleet, and what changed since the last night.

    roots ──places──▶ [Place] ──work──▶ [Outcome] ──history──▶ [Sighting] ──states──▶ Night ──site, notices──▶ people

`night.py` says it. A place is judged by a worker that only computes (`judging.py`); this process alone writes: the
history (`history.py`), the cache of facts (`cache.py`) and the site.
"""
