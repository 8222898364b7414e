"""The process of one run that is not run warm: Prefect's own engine, once every room of this house is known.

Prefect puts the working folder first on the import path before it imports a flow, so that a stray `models.py` there
would hide a room. A room that is imported already cannot be hidden. Run as `python -P -m deployments.engine`.
"""

from __future__ import annotations

import runpy

import acts
import calendars
import flows
import forms
import gates
import letters
import models
import settings
import tasks

ROOMS = (acts, calendars, flows, forms, gates, letters, models, settings, tasks)

if __name__ == "__main__":
    runpy.run_module("prefect.engine", run_name="__main__", alter_sys=True)
