"""``python -m cardlint``: the program, with the same arguments, streams and exit code."""

import os
import subprocess
import sys

from cardlint import find_program


def main() -> int:
    program = find_program()
    arguments = [program, *sys.argv[1:]]
    if sys.platform == "win32":
        # There is no exec: the child shares the console, and its exit code is ours.
        return subprocess.run(arguments, check=False).returncode
    os.execv(program, arguments)


if __name__ == "__main__":
    sys.exit(main())
