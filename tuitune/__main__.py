"""`python -m tuitune` is `tuitune`."""

from tuitune.cli import main

if __name__ == "__main__":
    main()
