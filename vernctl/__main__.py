"""The console entry point.

``vernctl --version`` is asked by shells, editors and CI far more often than anything else, so it
is answered before click, let alone a model or a client, is imported.
"""

import sys


def main() -> None:
    """Run the command line; exits the process with one of the documented exit codes."""
    if sys.argv[1:] == ["--version"]:
        from vernctl import __version__

        print(f"vernctl {__version__}")
        return
    from vernctl.cli import run

    sys.exit(run())


if __name__ == "__main__":
    main()
