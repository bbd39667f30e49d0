"""`make check` is one of the tests, so that it runs beside them: on another core, as long as there is one."""

import os
import subprocess

from tests.support.source import ROOT


def test_lint_format_types_and_floors_are_as_make_check_wants_them():
    own = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    # Nothing is installed under the feet of tests that run: whoever runs them has done that.
    command = ["make", "--no-print-directory", "--old-file=.venv/synced", "check"]
    done = subprocess.run(
        command, cwd=ROOT, env=own, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
