#!/bin/sh
# ei-export every night, from cron. Silent when all went well; whatever else happens is printed, and cron mails that.
# Copy it to the folder of the practice, beside ei-export.toml, and name it in the crontab (docs/every-night.md):
#
#   MAILTO=you@example.org
#   15 2 * * *  /srv/practice/nightly.sh

cd "$(dirname "$0")" || exit 4
# Where cron has to look for ei-export: in a .venv of the practice, in ~/ei-export, where pipx puts it, or in the system.
PATH=$PWD/.venv/bin:$HOME/ei-export/bin:$HOME/.local/bin:/usr/local/bin:$PATH

# In ten lines, how the night went: for who mails that. Of a night that is killed there is none.
notice=ei-export-night.txt
rm -f "$notice"

said=$(ei-export run --quiet --notify-file "$notice" 2>&1)
code=$?
printf '%s\n' "$said" >>ei-export.log

# 0: all went out; 1: something is held, and stands on the page. A program that can't even start ends with 1 as well, so
# that only counts with the line that every run ends with.
case $said in
*" exit=$code")
    if [ "$code" -le 1 ]; then
        # What it declared is safe, but not all of it can be seen: why, and what to do.
        case $said in *" reason="*) cat "$notice" ;; esac
        # To have cron mail that something is held, take away the # in front of this; or of the cat alone, for every night:
        # [ "$code" -eq 0 ] ||
        # cat "$notice"
        exit "$code"
    fi
    ;;
esac
[ ! -f "$notice" ] || cat "$notice"
printf '%s\n' "" "$said" "" \
    "ei-export heeft vannacht zijn werk niet gedaan (exitcode $code, in $PWD)." \
    "ei-export did not do its work this night (exit code $code, in $PWD)."
[ "$code" -gt 1 ] || code=4
exit "$code"
