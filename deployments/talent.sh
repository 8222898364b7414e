#!/bin/sh
# talent, as the service runs it: as its user, in its folder, with its settings. Install as /usr/local/bin/talent.
cd /var/lib/talent && exec setpriv --reuid talent --regid talent --init-groups --reset-env /opt/talent/.venv/bin/talent "$@"
